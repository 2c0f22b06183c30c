"""Where a text came from and by what right, judged again from the log's register entries.

Rules kept here:

- A source is admitted by a contract that names the use and is in force, or, unless it is reserved, by its ground; a
  licence that forbids the use refuses on any ground, and one whose terms nobody here knows is none.
- Every change asks for a new approval, of that version, by somebody named.
- A source found unlawful is refused whatever else is said of it, before and after.
- An entry that cannot be read may have been a reservation: nothing is admitted beside it.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .policy import moment

USES = frozenset({"train", "fine-tune", "ground", "evaluate", "display", "redistribute"})
GROUNDS = frozenset({"own", "open-licence", "contract", "public-domain", "statutory", "unknown"})

_FAMILIES = (r"CC0-1\.0", r"CC-PDDC", r"CC-PDM-1\.0", r"PDDL-1\.0",
             r"CC-BY(?:-NC)?(?:-(?:SA|ND))?-[1-4]\.[05](?:-[A-Z]{2,3})?",
             r"ETALAB-2\.0", r"OGL-UK-[123]\.0", r"NLOD-[12]\.0", r"DL-DE-(?:BY|ZERO)-2\.0", r"ODBL-1\.0",
             r"ODC-BY-1\.0", r"CDLA-(?:PERMISSIVE-[12]|SHARING-1)\.0", r"MIT(?:-0)?", r"0BSD", r"BSD-[123]-CLAUSE",
             r"APACHE-2\.0", r"ISC", r"ZLIB", r"UNLICENSE", r"BSL-1\.0", r"(?:PSF|PYTHON|MPL|EPL)-2\.0", r"EUPL-1\.2",
             r"[AL]?GPL-[23](?:\.[01])?(?:\+|-ONLY|-OR-LATER)?",
             r"GFDL-1\.[123](?:-NO-INVARIANTS)?(?:-ONLY|-OR-LATER)?")
_KNOWN = re.compile("|".join(f"(?:{family})" for family in _FAMILIES))
_EXCEPTION = re.compile(r"[A-Z0-9.\-]+-EXCEPTION(?:-[0-9.]+)?")


@dataclass(slots=True)
class _Contract:
    uses: frozenset[str]
    starts: datetime
    ends: datetime | None
    id: str


@dataclass(slots=True)
class Source:
    """A source as its entries leave it."""

    ground: str
    licence: str
    version: int = 1
    approved: int = 0
    contract: _Contract | None = None
    reserved: bool = False
    words: frozenset[str] = frozenset()
    press: str = ""
    unlawful: bool = False

    def against(self, use: str, as_of: datetime, *, commercial: bool) -> str:
        """Give the reason why the source may not be used so, or ""."""
        if self.unlawful:
            return "source-unlawful"
        licence = licence_against(self.licence, commercial=commercial)
        reason = ""
        if self.contract is not None:
            reason = self._contract_against(self.contract, use, as_of)
        elif self.reserved:
            reason = "reserved"
        elif self.words:
            reason = "reserved-in-words"
        elif licence == "licence-forbids" or self.ground == "open-licence":
            reason = licence
        elif self.ground in ("contract", "unknown"):
            reason = "licence-unknown"
        return reason or ("" if self.approved == self.version else "source-not-approved")

    @staticmethod
    def _contract_against(contract: _Contract, use: str, as_of: datetime) -> str:
        if use not in contract.uses:
            return "contract-use"
        in_force = contract.starts <= as_of and (contract.ends is None or as_of < contract.ends)
        return "" if in_force else "contract-dates"


def licence_against(expression: str, *, commercial: bool) -> str:
    """Give the reason why an SPDX expression does not permit an edited copy, or ""."""
    words = re.sub(r"[()]", " ", expression.upper()).split()
    if len(words) % 2 == 0 or any(word not in ("AND", "WITH") for word in words[1::2]):
        return "licence-unknown"
    marks = {mark for word in words[::2] for mark in word.split("-")}
    if "ND" in marks or "RESEARCH" in marks or (commercial and ("NC" in marks or "NONCOMMERCIAL" in marks)):
        return "licence-forbids"
    after_with = [False, *(word == "WITH" for word in words[1::2])]
    known = all((_EXCEPTION if exception else _KNOWN).fullmatch(word)
                for exception, word in zip(after_with, words[::2], strict=True))
    return "" if known else "licence-unknown"


def read_register(entries: Iterable[tuple[str, Any]]) -> dict[str, Source]:
    """Fold source, contract, approval, signal and unlawful entries, as (kind, body), in sequence.

    Raises:
        ValueError: an entry that cannot be read, or that is about no source.
    """
    register: dict[str, Source] = {}
    unlawful: set[str] = set()
    for kind, body in entries:
        if not isinstance(body, Mapping) or not isinstance(body.get("source"), str) or not body["source"]:
            raise ValueError(f"a {kind} entry cannot be read")
        name, known = body["source"], register.get(body["source"])
        if kind == "unlawful":
            unlawful.add(name)
        elif kind == "source":
            register[name] = _stated(body, known)
        elif known is None:
            raise ValueError(f"a {kind} entry is about no source")
        elif kind == "contract":
            known.contract, known.ground, known.version = _contract(body), "contract", known.version + 1
        elif kind == "approval":
            if body.get("version") == known.version and body.get("by"):
                known.approved = known.version
        elif kind == "signal":
            _signalled(known, body)
    for name in unlawful & register.keys():
        register[name].unlawful = True
    return register


def _stated(body: Mapping[str, Any], known: Source | None) -> Source:
    ground, licence, press = body.get("ground", "unknown"), body.get("licence", ""), body.get("press", "")
    if ground not in GROUNDS or not isinstance(licence, str) or press not in ("", "yes", "covered", "no"):
        raise ValueError("a source entry cannot be read")
    if known is None:
        return Source(ground, licence, press=press)
    return Source(ground, licence, known.version + 1, known.approved, known.contract, known.reserved, known.words, press)


def _signalled(known: Source, body: Mapping[str, Any]) -> None:
    """Add a verdict; what was found in words alone waits until somebody names its reading."""
    if body.get("scope") == "pages" and (body.get("pages") or body.get("settles")):
        return  # judged page by page
    if body.get("person") is True and body.get("verdict") == "reserved" and body.get("sha256"):
        known.words |= {str(body["sha256"])}
        return
    known.reserved = known.reserved or body.get("verdict") != "allowed"
    if body.get("by"):
        known.words -= {str(body.get("settles", ""))}


def _contract(body: Mapping[str, Any]) -> _Contract:
    uses, ends = body.get("uses", []), body.get("ends")
    if not isinstance(uses, list) or any(use not in USES for use in uses):
        raise ValueError("a contract with unknown uses")
    return _Contract(frozenset(uses), moment(body.get("starts")), moment(ends) if ends else None,
                     str(body.get("id", "")))
