"""Record and Turn: the only things that travel from a reader to a release.

A record is a conversation or a document. Both are a tree of turns: a conversation's turns were said by somebody, a
document's turns are its blocks, in order. Everything a record carries is a turn with an *origin*, so that rights reach
it: the words (``said``), the thumbs and comments (``feedback``), titles, summaries and memories (``derived``), and
what was pasted from elsewhere (``pasted``).

Rules kept here:

- No field for tier, plan or price exists, so nothing can decide by it (GDPR Art. 12(5)).
- What is not known is said to be unknown (``""``, ``unknown``), never guessed.
- Text never shows in a ``repr``.
- A reader names people by a reference local to the record; the raw key is emptied when the record arrives and a random
  ``subject`` takes its place.

Law: CHO-01

Read next: ``rights.py``, ``decisions.py``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any, Literal, TypeVar, get_args

from .ids import NOBODY, SubjectId, TurnId

RecordKind = Literal["conversation", "document"]
Origin = Literal["said", "feedback", "derived", "pasted"]
Role = Literal["system", "user", "assistant", "tool", "participant", "block"]
PersonKind = Literal["account", "device", "email", "phone", "handle", "name"]
ConcernRole = Literal["holder", "author", "mentioned"]
Capacity = Literal["consumer", "organisation", "unknown"]
Age = Literal["adult", "minor", "unknown"]
State = Literal["live", "unknown", "temporary", "deleted", "expired"]
#: The declared field in which a record names the records that it was made from; empty: not all of them are known.
MADE_FROM = "derived_from"
_ROLES, _ORIGINS = frozenset(get_args(Role)), frozenset(get_args(Origin))
_KINDS, _CAPACITIES, _AGES, _STATES = (frozenset(get_args(allowed)) for allowed in (RecordKind, Capacity, Age, State))
PartKind = Literal["text", "code", "thinking", "tool-call", "tool-result", "attachment", "quote"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody a record concerns.

    ``ref`` is local to the record (``p0``, ``p1`` …). ``issuer`` vouches for ``key`` (a product, a source). ``key`` is
    the raw identifier as the reader met it, empty once the record has arrived; ``subject`` is the stored random id.
    """

    ref: str
    kind: PersonKind
    issuer: str
    key: str = field(default="", repr=False)
    subject: SubjectId = NOBODY


