"""What the register says of a source: the fields of its entry, read strictly.

Rules kept here:

- The lists are closed: kind, ground, statute, role. A field or value that is in none of them cannot be read.
- What is left out is unknown, and unknown personal data count as personal data.
- Days are days in UTC; a range of days has both.

Law: PRV-01, PRV-02, PRV-09, PRV-10, PRV-11, REL-14, LIA-12
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal, get_args

from .contracts import text, texts
from .policy import parse_moment

Ground = Literal["own", "open-licence", "contract", "public-domain", "statutory", "unknown"]
Kind = Literal["unknown", "chat", "own-documents", "web-crawl", "public-dataset", "licensed", "private-dataset", "synthetic",
               "statutory", "works", "other"]
Statute = Literal["", "dsm-3", "dsm-4", "open-data"]
Role = Literal["", "controller", "joint", "processor"]
#: Not told; everything of it is press; it is, and the publisher's right is covered as well as the author's; nothing of it is press.
Press = Literal["", "yes", "covered", "no"]
Personal = Literal["yes", "no", "unknown"]
Witness = Literal["supplier", "own", "authority", "independent"]
PublicDomainRule = Literal["author-70", "official-text", "dedicated", "other"]

#: Kinds of sets that somebody else put together: what is known of how they did is on record, or the set is held.
ACQUIRED: tuple[Kind, ...] = ("public-dataset", "licensed", "private-dataset")

#: What a source's entry may say; anything else cannot be read.
SOURCE_FIELDS = frozenset({
    "source", "ground", "title", "licence", "offered", "by", "why", "kind", "origin", "how", "acquired", "acquirer", "statute",
    "research_body", "copies", "personal", "languages", "controller", "role", "notice", "expires", "public_domain", "diligence", "press"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Diligence:
    """What somebody found out of a set that others put together.

    ``collected`` says how it was collected, ``findings`` what authorities and courts said of it or of who made it,
    ``opt_outs`` what its supplier does with objections; ``evidence`` what each finding rests on, and on whose word.
    """

    collected: str
    findings: str
    opt_outs: str
    looked_by: str
    looked_on: str
    evidence: tuple[tuple[str, Witness], ...]

    @property
    def whole(self) -> bool:
        """Tell whether it says everything that it must."""
        return all((self.collected, self.findings, self.opt_outs, self.looked_by, self.looked_on, self.evidence))

    @property
    def declared_only(self) -> bool:
        """Tell whether nothing but the supplier's own word stands behind it."""
        return all(witness == "supplier" for _, witness in self.evidence)


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicDomain:
    """By which rule a text is free.

    ``died`` is the year in which the last of its authors died, translators and annotators among them; ``extension`` the years
    by which wars extended the term, None where nobody looked.
    """

    rule: PublicDomainRule
    died: int = 0
    extension: int | None = None
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Copies:
    """Where copies for mining are kept, who can reach them, and the day on which they are destroyed."""

    kept: str
    destroy: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """What the register says of a source; see ``docs/reference/formats.md`` for each field."""

    ground: Ground = "unknown"
    title: str = ""
    licence: str = ""
    offered: str = ""
    by: str = ""
    why: str = ""
    kind: Kind = "unknown"
    origin: str = ""
    how: str = ""
    acquired: tuple[str, str] = ("", "")
    acquirer: str = ""
    statute: Statute = ""
    research_body: str = ""
    copies: Copies | None = None
    personal: Personal = "unknown"
    languages: tuple[str, ...] = ()
    controller: str = ""
    role: Role = ""
    press: Press = ""
    notice: str = ""
    expires: datetime | None = None
    public_domain: PublicDomain | None = None
    diligence: Diligence | None = None

    @property
    def holds_people(self) -> bool:
        """Tell whether it counts as personal data."""
        return self.personal != "no"

    def missing(self) -> tuple[str, ...]:
        """Give the fields that papers ask for and that nobody has filled in."""
        asked = {"kind": self.kind != "unknown", "origin": self.origin, "how": self.how, "acquired": all(self.acquired),
                 "acquirer": self.acquirer, "personal": self.personal != "unknown", "languages": self.languages}
        if self.holds_people:
            asked |= {"controller": self.controller, "role": self.role, "notice": self.notice}
        return tuple(name for name, there in asked.items() if not there)


