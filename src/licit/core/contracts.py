"""Contracts: what a rightsholder agreed to, read from a log entry, and whether it covers a use of some words on a day.

Rules kept here:

- A use that is not named is not permitted. Languages, media and places, where they are named, permit no others; where a contract
  names places, a release that does not say where it will be used is outside them.
- Texts go to others, or are published, only under a contract that lets copies go on.
- The start is included, the end is not. A day is a day in UTC; a contract that counts its days elsewhere is entered with
  the moments that they begin at.
- What happens at the end is to stop, or to destroy; a contract that says nothing is taken to ask for destruction, and not
  to let copies go on to others.

Law: PRV-05, PRV-06
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, get_args

from .decisions import KEEP, Decision, because
from .policy import parse_moment

_UNION = frozenset("at be bg hr cy cz dk ee fi fr de gr hu ie it lv lt lu mt nl pl pt ro sk si es se".split())

#: Names of several countries at once.
TOGETHER = {"eu": _UNION, "eea": _UNION | {"is", "li", "no"}}

USES = ("train", "fine-tune", "ground", "evaluate", "display", "redistribute")
MEDIA = ("text", "image", "audio", "video", "code", "data")
AtEnd = Literal["stop", "destroy"]

#: What a contract's entry may say; anything else cannot be read.
CONTRACT_FIELDS = frozenset({"source", "id", "uses", "starts", "ends", "parties", "works", "languages", "media", "territory", "zone",
                             "at_end", "attribution", "audit", "audit_due", "confidentiality", "sublicence", "by", "why"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What texts are wanted for, and when.

    ``territory``: where the release will be used, () where nobody said. ``shared``: whether it is made to go to others.
    ``unsigned``: whether an approval by a name alone counts.
    """

    use: str
    as_of: datetime
    commercial: bool = True
    territory: tuple[str, ...] = ()
    shared: bool = False
    unsigned: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """What a rightsholder agreed to.

    ``languages``, ``media`` and ``territory`` are empty where the contract names none. ``audit`` and ``confidentiality`` are for
    people: nothing is decided by them. ``attribution`` is what the terms of a release must say. ``audit_due`` is the day by
    which the rightsholder may inspect; ``zone`` names the time zone its days were counted in.
    """

    id: str
    uses: tuple[str, ...]
    starts: datetime
    ends: datetime | None = None
    parties: tuple[str, ...] = ()
    works: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    media: tuple[str, ...] = ()
    territory: tuple[str, ...] = ()
    zone: str = "UTC"
    at_end: AtEnd = "destroy"
    attribution: str = ""
    audit: str = ""
    audit_due: datetime | None = None
    confidentiality: str = ""
    sublicence: bool = False

    def ended(self, at: datetime) -> bool:
        """Tell whether it is over at a moment."""
        return self.ends is not None and at >= self.ends

    def judge(self, wanted: Wanted, *, language: str | None = None) -> Decision:
        """Answer for a use of text.

        ``language`` is the words' own, "" where nobody can tell, None to ask about the contract alone.
        """
        if wanted.use not in self.uses:
            return because("contract-use")
        if wanted.as_of < self.starts or self.ended(wanted.as_of):
            return because("contract-dates")
        if self.territory and not covered(wanted.territory, self.territory):
            return because("contract-territory")
        if wanted.shared and not self.sublicence:
            return because("contract-sublicence")
        if self.media and "text" not in self.media:
            return because("contract-medium")
        if language is not None and self.languages and language.partition("-")[0] not in self.languages:
            return because("contract-language")
        return KEEP


def covered(where: Collection[str], permitted: Collection[str]) -> bool:
    """Tell whether places lie within others: countries by two letters, EU, EEA, world; any other name covers itself alone.

    >>> covered(("FR", "no"), ("EEA",)), covered((), ("world",)), covered(("EU",), ("FR",))
    (True, False, False)
    """
    return bool(where) and ("world" in _places(permitted) or _places(where) <= _places(permitted))


def _places(names: Collection[str]) -> set[str]:
    folded = {" ".join(name.split()).casefold() for name in names}
    return folded.union(*(TOGETHER.get(name, ()) for name in folded)) - TOGETHER.keys()


def parse_contract(body: Mapping[str, Any]) -> Contract:
    """Read a contract from an entry's body.

    Raises:
        ValueError: a field that no contract has, a value out of its list, or a date that cannot be read.
    """
    if unknown := sorted(set(body) - CONTRACT_FIELDS):
        raise ValueError(f"a contract says nothing of {', '.join(map(str, unknown))}")
    uses = tuple(str(use) for use in body.get("uses", ()))
    if wrong := set(uses) - set(USES):
        raise ValueError(f"no such use: {', '.join(sorted(wrong))}")
    media, at_end, sublicence = texts(body, "media"), body.get("at_end", "destroy"), body.get("sublicence", False)
    if wrong := set(media) - set(MEDIA):
        raise ValueError(f"no such medium: {', '.join(sorted(wrong))}")
    if at_end not in get_args(AtEnd) or not isinstance(sublicence, bool):
        raise ValueError("at its end one stops or destroys, and sublicence is true or false")
    if not body.get("starts"):
        raise ValueError("a contract needs the day it starts")
    starts, ends = parse_moment(str(body["starts"])), parse_moment(str(body["ends"])) if body.get("ends") else None
    if ends is not None and ends < starts:
        raise ValueError("a contract cannot end before it starts")
    due = text(body, "audit_due")
    return Contract(
        id=text(body, "id"), uses=uses, starts=starts, ends=ends, parties=texts(body, "parties"), works=texts(body, "works"),
        languages=tuple(code.casefold().partition("-")[0] for code in texts(body, "languages")), media=media,
        territory=texts(body, "territory"), zone=text(body, "zone") or "UTC", at_end=at_end,
        attribution=text(body, "attribution"), audit=text(body, "audit"), audit_due=parse_moment(due) if due else None,
        confidentiality=text(body, "confidentiality"), sublicence=sublicence)


def text(body: Mapping[str, Any], name: str) -> str:
    """Give a text of a body, "" where it is absent.

    Raises:
        ValueError: it is something else.
    """
    value = body.get(name, "")
    if not isinstance(value, str):
        raise ValueError(f"{name} is a text")
    return value.strip()


def texts(body: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """Give a list of texts of a body, none where it is absent.

    Raises:
        ValueError: it is something else.
    """
    value = body.get(name, ())
    if isinstance(value, str) or not isinstance(value, list | tuple) or not all(isinstance(item, str) and item for item in value):
        raise ValueError(f"{name} is a list of texts")
    return tuple(value)
