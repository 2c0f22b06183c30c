"""Where a text came from and by what right, judged again from the log's register entries.

Rules kept here:

- A source is admitted by a contract that names the use and is in force, or, unless it is reserved, by its ground; a
  licence that forbids the use refuses on any ground, and one whose terms nobody here knows is none.
- What its ground asks for stands in its entry (:mod:`.stated`); nobody else's rights in the same origin are others.
- Every change asks for a new approval, of that version, signed by somebody entitled (:mod:`.approvals`).
- A source found unlawful is refused whatever else is said of it, before and after.
- An entry that cannot be read may have been a reservation: nothing is admitted beside it.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from .approvals import USES, Approval, Keys, same, version_digest, words_of
from .policy import moment
from .stated import Stated, lists

_FAMILIES = (r"CC0-1\.0", r"CC-PDDC", r"CC-PDM-1\.0", r"PDDL-1\.0",
             r"CC-BY(?:-NC)?(?:-(?:SA|ND))?-[1-4]\.[05](?:-[A-Z]{2,3})?",
             r"ETALAB-2\.0", r"OGL-UK-[123]\.0", r"NLOD-[12]\.0", r"DL-DE-(?:BY|ZERO)-2\.0", r"ODBL-1\.0",
             r"ODC-BY-1\.0", r"CDLA-(?:PERMISSIVE-[12]|SHARING-1)\.0", r"MIT(?:-0)?", r"0BSD", r"BSD-[123]-CLAUSE",
             r"APACHE-2\.0", r"ISC", r"ZLIB", r"UNLICENSE", r"BSL-1\.0", r"(?:PSF|PYTHON|MPL|EPL)-2\.0", r"EUPL-1\.2",
             r"[AL]?GPL-[23](?:\.[01])?(?:\+|-ONLY|-OR-LATER)?",
             r"GFDL-1\.[123](?:-NO-INVARIANTS)?(?:-ONLY|-OR-LATER)?")
_KNOWN = re.compile("|".join(f"(?:{family})" for family in _FAMILIES))
_EXCEPTION = re.compile(r"[A-Z0-9.\-]+-EXCEPTION(?:-[0-9.]+)?")


#: The switch of a plan by which an approval by a name alone counts.
UNSIGNED = "accept_unsigned_approvals"
_FREE = re.compile(r"CC0-.*|CC-PD.*|PDDL-.*|MIT-0|0BSD|UNLICENSE|DL-DE-ZERO-.*")
_CONTRACT = {"source", "id", "uses", "starts", "ends", "parties", "works", "languages", "media", "territory", "zone", "at_end",
             "attribution", "audit", "audit_due", "confidentiality", "sublicence", "by", "why"}
_UNION = frozenset("AT BE BG HR CY CZ DK EE FI FR DE GR HU IE IT LV LT LU MT NL PL PT RO SK SI ES SE".casefold().split())
_COUNTRIES = {"eu": _UNION, "eea": _UNION | {"is", "li", "no"}}
_MEDIA = {"text", "image", "audio", "video", "code", "data"}


@dataclass(slots=True)
class _Contract:
    uses: frozenset[str]
    starts: datetime
    ends: datetime | None
    id: str
    languages: frozenset[str] = frozenset()
    media: frozenset[str] = frozenset()
    places: frozenset[str] = frozenset()
    goes_on: bool = False
    attribution: str = ""


@dataclass(slots=True)
class Source:
    """A source as its entries leave it."""

    ground: str
    licence: str
    stated: Stated
    version: int = 1
    approved: int = 0
    contract: _Contract | None = None
    reserved: bool = False
    words: frozenset[str] = frozenset()
    unlawful: bool = False
    approval: Approval | None = None
    disputed: bool = False
    bodies: list[Mapping[str, Any]] = field(default_factory=list)

    def against(self, plan: Mapping[str, Any], as_of: datetime, records: int = 0) -> str:
        """Give the reason why a plan may not use so many records of the source, or ""."""
        if self.unlawful:
            return "source-unlawful"
        if self.contract is not None:
            reason = self._contract_against(self.contract, plan, as_of)
        else:
            reason = self._right_against(plan.get("commercial") is not False, as_of)
        reason = reason or ("origin-disputed" if self.disputed else self.stated.lacks(as_of))
        if reason:
            return reason
        if self.approval is not None:
            return self.approval.lacks(str(plan.get("use")), as_of, records)
        if self.approved != self.version:
            return "source-not-approved"
        return "" if UNSIGNED in plan.get("accepted", ()) else "approval-unsigned"

    @property
    def press(self) -> str:
        """What is said of its being press: yes, covered, no, or "" where nobody said."""
        return self.stated.press

    def language_against(self, language: str) -> str:
        """Give the reason why words of a language may not be used, or ""."""
        if self.contract is None or not self.contract.languages or language.split("-")[0] in self.contract.languages:
            return ""
        return "contract-language"

    def _right_against(self, commercial: bool, as_of: datetime) -> str:
        licence = licence_against(self.licence, commercial=commercial)
        if self.reserved or self.words:
            return "reserved" if self.reserved else "reserved-in-words"
        if licence == "licence-forbids" or self.ground == "open-licence":
            return licence
        if self.ground == "statutory":
            return self.stated.statute_against(as_of, commercial=commercial)
        if self.ground == "public-domain":
            given_up = not licence and all(_FREE.fullmatch(name) for name in _names(self.licence))
            return "" if self.stated.free(as_of, given_up=given_up) else "public-domain-unproven"
        return "" if self.ground == "own" else "licence-unknown"

    @staticmethod
    def _contract_against(contract: _Contract, plan: Mapping[str, Any], as_of: datetime) -> str:
        if plan.get("use") not in contract.uses:
            return "contract-use"
        if as_of < contract.starts or (contract.ends is not None and as_of >= contract.ends):
            return "contract-dates"
        where = _places(lists(plan, "territory"))
        if contract.places and not (where and ("world" in contract.places or where <= contract.places)):
            return "contract-territory"
        if not contract.goes_on and (plan.get("use") == "redistribute" or plan.get("purpose") == "publish"):
            return "contract-sublicence"
        return "contract-medium" if contract.media and "text" not in contract.media else ""


def _places(names: Iterable[str]) -> frozenset[str]:
    """Give the countries, and other names, of a territory."""
    found = [" ".join(name.split()).casefold() for name in names]
    return frozenset(place for name in found for place in _COUNTRIES.get(name, (name,)))


def _names(expression: str) -> list[str]:
    """Give the licences of an expression, exceptions left out."""
    words = re.sub(r"[()]", " ", expression.upper()).split()
    return [word for number, word in enumerate(words) if number % 2 == 0 and (number == 0 or words[number - 1] != "WITH")]


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


def read_register(entries: Iterable[tuple[str, Any]], origin: str = "") -> dict[str, Source]:
    """Fold source, contract, approval, signal, unlawful and staff-key entries, as (kind, body), in sequence.

    ``origin`` names the log: approvals are signed for it.

    Raises:
        ValueError: an entry that cannot be read, or that is about no source.
    """
    register: dict[str, Source] = {}
    unlawful: set[str] = set()
    keys = Keys()
    for kind, body in entries:
        if kind == "staff-key" and isinstance(body, Mapping):
            if lapsed := keys.read(body):
                for source in register.values():
                    source.approval = None if source.approval and source.approval.key == lapsed else source.approval
            continue
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
            known.bodies, known.approval, known.approved = [known.bodies[0], body], None, 0
        elif kind == "approval":
            _approve(known, body, keys, origin)
        elif kind == "signal":
            _signalled(known, body)
    for name in unlawful & register.keys():
        register[name].unlawful = True
    _dispute(register)
    return register


def _stated(body: Mapping[str, Any], known: Source | None) -> Source:
    stated = Stated.read(body)
    if known is None:
        return Source(stated.ground, stated.licence, stated, bodies=[body])
    return Source("contract" if known.contract else stated.ground, stated.licence, stated, known.version + 1, 0, known.contract,
                  known.reserved, known.words, bodies=[body, *known.bodies[1:]])


def _approve(known: Source, body: Mapping[str, Any], keys: Keys, origin: str) -> None:
    """Add an approval of the present version: signed, or by a name that is none of its proposers'."""
    proposers = [str(part.get("by", "")) for part in known.bodies]
    contract = known.bodies[1] if len(known.bodies) > 1 else None
    found = keys.approval(body, origin, version_digest(known.bodies[0], contract), proposers)
    if body.get("version") != known.version or not words_of(body, "by"):
        return
    if same(words_of(body, "by")) not in map(same, proposers):
        known.approved = known.version
    known.approval = found or known.approval