@dataclass(frozen=True, slots=True, kw_only=True)
class Concern:
    """One person's part in one turn: they hold the account, wrote the turn, or are mentioned in it."""

    person: str
    role: ConcernRole


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A piece of a turn's content; ``path`` is a JSON Pointer inside the original message where it was structured."""

    kind: PartKind = "text"
    text: str = field(default="", repr=False)
    path: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One thing said, done or derived.

    ``said_at`` is an ISO 8601 UTC time to the second (``2025-02-17T16:14:00Z``), a day (``2025-02-17``) or "" when
    unknown. ``shown`` is false for what the product hides or for a branch that is not displayed. ``derived_from`` names
    the turns that a feedback or derived turn rests on; empty means the whole record.
    """

    id: TurnId
    parent: TurnId | None = None
    role: Role
    parts: tuple[Part, ...] = ()
    concerns: tuple[Concern, ...] = ()
    said_at: str = ""
    origin: Origin = "said"
    derived_from: tuple[TurnId, ...] = ()
    language: str = ""
    shown: bool = True
    kind: str = ""

    @property
    def text(self) -> str:
        """Give the turn's parts as one text, a line break between parts."""
        return "\n".join(part.text for part in self.parts if part.text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A conversation or a document, as it arrived.

    ``origin_id`` is its id in the export (keyed before it is stored); ``declared`` is what the source says of itself
    (title, URL, author, licence, date …) and is scanned like text. ``cut`` counts what a reader left out by rule
    (advertising, newsletter boxes), ``strange`` what it did not understand.
    """

    kind: RecordKind
    origin_id: str = field(repr=False)
    format: str
    turns: tuple[Turn, ...]
    people: tuple[Person, ...] = ()
    holder: str = ""
    project: str = ""
    surface: str = ""
    capacity: Capacity = "unknown"
    age: Age = "unknown"
    notice: str = ""
    state: State = "live"
    third_parties: bool = False
    collected: tuple[str, str] = ("", "")
    declared: Mapping[str, str] = field(default_factory=dict, repr=False)
    cut: Mapping[str, int] = field(default_factory=dict)
    strange: Mapping[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Insist on closed values, unique ids, known people, and a tree without cycles.

        Raises:
            ValueError: a value outside its list, a repeated id or reference, a turn that concerns somebody who is not
                listed (whose rights nobody would look up), or a turn whose ancestors form a cycle.
        """
        for value, allowed in ((self.kind, _KINDS), (self.capacity, _CAPACITIES), (self.age, _AGES),
                               (self.state, _STATES)):
            if value not in allowed:
                raise ValueError(f"{value!r} is none of {sorted(allowed)}")
        refs = {person.ref for person in self.people}
        if len(refs) != len(self.people):
            raise ValueError("two people have one reference")
        if self.holder and self.holder not in refs:
            raise ValueError("the holder is not among the record's people")
        for turn in self.turns:
            if turn.role not in _ROLES or turn.origin not in _ORIGINS:
                raise ValueError(f"no such role or origin: {turn.role} {turn.origin}")
            for concern in turn.concerns:
                if concern.person not in refs:
                    raise ValueError("a turn concerns somebody who is not among the record's people")
        parents = {turn.id: turn.parent for turn in self.turns}
        if len(parents) != len(self.turns):
            raise ValueError("two turns have one id")
        _check_acyclic(parents)

    def person(self, ref: str) -> Person:
        """Find a person by local reference.

        Raises:
            KeyError: no such person in this record.
        """
        for person in self.people:
            if person.ref == ref:
                return person
        raise KeyError(ref)


T = TypeVar("T", Record, Turn, Part)


@dataclass(frozen=True, slots=True, kw_only=True)
class SetAside:
    """Something in a file that could not be read: where it lies and why; never its text.

    ``reason`` is a reason name (``broken-json``, ``line-too-long`` …), ``where`` a place such as ``line 12``.
    """

    reason: str
    where: str
    detail: str = ""


_set = object.__setattr__
_VALUES = {kind: attrgetter(*kind.__slots__) for kind in (Record, Turn, Part)}


def altered(thing: T, **values: Any) -> T:
    """Give a record or a part of one with some fields changed: :func:`dataclasses.replace` at a third of its cost.

    Raises:
        ValueError: what a record refuses.
    """
    out = object.__new__(type(thing))
    for name, value in zip(thing.__slots__, _VALUES[type(thing)](thing), strict=True):
        _set(out, name, value)
    for name, value in values.items():
        _set(out, name, value)
    if isinstance(out, Record):
        out.__post_init__()
    return out


def _check_acyclic(parents: Mapping[TurnId, TurnId | None]) -> None:
    done: set[TurnId] = set()
    for start, above in parents.items():
        if above is None or above in done:  # most follow their parent
            done.add(start)
            continue
        seen: set[TurnId] = set()
        node: TurnId | None = start
        while node is not None and node in parents and node not in done:
            if node in seen:
                raise ValueError("the turns' parents form a cycle")
            seen.add(node)
            node = parents[node]
        done |= seen


def to_json(record: Record) -> dict[str, Any]:
    """Write a record as plain JSON values, defaults left out; :func:`from_json` reads it back unchanged."""
    return {"kind": record.kind, "origin_id": record.origin_id, "format": record.format,
            "turns": [turn_json(turn) for turn in record.turns], **about_json(record)}


def about_json(record: Record) -> dict[str, Any]:
    """Write what stands in :func:`to_json` beside the turns and what names the record."""
    out: dict[str, Any] = {}
    if record.people:
        out["people"] = [{"ref": p.ref, "kind": p.kind, "issuer": p.issuer, "key": p.key, "subject": p.subject}
                         for p in record.people]
    for name, value, default in (
            ("holder", record.holder, ""), ("project", record.project, ""), ("surface", record.surface, ""),
            ("notice", record.notice, ""), ("capacity", record.capacity, "unknown"), ("age", record.age, "unknown"),
            ("state", record.state, "live")):
        if value != default:
            out[name] = value
    if record.third_parties:
        out["third_parties"] = True
    if any(record.collected):
        out["collected"] = list(record.collected)
    for name, counts in (("declared", record.declared), ("cut", record.cut), ("strange", record.strange)):
        if counts:
            out[name] = dict(counts)
    return out


def turn_json(turn: Turn) -> dict[str, Any]:
    """Write one turn of :func:`to_json`."""
    out: dict[str, Any] = {"id": turn.id, "role": turn.role}
    if turn.parent is not None:
        out["parent"] = turn.parent
    out["parts"] = [[part.kind, part.text, part.path] for part in turn.parts]
    if turn.concerns:
        out["concerns"] = [[concern.person, concern.role] for concern in turn.concerns]
    if turn.origin != "said":
        out["origin"] = turn.origin
    if turn.derived_from:
        out["derived_from"] = list(turn.derived_from)
    if turn.said_at:
        out["said_at"] = turn.said_at
    if turn.language:
        out["language"] = turn.language
    if turn.kind:
        out["kind"] = turn.kind
    if not turn.shown:
        out["shown"] = False
    return out


def from_json(data: Mapping[str, Any]) -> Record:
    """Read what :func:`to_json` wrote.

    Raises:
        ValueError: a value the record does not allow.
        KeyError: a required field is missing.
    """
    return Record(
        kind=data["kind"], origin_id=data["origin_id"], format=data["format"],
        turns=tuple(_turn(item) for item in data["turns"]),
        people=tuple(Person(ref=p["ref"], kind=p["kind"], issuer=p["issuer"], key=p["key"],
                            subject=SubjectId(p["subject"])) for p in data.get("people", ())),
        holder=data.get("holder", ""), project=data.get("project", ""), surface=data.get("surface", ""),
        capacity=data.get("capacity", "unknown"), age=data.get("age", "unknown"), notice=data.get("notice", ""),
        state=data.get("state", "live"), third_parties=data.get("third_parties", False),
        collected=tuple(data.get("collected", ("", ""))), declared=data.get("declared", {}),
        cut=data.get("cut", {}), strange=data.get("strange", {}))


def _turn(data: Mapping[str, Any]) -> Turn:
    return Turn(
        id=data["id"], parent=data.get("parent"), role=data["role"],
        parts=tuple(Part(kind=kind, text=text, path=path) for kind, text, path in data["parts"]),
        concerns=tuple(Concern(person=person, role=role) for person, role in data.get("concerns", ())),
        said_at=data.get("said_at", ""), origin=data.get("origin", "said"),
        derived_from=tuple(data.get("derived_from", ())), language=data.get("language", ""),
        shown=data.get("shown", True), kind=data.get("kind", ""))
