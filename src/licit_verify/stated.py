"""What the register states of a source, read and judged again: kind, statute, public domain, diligence, expiry.

Rules kept here:

- Every field and value is on a closed list; anything else cannot be read.
- The research exception serves no commercial set, and copies for mining end on their day.
- Public domain rests on a rule: seventy years after the last author's death and what wars added, an official text, a
  licence that gives rights up, or words of whoever looked.
- A set that others put together needs a whole record of diligence, and more behind it than its supplier.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from .approvals import words_of
from .policy import moment

_TEXTS = ("title", "licence", "offered", "by", "why", "origin", "how", "acquirer", "research_body", "controller", "notice")
_CHOICES = {
    "ground": ("own", "open-licence", "contract", "public-domain", "statutory", "unknown"),
    "kind": ("unknown", "chat", "own-documents", "web-crawl", "public-dataset", "licensed", "private-dataset", "synthetic", "statutory",
             "works", "other"),
    "statute": ("", "dsm-3", "dsm-4", "open-data"), "role": ("", "controller", "joint", "processor"),
    "personal": ("unknown", "yes", "no"), "press": ("", "yes", "covered", "no")}
_OTHERS = {"source", "acquired", "copies", "languages", "expires", "public_domain", "diligence"}
_ASKED = ("collected", "findings", "opt_outs", "looked_by", "looked_on")


def lists(body: Mapping[str, Any], name: str) -> list[str]:
    """Give a list of texts of an entry, none where there is none.

    Raises:
        ValueError: it is something else.
    """
    value = body.get(name, [])
    if not isinstance(value, list) or not all(isinstance(item, str) and item for item in value):
        raise ValueError("not a list of texts")
    return value


@dataclass(frozen=True, slots=True)
class Stated:
    """What decides of a source's entry; ``diligence`` is "" where it is whole and does not rest on the supplier alone."""

    ground: str
    licence: str
    kind: str
    statute: str
    origin: str
    research_body: str
    destroy: datetime | None
    expires: datetime | None
    rule: str
    died: int
    extension: int | None
    why: str
    diligence: str
    press: str

    @classmethod
    def read(cls, body: Mapping[str, Any]) -> "Stated":
        """Read an entry.

        Raises:
            ValueError: it cannot be read.
        """
        if not set(body) <= {*_TEXTS, *_CHOICES, *_OTHERS}:
            raise ValueError("a source entry with a field that nobody knows")
        told = {name: words_of(body, name) for name in _TEXTS}
        chosen = {name: body.get(name, "unknown" if "unknown" in allowed else "") for name, allowed in _CHOICES.items()}
        if any(value not in _CHOICES[name] for name, value in chosen.items()):
            raise ValueError("a source entry with a value that nobody knows")
        lists(body, "languages")
        _days(body.get("acquired"))
        copies, free = _members(body.get("copies"), "kept", "destroy"), _members(body.get("public_domain"), "rule", "died", "extension", "why")
        if copies is not None and not (words_of(copies, "kept") and words_of(copies, "destroy")):
            raise ValueError("copies without a place or an end")
        rule, died, extension = _rule(free or {})
        if free is not None and not rule:
            raise ValueError("a public domain without a rule")
        return cls(chosen["ground"], told["licence"], chosen["kind"], chosen["statute"], told["origin"], told["research_body"],
                   moment(words_of(copies, "destroy")) if copies else None, moment(body["expires"]) if body.get("expires") else None,
                   rule, died, extension, words_of(free or {}, "why"), _diligence(_members(body.get("diligence"), *_ASKED, "evidence")), chosen["press"])

    def lacks(self, as_of: datetime) -> str:
        """Give the reason why what is stated will not do, whatever right it rests on, or ""."""
        if self.kind == "unknown" and self.ground != "own":
            return "kind-unknown"
        if self.kind in ("public-dataset", "licensed", "private-dataset") and self.diligence:
            return self.diligence
        return "source-expired" if self.expires is not None and self.expires <= as_of else ""

    def statute_against(self, as_of: datetime, *, commercial: bool) -> str:
        """Give the reason why a statute does not permit it, or ""."""
        if self.statute == "open-data":
            return ""
        if self.statute == "dsm-3" and commercial:
            return "statute-forbids"
        if not self.statute or self.destroy is None or (self.statute == "dsm-3" and not self.research_body):
            return "statute-incomplete"
        return "copies-due" if self.destroy <= as_of else ""

    def free(self, as_of: datetime, *, given_up: bool) -> bool:
        """Tell whether it is shown to be free; ``given_up``: its licence gives every right up."""
        if self.rule in ("", "dedicated"):
            return given_up
        if self.rule == "author-70":
            if self.died == 0 or (self.extension is None and self.died >= 1914):
                return False
            return as_of.year > self.died + 70 + (self.extension or 0)
        return self.rule == "official-text" or self.why != ""


def _members(value: Any, *names: str) -> Mapping[str, Any] | None:
    if value is not None and (not isinstance(value, Mapping) or not {*names} >= set(value)):
        raise ValueError("a part of a source entry that cannot be read")
    return value


def _days(value: Any) -> None:
    if (days := _members(value, "first", "last")) is not None:
        first = words_of(days, "first")
        if date.fromisoformat(first) > date.fromisoformat(words_of(days, "last") or first):
            raise ValueError("the last day comes before the first")


def _rule(free: Mapping[str, Any]) -> tuple[str, int, int | None]:
    rule, died, extension = free.get("rule", ""), free.get("died", 0), free.get("extension")
    if rule not in ("", "author-70", "official-text", "dedicated", "other") or type(died) is not int or not 0 <= died <= 9999:
        raise ValueError("a rule of public domain that nobody knows")
    if extension is not None and (type(extension) is not int or extension < 0):
        raise ValueError("an extension that is no number of years")
    return rule, died, extension


def _diligence(told: Mapping[str, Any] | None) -> str:
    if told is None:
        return "diligence-missing"
    evidence, answers = told.get("evidence", []), [words_of(told, name) for name in _ASKED]
    if words_of(told, "looked_on"):
        date.fromisoformat(words_of(told, "looked_on"))
    if not isinstance(evidence, list):
        raise ValueError("evidence is a list")
    witnesses = set()
    for item in evidence:
        one = _members(item, "what", "from") or {}
        if not words_of(one, "what") or one.get("from") not in ("supplier", "own", "authority", "independent"):
            raise ValueError("evidence that cannot be read")
        witnesses.add(one["from"])
    if not all(answers) or not witnesses:
        return "diligence-missing"
    return "supplier-word-alone" if witnesses == {"supplier"} else ""