def _dispute(register: Mapping[str, Source]) -> None:
    """Mark sources of one origin under different rights."""
    groups: dict[str, list[Source]] = {}
    for source in register.values():
        if place := _origin(source.stated.origin):
            groups.setdefault(place, []).append(source)
    for group in groups.values():
        rights = {(one.ground, one.licence, one.stated.statute, one.contract.id if one.contract else "") for one in group}
        for source in group:
            source.disputed = len(rights) > 1


def _origin(text: str) -> str:
    text = unicodedata.normalize("NFKC", text).strip().casefold().split("#")[0]
    return re.sub(r"^(?:https://)?(?:http://)?(?:www\.)?", "", text).rstrip("/")


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
    uses, ends, media = body.get("uses", []), body.get("ends"), lists(body, "media")
    if not set(body) <= _CONTRACT or not isinstance(uses, list) or any(use not in USES for use in uses) or not _MEDIA.issuperset(media):
        raise ValueError("a contract that cannot be read")
    if body.get("at_end", "destroy") not in ("stop", "destroy") or not isinstance(body.get("sublicence", False), bool):
        raise ValueError("a contract that cannot be read")
    if due := words_of(body, "audit_due"):
        moment(due)
    starts, over = moment(body.get("starts")), moment(ends) if ends else None
    if over is not None and over < starts:
        raise ValueError("a contract that ends before it starts")
    languages = frozenset(code.casefold().split("-")[0] for code in lists(body, "languages"))
    return _Contract(frozenset(uses), starts, over, words_of(body, "id"), languages, frozenset(media),
                     _places(lists(body, "territory")), body.get("sublicence", False), words_of(body, "attribution"))
