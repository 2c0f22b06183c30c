"""The papers behind a legal basis: assessments, screenings, tests and notices as approved texts, and what ended them.

A paper is a TOML text (:data:`KINDS`) that somebody other than its author approved: the text itself stands in the log, so
that a file edited afterwards is a draft and nothing more.

Rules kept here:

- An approval counts when the text has the digest it names, is of the kind and id it names, and names an approver who is
  not the author; any other counts for nothing, and what was approved before it stands.
- A withdrawal ends a paper. A trigger, a real breach among them, ends every paper approved before it, or the one it names,
  until the paper is approved anew.
- Ends are not included: on the day named, a paper is over.

Law: LIA-01, LIA-02, LIA-10, REL-10
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from .policy import parse_moment, toml_values
from .rights import Entry

#: What papers there are; a workspace has one screening in force at a time, and any number of the others.
KINDS = ("lia", "dpia-screening", "dpia", "reuse", "governance", "notice")

#: What may end an assessment before its time.
TRIGGERS = ("new-source", "new-purpose", "new-use", "incident", "law-change")


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """An approved text: what it is, which entry approved it, when, by whom, what the officer said of it, and its fields."""

    kind: str
    id: str
    version: int
    digest: str
    entry: int
    at: datetime
    by: str
    author: str
    opinion: str
    until: datetime
    data: Mapping[str, Any]

    def of(self, section: str) -> Mapping[str, Any]:
        """Give a section's fields; none when it has no such section."""
        found = self.data.get(section)
        return found if isinstance(found, Mapping) else {}

    def all(self, section: str) -> list[Mapping[str, Any]]:
        """Give the blocks of a section that may stand several times."""
        found = self.data.get(section)
        return [item for item in found if isinstance(item, Mapping)] if isinstance(found, list) else []


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    """Something that ends papers approved before it: its entry, what it is, and the only paper it is about ("": all)."""

    entry: int
    what: str
    id: str = ""
    why: str = ""
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Law:
    """Every paper in force at a position of the log, by kind and id, and what has happened since that ends some of them."""

    papers: Mapping[tuple[str, str], Paper]
    triggers: tuple[Trigger, ...] = ()

    def paper(self, kind: str, name: object) -> Paper | None:
        """Find a paper in force."""
        return self.papers.get((kind, str(name)))

    def fired(self, paper: Paper) -> Trigger | None:
        """Give the first thing that ended a paper since it was approved."""
        return next((one for one in self.triggers if one.entry > paper.entry and one.id in ("", paper.id)), None)


def law_from(entries: Iterable[Entry]) -> Law:
    """Fold entries ``law`` and ``breach``, in sequence.

    Raises:
        ValueError: an entry without a decision part, which may have been a trigger.
    """
    papers: dict[tuple[str, str], Paper] = {}
    triggers: list[Trigger] = []
    for entry in entries:
        body = entry.decision
        if body is None:
            raise ValueError(f"entry {entry.seq} ({entry.kind}) of the log cannot be read")
        if entry.kind == "breach":
            if body.get("answer") != "drill":
                triggers.append(Trigger(entry=entry.seq, what="incident", why=str(body.get("why", ""))))
        elif body.get("answer") == "approved":
            if (paper := _approved(entry, body)) is not None:
                papers[paper.kind, paper.id] = paper
        elif body.get("answer") == "withdrawn":
            papers.pop((str(body.get("paper", "")), str(body.get("id", ""))), None)
        else:
            triggers.append(Trigger(entry=entry.seq, what=str(body.get("what", "")), id=str(body.get("id", "")),
                                    why=str(body.get("why", "")), by=str(body.get("by", ""))))
    return Law(papers=papers, triggers=tuple(triggers))


def _approved(entry: Entry, body: Mapping[str, Any]) -> Paper | None:
    """Read an approval; None when it counts for nothing."""
    text, by = body.get("text"), str(body.get("by", "")).strip()
    if not isinstance(text, str) or body.get("digest") != text_digest(text):
        return None
    try:
        data = paper_fields(text)
        until = parse_moment(str(body.get("until", "")))
    except ValueError:
        return None
    author, kind, name = author_of(data), data.get("kind"), data.get("id")
    if kind not in KINDS or (kind, name) != (body.get("paper"), body.get("id")) or not by or not author or same_person(by, author):
        return None
    version = data.get("version")
    return Paper(kind=str(kind), id=str(name), version=version if type(version) is int else 0, digest=text_digest(text),
                 entry=entry.seq, at=entry.recorded_at, by=by, author=author, opinion=str(body.get("opinion", "")),
                 until=until, data=data)


def text_digest(text: str) -> str:
    """Give the digest by which an approval names a text."""
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


@lru_cache(maxsize=256)
def paper_fields(text: str) -> Mapping[str, Any]:
    """Read the fields of a paper, days as text. What is given is shared: it is not to be changed.

    Raises:
        ValueError: it is no TOML.
    """
    return toml_values(text)


def author_of(data: Mapping[str, Any]) -> str:
    """Give the author that a paper names, "" when it names none."""
    part = data.get("identification")
    return str(part.get("author", "")).strip() if isinstance(part, Mapping) else ""


def same_person(one: str, two: str) -> bool:
    """Tell whether two names are one, however they are spaced and capitalised."""
    return " ".join(one.split()).casefold() == " ".join(two.split()).casefold()


def same_words(one: object, two: object) -> bool:
    """Tell whether two texts say the same, white space aside; a missing one never does."""
    return isinstance(one, str) and isinstance(two, str) and bool(one.strip()) and one.split() == two.split()


__all__ = ["KINDS", "TRIGGERS", "Law", "Paper", "Trigger", "author_of", "law_from", "paper_fields", "same_person",
           "same_words", "text_digest"]