def parse_stated(body: Mapping[str, Any]) -> Stated:
    """Read what an entry says of a source.

    Raises:
        ValueError: no id, a field that no source has, a value out of its list, or a day that cannot be read.
    """
    if not body.get("source") or body.get("ground", "unknown") not in get_args(Ground):
        raise ValueError(f"a source needs an id and a ground among {', '.join(get_args(Ground))}")
    if unknown := sorted(map(str, set(body) - SOURCE_FIELDS)):
        raise ValueError(f"a source says nothing of {', '.join(unknown)}")
    return Stated(
        **{name: text(body, name) for name in ("title", "licence", "offered", "by", "why", "origin", "how", "acquirer",
                                               "research_body", "controller", "notice")},
        ground=body.get("ground", "unknown"), kind=_among(body, "kind", get_args(Kind), "unknown"),
        statute=_among(body, "statute", get_args(Statute), ""), role=_among(body, "role", get_args(Role), ""),
        press=_among(body, "press", get_args(Press), ""),
        personal=_among(body, "personal", get_args(Personal), "unknown"),
        languages=tuple(code.casefold() for code in texts(body, "languages")), acquired=_days(body.get("acquired")),
        expires=parse_moment(body["expires"]) if body.get("expires") else None, copies=_copies(body.get("copies")),
        public_domain=_public_domain(body.get("public_domain")), diligence=_diligence(body.get("diligence")))


def _among(body: Mapping[str, Any], name: str, allowed: tuple[Any, ...], default: str) -> Any:
    value = body.get(name, default)
    if value not in allowed:
        raise ValueError(f"{name} is one of {', '.join(filter(None, allowed))}")
    return value


def _part(value: Any, name: str, fields: tuple[str, ...]) -> Mapping[str, Any]:
    if not isinstance(value, Mapping) or set(value) - set(fields):
        raise ValueError(f"{name} says {', '.join(fields)}, and nothing else")
    return value


def _days(value: Any) -> tuple[str, str]:
    if value is None:
        return ("", "")
    given = _part(value, "acquired", ("first", "last"))
    first = text(given, "first")
    last = text(given, "last") or first
    if date.fromisoformat(first) > date.fromisoformat(last):
        raise ValueError("the last day of acquiring comes before the first")
    return first, last


def _copies(value: Any) -> Copies | None:
    if value is None:
        return None
    given = _part(value, "copies", ("kept", "destroy"))
    if not text(given, "kept") or not text(given, "destroy"):
        raise ValueError("copies say where they are kept and when they are destroyed")
    return Copies(kept=text(given, "kept"), destroy=parse_moment(text(given, "destroy")))


def _public_domain(value: Any) -> PublicDomain | None:
    if value is None:
        return None
    given = _part(value, "public_domain", ("rule", "died", "extension", "why"))
    died, extension = given.get("died", 0), given.get("extension")
    if type(died) is not int or not 0 <= died <= 9999 or (extension is not None and (type(extension) is not int or extension < 0)):
        raise ValueError("died is a year, and extension a number of years")
    return PublicDomain(rule=_among(given, "rule", get_args(PublicDomainRule), ""), died=died, extension=extension,
                        why=text(given, "why"))


def _diligence(value: Any) -> Diligence | None:
    if value is None:
        return None
    named = ("collected", "findings", "opt_outs", "looked_by", "looked_on")
    given = _part(value, "diligence", (*named, "evidence"))
    if looked := text(given, "looked_on"):
        date.fromisoformat(looked)
    evidence = given.get("evidence", ())
    if not isinstance(evidence, list | tuple):
        raise ValueError("evidence is a list")
    pairs = []
    for item in evidence:
        one = _part(item, "evidence", ("what", "from"))
        if not text(one, "what"):
            raise ValueError("evidence says what it is")
        pairs.append((text(one, "what"), _among(one, "from", get_args(Witness), "")))
    return Diligence(**{name: text(given, name) for name in named}, evidence=tuple(pairs))
