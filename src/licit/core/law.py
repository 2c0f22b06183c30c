"""The papers behind a legal basis: assessments, screenings, tests and notices as approved texts, and what ended them.

A paper is a TOML text (:data:`KINDS`) that somebody other than its author approved and signed: the text itself stands in the
log, so that a file edited afterwards is a draft and nothing more.

Rules kept here:

- An approval counts when the text has the digest it names, is of the kind and id it names, and is signed as
  :mod:`.approvals` asks, its author being who proposed it; any other counts for nothing, and what was approved before it
  stands. Where a key is taken back, what it signed lapses unless the entry says otherwise.
- What only takes away needs no signature. A withdrawal ends a paper. A trigger, a real breach among them, ends every paper approved before it, or the one it names,
  until the paper is approved anew.
- Ends are not included: on the day named, a paper is over.

Law: LIA-01, LIA-02, LIA-10, REL-10
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any

from .approvals import Holds, Keyring, counts, nothing_holds
from .policy import parse_moment, toml_values
from .rights import Entry

#: What papers there are; a workspace has one screening in force at a time, and any number of the others.
KINDS = ("lia", "dpia-screening", "dpia", "reuse", "governance", "notice")

#: What may end an assessment before its time.
TRIGGERS = ("new-source", "new-purpose", "new-use", "incident", "law-change")


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """An approved text: what it is, which entry approved it, when, by whom and with which key, what the officer said of it, and its fields."""

    kind: str
    id: str
    version: int
    digest: str
    entry: int
    at: datetime
    by: str
    key: str
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
    """Every paper in force at a position of the log, by kind and id, and what has happened since that ends some of them.

    ``unsigned`` names those that would be in force if a name were enough, or their key still counted. ``notices`` has by id every
    text of a notice whose approval counted when it was entered, whatever became of it since.
    """

    papers: Mapping[tuple[str, str], Paper]
    triggers: tuple[Trigger, ...] = ()
    unsigned: frozenset[tuple[str, str]] = frozenset()
    notices: Mapping[str, tuple[Paper, ...]] = field(default_factory=dict)

    def paper(self, kind: str, name: object) -> Paper | None:
        """Find a paper in force."""
        return self.papers.get((kind, str(name)))

    def fired(self, paper: Paper) -> Trigger | None:
        """Give the first thing that ended a paper since it was approved."""
        return next((one for one in self.triggers if one.entry > paper.entry and one.id in ("", paper.id)), None)


@dataclass(slots=True)
class _Fold:
    """Papers and keys as they stand after some entries."""

    origin: str
    holds: Holds
    keyring: Keyring = field(default_factory=Keyring)
    papers: dict[tuple[str, str], Paper] = field(default_factory=dict)
    unsigned: set[tuple[str, str]] = field(default_factory=set)
    notices: dict[str, tuple[Paper, ...]] = field(default_factory=dict)

    def key(self, body: Mapping[str, Any]) -> None:
        """Enrol or take back a key; what a lost one signed is nobody's word any more."""
        lapsed = self.keyring.read(body)
        for name in [name for name, paper in self.papers.items() if lapsed and paper.key == lapsed]:
            del self.papers[name]
            self.unsigned.add(name)

    def approve(self, entry: Entry, body: Mapping[str, Any]) -> None:
        """Put an approved paper in force, if its approval counts."""
        paper = _approved(entry, body)
        if paper is None:
            return
        name = (paper.kind, paper.id)
        if counts(body, keyring=self.keyring, digest=paper.digest, proposers=(paper.author,), origin=self.origin, holds=self.holds):
            self.papers[name] = paper
            self.unsigned.discard(name)
            if paper.kind == "notice":
                self.notices[paper.id] = (*self.notices.get(paper.id, ()), paper)
        elif name not in self.papers:
            self.unsigned.add(name)

    def withdraw(self, name: tuple[str, str]) -> None:
        """End a paper."""
        self.papers.pop(name, None)
        self.unsigned.discard(name)


def law_from(entries: Iterable[Entry], *, origin: str = "", holds: Holds = nothing_holds) -> Law:
    """Fold entries ``law``, ``breach`` and ``staff-key``, in sequence.

    Args:
        entries: of these kinds.
        origin: the name of the log, which approvals are signed for.
        holds: checks a signature; without it, none counts.

    Raises:
        ValueError: an entry without a decision part, which may have been a trigger, or one about a key that cannot be read.
    """
    fold, triggers = _Fold(origin=origin, holds=holds), list[Trigger]()
    for entry in entries:
        body = entry.decision
        if body is None:
            raise ValueError(f"entry {entry.seq} ({entry.kind}) of the log cannot be read")
        if entry.kind == "staff-key":
            fold.key(body)
        elif entry.kind == "breach":
            if body.get("answer") != "drill":
                triggers.append(Trigger(entry=entry.seq, what="incident", why=str(body.get("why", ""))))
        elif body.get("answer") == "approved":
            fold.approve(entry, body)
        elif body.get("answer") == "withdrawn":
            fold.withdraw((str(body.get("paper", "")), str(body.get("id", ""))))
        else:
            triggers.append(Trigger(entry=entry.seq, what=str(body.get("what", "")), id=str(body.get("id", "")),
                                    why=str(body.get("why", "")), by=str(body.get("by", ""))))
    return Law(papers=fold.papers, triggers=tuple(triggers), unsigned=frozenset(fold.unsigned), notices=fold.notices)


def _approved(entry: Entry, body: Mapping[str, Any]) -> Paper | None:
    """Read an approval, its signature aside; None when it is of no such text."""
    text, by = body.get("text"), str(body.get("by", "")).strip()
    if not isinstance(text, str) or body.get("digest") != text_digest(text):
        return None
    try:
        data = paper_fields(text)
        until = parse_moment(str(body.get("until", "")))
    except ValueError:
        return None
    kind, name, version = data.get("kind"), data.get("id"), data.get("version")
    if kind not in KINDS or (kind, name) != (body.get("paper"), body.get("id")):
        return None
    return Paper(kind=str(kind), id=str(name), version=version if type(version) is int else 0, digest=text_digest(text),
                 entry=entry.seq, at=entry.recorded_at, by=by, key=str(body.get("key", "")), author=author_of(data),
                 opinion=str(body.get("opinion", "")), until=until, data=data)


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


def same_words(one: object, two: object) -> bool:
    """Tell whether two texts say the same, white space aside; a missing one never does."""
    return isinstance(one, str) and isinstance(two, str) and bool(one.strip()) and one.split() == two.split()


__all__ = ["KINDS", "TRIGGERS", "Law", "Paper", "Trigger", "author_of", "law_from", "paper_fields", "same_words",
           "text_digest"]
