"""The page on claims: what a release says of itself, who can check it, and how."""

from licit.core.evidence import CLAIMS
from licit_verify.words import CLAIMS as CHECKED

PATH = "reference/claims.md"

_HEAD = """\
# Claims

A release makes claims, and each names who can check it. A result is *holds*, *fails* or *cannot-tell*; the last is
neither a success nor a failure, and it is always shown. `licit verify` checks them with a package that shares no code
with licit. What each protects against, and what it does not, stands in the [threat model](../explain/threat-model.md).
This page is generated from `licit.core.evidence`.
"""
_WHO = {"public": "Public: anybody with the release", "person": "Person: with a receipt",
        "auditor": "Auditor: with the workspace", "attested": "Attested: signed, and trusted as such"}


def render() -> str:
    """Give the page."""
    out = [_HEAD]
    for who, title in _WHO.items():
        out.append(f"## {title}\n\n| claim | what it says | how it is checked |\n|---|---|---|")
        out += [f"| `{claim.name}` | {claim.statement} | {claim.procedure} |"
                for claim in CLAIMS.values() if claim.who == who]
        out.append("")
    more = {name: said for name, said in CHECKED.items() if name not in CLAIMS}
    if more:
        out.append("## Checked as well\n\nThe verifier checks these too, although a release does not list them.\n\n"
                   "| claim | what it says |\n|---|---|")
        out += [f"| `{name}` | {english} |" for name, (english, _) in more.items()]
    return "\n".join(out).rstrip() + "\n"
