"""A conversation that a product hands over: what of it may be kept is decided before a byte of it is written.

Rules kept here:

- The standing of everybody whom a message concerns decides on it, at the log's head, as in a build. A message that is
  refused is not kept, nor what follows it on its branch, nor what was made from it.
- A rating is asked about twice: for what its conversation is wanted for, and for learning from ratings.
- Temporary, deleted and expired chats, organisations' and minors' words are never kept, nor what nobody vouches is none of
  these. Somebody who is no user and objected is looked for in memory.
- What is kept goes the way of an import, and the next build judges it anew. What is held is kept and not used.
- Masked before it is kept, where that is asked for: what then cannot be masked is not kept.
- The answer names reasons, never words.

Law: CHO-06, CHO-07, CHO-08, CHO-11, CHO-21
"""

from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import datetime

from ..core.decisions import Decision, because, strictest
from ..core.errors import HeldError
from ..core.ids import SubjectId
from ..core.policy import Policy, said_between
from ..core.records import Person, Record, Turn, altered
from ..core.rights import Item, Standings, standing
from ..pipeline.pack import KNOWN
from .arrive import Declared, declare, naming
from .live import Live
from .plan import read_plan
from .workspace import Position, Workspace, outsiders_at

#: Stands for somebody about whom the log says nothing.
_NOBODY_YET = SubjectId("-")
_RATINGS = "learn-from-feedback"
_AS_A_WHOLE = {"temporary": "chat-state", "deleted": "chat-state", "expired": "chat-state", "unknown": "chat-state-unknown"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Handed:
    """A conversation as it was handed over: read, with what the product declares of it, and what it is wanted for.

    ``masked`` asks for personal data to be replaced before anything is written.
    """

    record: Record
    declared: Declared
    source: str
    purpose: str
    masked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What became of one message: its id, the answer with its reason name, and whether it is kept."""

    message: str
    answer: str
    reason: str
    kept: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenIn:
    """What became of a conversation: its record id, "" where nothing of it is kept, and each message in order.

    ``size`` is the number of log entries that it was decided by, ``at`` when.
    """

    record: str
    messages: tuple[Judged, ...]
    size: int
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class _Now:
    """What decides as of one head of the log: standings, policy, the log's size, and the keys of outsiders who objected.

    ``names`` gives the ids that a source's record may have.
    """

    standings: Standings
    policy: Policy
    size: int
    outsiders: Set[str] = field(repr=False)
    names: Callable[[str, Record], Sequence[str]]

    @classmethod
    def of(cls, live: Live) -> "_Now":
        """Ask once; what was entered between the two questions makes the size differ from the next one's."""
        standings, policy, size = live.now()
        keys, _ = outsiders_at(live.workspace.log, Position.head(live.workspace.log))
        return cls(standings=standings, policy=policy, size=size, outsiders=keys.keys(), names=naming(live.workspace))


def take_in(live: Live, handed: Handed) -> TakenIn:
    """Decide what of a conversation may be kept, then keep that and nothing else.

    Raises:
        InputError: it cannot be read.
        ValueError: an unknown purpose.
        EvidenceError: an entry that decides cannot be read; nothing was kept.
        SetupError: a detector is missing that must look for somebody who objected; nothing was kept.
        HeldError: it was to be masked and could not be; nothing was kept.
    """
    done, record = _judged(live, handed, _Now.of(live))
    if record is None:
        return done
    live.gathered.store(handed.source, record)
    return replace(done, record=_stored_as(live.workspace, {handed.source: [record]})[0])


def take_in_all(live: Live, several: Sequence[Handed]) -> list[TakenIn | BaseException]:
    """Do as :func:`take_in` for conversations that came together and are all others; give for each what came of it.

    They share shards, and what decides is asked once for all. Where the log moved while they were judged, they are judged once
    more before anything is written.
    """
    now = _Now.of(live)
    judged = [_attempt(live, one, now) for one in several]
    if live.now()[2] != now.size:
        now = _Now.of(live)
        judged = [_attempt(live, one, now) for one in several]
    out: list[TakenIn | BaseException] = [one if isinstance(one, BaseException) else one[0] for one in judged]
    kept: dict[str, list[tuple[int, Record]]] = {}
    for number, one in enumerate(judged):
        if not isinstance(one, BaseException) and one[1] is not None:
            kept.setdefault(several[number].source, []).append((number, one[1]))
    for source, found in kept.items():
        faults = live.gathered.store_all(source, [record for _, record in found])
        named = _stored_as(live.workspace, {source: [record for _, record in found]})
        for (number, _), fault, name in zip(found, faults, named, strict=True):
            done = out[number]
            out[number] = replace(done, record=name) if fault is None and isinstance(done, TakenIn) else fault or done
    return out


def _attempt(live: Live, handed: Handed, now: _Now) -> tuple[TakenIn, Record | None] | BaseException:
    try:
        return _judged(live, handed, now)
    except Exception as error:
        return error


def _stored_as(space: Workspace, records: Mapping[str, Sequence[Record]]) -> list[str]:
    """Give the id under which each record is stored, "" for one that is not."""
    names = naming(space)
    own = [names(source, record) for source, found in records.items() for record in found]
    stored = space.catalogue.stored([name for both in own for name in both])
    return [next((name for name in reversed(both) if name in stored), "") for both in own]


def _judged(live: Live, handed: Handed, now: _Now) -> tuple[TakenIn, Record | None]:
    """Decide what of a conversation may be kept; give what is to be told, and what is to be stored."""
    space = live.workspace
    record = declare(handed.record, handed.declared, handed.source, "API")
    if whole := _whole(record):
        return TakenIn(record="", size=now.size, at=space.clock.now(), messages=tuple(
            Judged(message=turn.id, answer=whole.answer, reason=whole.reason, kept=False) for turn in record.turns)), None
    at = space.clock.now()
    decided = _decided(live, handed, record, (now, at))
    kept = {turn.id for turn, decision in decided if decision.answer != "refuse"}
    done = TakenIn(record="", size=now.size, at=at, messages=tuple(
        Judged(message=turn.id, answer=decision.answer, reason=decision.reason, kept=turn.id in kept) for turn, decision in decided))
    if not kept:
        return done, None
    if len(kept) < len(record.turns):
        # A title or another remark beside the messages may repeat what is not kept.
        record = altered(record, turns=tuple(turn for turn in record.turns if turn.id in kept),
                         declared={"path": record.declared["path"]})
    return done, _masked(space, now.names(handed.source, record)[-1], record) if handed.masked else record


def _decided(live: Live, handed: Handed, record: Record, when: tuple[_Now, datetime]) -> list[tuple[Turn, Decision]]:
    """Decide on every turn."""
    now, at = when
    own = now.names(handed.source, record)
    people = {person.ref: _subject(live, person) or _NOBODY_YET for person in record.people}
    found = _followed(record.turns, [
        strictest(standing(now.standings, now.policy, person, purpose, item, at)
                  for person, item in _asked(record, turn, (own, people)) for purpose in _purposes(turn, handed.purpose))
        for turn in record.turns])
    if any(decision.answer != "refuse" for decision in found):
        named = _objected(live.workspace, own[-1], record, now.outsiders)
        found = [named] * len(found) if named else found
    return list(zip(record.turns, found, strict=True))


def _purposes(turn: Turn, purpose: str) -> tuple[str, ...]:
    return (purpose, _RATINGS) if turn.origin == "feedback" else (purpose,)


def _subject(live: Live, person: Person) -> SubjectId:
    return SubjectId(person.key) if person.issuer == KNOWN else live.subject((person.issuer, person.kind, person.key))


def _masked(space: Workspace, name: str, record: Record) -> Record:
    masked = space.mask(name, record)
    if masked.reason:
        raise HeldError("it cannot be masked", about=name, reason=masked.reason)
    texts = iter(masked.texts)
    return altered(record, declared={"path": record.declared["path"]}, turns=tuple(
        altered(turn, parts=tuple(altered(part, text=next(texts)) for part in turn.parts)) for turn in record.turns))


def _whole(record: Record) -> Decision | None:
    """Give why a conversation is not kept whoever it concerns, None where nothing says so."""
    reason = _AS_A_WHOLE.get(record.state, "")
    reason = reason or {"organisation": "organisation-data", "unknown": "capacity-unknown"}.get(record.capacity, "")
    reason = reason or ("minor" if record.age == "minor" else "") or ("" if record.holder else "subject-unknown")
    return because(reason) if reason else None


def _asked(record: Record, turn: Turn, known: tuple[Sequence[str], Mapping[str, SubjectId]]) -> Iterator[tuple[SubjectId, Item]]:
    """Give everybody whom a turn concerns, with the turn under each id that the record may have."""
    own, people = known
    said = said_between(turn.said_at) or _collected(record)
    for ref in {record.holder, *(concern.person for concern in turn.concerns)}:
        for name in own:
            yield people[ref], Item(record=name, project=record.project, turn=turn.id, said=said)


def _collected(record: Record) -> tuple[datetime, datetime] | None:
    first, last = (said_between(day) for day in record.collected)
    return (first[0], last[1]) if first and last else None


def _followed(turns: Sequence[Turn], decisions: Sequence[Decision]) -> list[Decision]:
    """Let a refusal take along what follows it on its branch and what was made from it; turns come after their parents."""
    refused: dict[str, Decision] = {}
    out = []
    for turn, decision in zip(turns, decisions, strict=True):
        above = [refused[name] for name in (turn.parent, *turn.derived_from) if name in refused]
        decision = strictest([decision, *above])
        if decision.answer == "refuse":
            refused[turn.id] = decision
        out.append(decision)
    ratings = {turn.id for turn in turns if turn.origin == "feedback"}  # a title is not made of them
    first = next((decision for name, decision in refused.items() if name not in ratings), None)
    if first is None:
        return out
    return [strictest([decision, first]) if turn.origin != "said" and not turn.derived_from else decision
            for turn, decision in zip(turns, out, strict=True)]


def _objected(space: Workspace, name: str, record: Record, keys: Set[str]) -> Decision | None:
    """Look for whoever is no user and objected; a name alone may be somebody else's, and is held by every build."""
    if not keys:
        return None
    rows = space.look(read_plan(space.root / "plan.toml"), name, record)
    found = {key for mentions in rows.column("mentions").to_pylist() for key in mentions or ()}
    return because("third-party-objection") if found & keys else None
