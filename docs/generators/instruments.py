"""The page on instruments: what each ordered pair of them means, computed by the fold itself."""

from datetime import UTC, datetime, timedelta

from licit.core.policy import parse_policy
from licit.core.rights import INSTRUMENTS, Entry, Item, Standings, standing

PATH = "law/instruments.md"

_HEAD = """\
# Instruments: what a person's entries mean together

A person speaks through *instruments*: entries of the log. The tables below give, for each ordered pair, what becomes of
something said **before** both, **between** them and **after** both, for the purpose `train`, both instruments being about
everything. A consent here is complete (notice, wording, how). The pages' rules stand in `licit.core.rights`; these
tables are computed by it, and the vectors in `tests/data/vectors/standing.json`, written by hand, say the same.

Shortcuts: a wide refusal covers all that is inside its target. A permission lifts a refusal of its own target or of a
wider one, for what is said at or after its receipt; a permission of one record, turn or attachment is a *pick* and reaches
back. A broad permission does not lift a narrower refusal. A withdrawal never falls back to legitimate interest. A
permission received before a refusal does not lift it, whenever it was recorded.

| letter | answer |
|---|---|
"""
_LETTERS = {"": ("K", "kept"), "objection": ("O", "refused: `objection`"),
            "consent-withdrawn": ("W", "refused: `consent-withdrawn`"),
            "said-before-permission": ("P", "refused: `said-before-permission`"), "erased": ("E", "refused: `erased`"),
            "restricted": ("R", "held: `restricted`"), "rectification-pending": ("C", "held: `rectification-pending`"),
            "consent-missing": ("N", "held: `consent-missing`")}
_BASES = {"legitimate-interest": "When the basis is legitimate interest (notice, waiting period and assessment in order)",
          "consent": "When the basis is consent"}
_DAY = datetime(2025, 1, 1, tzinfo=UTC)


def _entry(seq: int, kind: str, day: int) -> Entry:
    at = _DAY + timedelta(days=day)
    decision = {"purposes": ["train"]} | ({"notice": "n1", "wording": "w", "how": "switch"} if kind == "consent" else {})
    return Entry(seq=seq, kind=kind, subject="s1", received_at=at, recorded_at=at, decision=decision)


def _cell(basis: str, first: str, second: str) -> str:
    policy = parse_policy({
        "period": [{"purpose": "train", "basis": basis, "starts": "2024-01-01"}],
        "notice": [{"id": "n1", "purposes": ["train"], "starts": "2024-01-01"}],
        "assessment": [{"id": "a1", "purposes": ["train"], "approved_at": "2024-01-01", "expires_at": "2027-01-01",
                        "approved_by": "dpo"}]})
    log = Standings([_entry(0, first, 10), _entry(1, second, 20)])
    said = [_DAY + timedelta(days=day) for day in (5, 15, 25)]
    return " ".join(_LETTERS[standing(log, policy, "s1", "train", Item(record="r", said=(at, at)),
                                      _DAY + timedelta(days=365)).reason][0] for at in said)


def render() -> str:
    """Give the page."""
    kinds = (*INSTRUMENTS, "rectified")
    out = [_HEAD + "\n".join(f"| {letter} | {meaning} |" for letter, meaning in _LETTERS.values()), ""]
    for basis, title in _BASES.items():
        out += [f"## {title}\n", "Rows: the first instrument; columns: the second.\n",
                "| | " + " | ".join(kinds) + " |", "|---" * (len(kinds) + 1) + "|"]
        out += [f"| **{first}** | " + " | ".join(_cell(basis, first, second) for second in kinds) + " |"
                for first in kinds]
        out.append("")
    return "\n".join(out).rstrip() + "\n"
