"""SPDX expressions as rules: which licences are known here, what they forbid, and the duties they bring.

Rules kept here:

- A licence counts only when every licence in its expression is one whose terms are known (:data:`KNOWN_LICENCES`); a choice
  left open (``OR``), a ``LicenseRef-`` or ``NOASSERTION`` is unknown.
- ``NC`` forbids commercial use, ``ND`` and ``research`` forbid any: every release is an edited copy.
- Of licences joined by ``AND``, all duties count.
- What was made from texts of several sources carries the licence of each, and names the contract that each came under.

Law: PRV-03, PRV-04
"""

import re
from collections.abc import Iterable

from .decisions import KEEP, Decision, because

#: Licences whose terms are known here, as a pattern over upper-case SPDX ids; any other is held as unknown.
KNOWN_LICENCES = re.compile(
    r"CC0-1\.0|CC-PDDC|CC-PDM-1\.0|PDDL-1\.0|CC-BY(-NC)?(-SA|-ND)?-[1-4]\.[05](-[A-Z]{2,3})?"
    r"|ETALAB-2\.0|OGL-UK-[1-3]\.0|NLOD-[12]\.0|DL-DE-(BY|ZERO)-2\.0|ODBL-1\.0|ODC-BY-1\.0"
    r"|CDLA-PERMISSIVE-[12]\.0|CDLA-SHARING-1\.0"
    r"|MIT|MIT-0|0BSD|BSD-[1-3]-CLAUSE|APACHE-2\.0|ISC|ZLIB|UNLICENSE|BSL-1\.0|PSF-2\.0|PYTHON-2\.0|MPL-2\.0|EPL-2\.0"
    r"|EUPL-1\.2|(A|L)?GPL-[23](\.[01])?(\+|-ONLY|-OR-LATER)?|GFDL-1\.[1-3](-NO-INVARIANTS)?(-ONLY|-OR-LATER)?")
_EXCEPTION = re.compile(r"[A-Z0-9.-]+-EXCEPTION(-[0-9.]+)?")

#: What a licence asks for, by what its upper-case id looks like; the first that fits counts.
_DUTIES: tuple[tuple[str, tuple[str, ...]], ...] = (
    (r"CC0-.*|CC-PD.*|PDDL-.*|MIT-0|0BSD|UNLICENSE|DL-DE-ZERO-.*", ()),
    (r"CC-BY(-NC)?-SA-.*|ODBL-.*|CDLA-SHARING-.*|GFDL-.*", ("attribution", "share-alike")),
    (r"[AL]?GPL-.*|MPL-.*|EPL-.*|EUPL-.*", ("keep-notice", "share-alike")),
    (r"CC-BY-.*|ETALAB-.*|OGL-.*|NLOD-.*|DL-DE-BY-.*|ODC-BY-.*", ("attribution",)),
    (r".*", ("keep-notice",)))


def _read(expression: str) -> tuple[list[str], list[str]]:
    words = expression.upper().replace("(", " ").replace(")", " ").split()
    return words[::2], words[1::2]


def judge_licence(expression: str, *, commercial: bool) -> Decision:
    """Judge an SPDX expression by the licences named in it; what cannot be read is unknown."""
    named, joined = _read(expression)
    if len(named) != len(joined) + 1 or set(joined) - {"AND", "WITH"}:
        return because("licence-unknown")
    marks = {mark for name in named for mark in name.split("-")}
    if marks & {"ND", "RESEARCH"} or (commercial and marks & {"NC", "NONCOMMERCIAL"}):
        return because("licence-forbids")
    for join, name in zip(["AND", *joined], named, strict=True):
        if not (_EXCEPTION if join == "WITH" else KNOWN_LICENCES).fullmatch(name):
            return because("licence-unknown")
    return KEEP


def duties_of(expression: str) -> tuple[str, ...]:
    """Give what an SPDX expression asks of whoever passes a copy on: all duties of all its licences, in order of the alphabet.

    >>> duties_of("MIT AND CC-BY-SA-4.0")
    ('attribution', 'keep-notice', 'share-alike')
    """
    named, joined = _read(expression)
    licences = [name for join, name in zip(["AND", *joined], named, strict=False) if join != "WITH"]
    return tuple(sorted({duty for name in licences
                         for duty in next(duties for shape, duties in _DUTIES if re.fullmatch(shape, name))}))


def rights_named(licence: str, contract: str) -> frozenset[str]:
    """Give the expressions that name a source's rights: its licence, and its contract as a ``LicenseRef-``."""
    number = re.sub(r"[^A-Za-z0-9.-]+", "-", contract).strip("-")
    return frozenset({licence, f"LicenseRef-contract-{number}" if contract else ""} - {""})


def licence_together(named: Iterable[str]) -> str:
    """Join what names several sources' rights into one expression, in order.

    >>> licence_together({"MIT", "CC-BY-4.0 OR MIT"})
    '(CC-BY-4.0 OR MIT) AND MIT'
    """
    return " AND ".join(f"({one})" if " OR " in one else one for one in sorted(set(named)))
