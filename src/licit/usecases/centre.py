"""What a person may see and undo of themselves: their choices, their history, and where their words are.

Rules kept here:

- Everything is read from the log and from what builds wrote down; nothing is kept for display.
- A state says what was decided and since when, never more: excluded from future runs is not removed from a model.
- Undoing is a new entry; nothing in the log is taken back. An erasure cannot be undone.
- Only a person's own entries, those of their linked accounts included, are ever given.

Law: RGT-08
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

import polars as pl

from ..core.cases import REQUESTS, Case, Step, cases_from
from ..core.errors import InputError
from ..core.ids import SubjectId
from ..core.policy import PURPOSES, said_between
from ..core.records import Record, from_json
from ..core.rights import Entry, Item, standing
from ..core.stays import LegalHold
from .later import erased_records
from .live import Live
from .queries import downstream_of, records_of, released_rows
from .workspace import Workspace, legal_holds, releases_at

State = Literal["refused", "allowed", "used", "not-used", "restricted", "erased"]

_REFUSED = {"objection", "consent-withdrawn", "said-before-permission"}
_UNDONE_BY = {"objection": "permission", "withdrawal": "permission", "permission": "objection", "consent": "withdrawal",
              "restriction": "lifting", "lifting": "restriction"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """How things stand for one purpose, for what the person says now.

    ``basis`` is the policy's for today ("" none). ``since`` and ``entry`` name the person's own entry that decided; None
    and -1 where only the policy speaks.
    """

    purpose: str
    basis: str
    state: State
    reason: str
    since: datetime | None = None
    entry: int = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One entry of a person: what they asked for, when it came, what undoes it ("" nothing), and the day it is due.

    ``steps`` are what staff did to answer it, and ``ended`` how it stands: open, answered, refused, or "" for what no
    answer is owed to; ``late`` that its legal date is over and nobody answered.
    """

    entry: int
    kind: str
    purposes: tuple[str, ...]
    target: Mapping[str, str]
    received_at: datetime
    recorded_at: datetime
    undone_by: str
    due: str
    article: str
    steps: tuple[Step, ...] = ()
    ended: str = ""
    late: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Whereabouts:
    """One conversation or document that concerns a person, and where it went.

    ``turns`` are those that concern them. ``went`` names for each release whether it was released, held or refused and
    why, and the runs and models that trained on it. ``held`` is the legal hold on it, if any.
    """

    record: str
    source: str
    day: str
    last_day: str
    turns: int
    title: str = field(repr=False)
    state: State
    reason: str
    went: tuple[Mapping[str, Any], ...]
    held: LegalHold | None = None


def choices(live: Live, subject: str) -> list[Choice]:
    """Give how things stand for each purpose."""
    standings, policy, _ = live.now()
    at = live.workspace.clock.now()
    out = []
    for purpose in PURPOSES:
        period = policy.period(purpose, at)
        decision = standing(standings, policy, SubjectId(subject), purpose, Item(record="", said=(at, at)), at)
        said = _entry(live.workspace, decision.entries[:1])
        state, told = _state(decision.answer, decision.reason), said
        if state in ("used", "not-used") and (allowed := _allowed(live, subject, purpose)):
            told = allowed
            state = "allowed" if state == "used" else state
        out.append(Choice(purpose=purpose, basis=period.basis if period else "", state=state, reason=decision.reason,
                          since=told.recorded_at if told else None, entry=told.seq if told else -1))
    return out


def _state(answer: str, reason: str) -> State:
    """Say in one word what an answer means to the person; a waiting period is use that has not begun."""
    if reason in _REFUSED:
        return "refused"
    if reason in ("restricted", "rectification-pending"):
        return "restricted"
    if reason == "erased":
        return "erased"
    return "used" if answer == "keep" or reason == "waiting-period" else "not-used"


def _entry(workspace: Workspace, seqs: Sequence[int]) -> Entry | None:
    return next(iter(workspace.log.entries(start=seqs[0], stop=seqs[0] + 1)), None) if seqs else None


def _allowed(live: Live, subject: str, purpose: str) -> Entry | None:
    """Find the person's last permission or consent for a purpose, of everything."""
    found = None
    for entry in live.workspace.log.entries(subject=SubjectId(subject), kinds=("permission", "consent")):
        body = entry.decision or {}
        if purpose in body.get("purposes", ()) and "target" not in body:
            found = entry
    return found


def history(live: Live, subject: str) -> list[Event]:
    """Give a person's entries, the newest first, linked accounts' included; steps of staff stand with what they answer."""
    standings, _, _ = live.now()
    found = sorted((entry for one in (SubjectId(subject), *standings.linked(SubjectId(subject)))
                    for entry in live.workspace.log.entries(subject=one)), key=lambda entry: entry.seq)
    owed = cases_from(found)
    today = live.workspace.clock.now().date()
    return [_event(entry, owed.get(entry.seq), today) for entry in reversed(found) if entry.kind not in ("subject", "link", "step")]


def _event(entry: Entry, case: Case | None, today: date) -> Event:
    body = entry.decision or {}
    return Event(entry=entry.seq, kind=entry.kind, purposes=tuple(body.get("purposes", ())),
                 target=body.get("target", {}), received_at=entry.received_at, recorded_at=entry.recorded_at,
                 undone_by=_UNDONE_BY.get(entry.kind, ""), due=case.due.isoformat() if case else "",
                 article=REQUESTS.get(entry.kind, ""), steps=tuple(case.counting) if case else (), ended=case.state if case else "",
                 late=case is not None and case.state == "open" and today > case.due)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One reading by staff of a record that concerns a person: the entry that says so, the record, and when.

    ``there`` tells that the record is still stored, ``masked`` that the words were de-identified.
    """

    entry: int
    record: str
    at: datetime
    there: bool = True
    masked: bool = False


def readings(live: Live, subject: str) -> list[Seen]:
    """Give every reading by staff of records that concern a person, the newest first.

    A reading outlives the words: its entry names the random ids of the people concerned, and an older one is known by the
    erasure that took its record.
    """
    standings, _, _ = live.now()
    read = list(live.workspace.log.entries(kinds=("reading",)))
    if not read:
        return []
    people = [subject, *map(str, standings.linked(SubjectId(subject)))]
    there = set(records_of(live.workspace, people))
    own = {entry.seq for one in people for entry in live.workspace.log.entries(subject=SubjectId(one), kinds=("erasure",))}
    gone = {record for record, seq in erased_records(live.workspace.log).items() if seq in own} if own else set()
    out = []
    for entry in reversed(read):
        body = entry.decision or {}
        record, concerned = str(body.get("record", "")), body.get("people", ())
        if record in there | gone or not set(people).isdisjoint(concerned):
            out.append(Seen(entry=entry.seq, record=record, at=entry.recorded_at, there=record in there,
                            masked=body.get("shown") == "deidentified"))
    return out


def own_entry(live: Live, subject: str, seq: int) -> Entry:
    """Give one entry of a person's own.

    Raises:
        InputError: there is none of that number; nobody is told whether somebody else has one.
    """
    standings, _, size = live.now()
    mine = {SubjectId(subject), *standings.linked(SubjectId(subject))}
    if 0 <= seq < size:
        entry = _entry(live.workspace, (seq,))
        if entry and entry.subject in mine and entry.kind not in ("subject", "link"):
            return entry
    raise InputError("you have no entry of this number", about=str(seq), reason="entry-unknown")


def whereabouts(live: Live, subject: str, purpose: str = "train") -> list[Whereabouts]:
    """Give every record that concerns a person, the newest first, and where it went."""
    space = live.workspace
    standings, policy, _ = live.now()
    people = [subject, *map(str, standings.linked(SubjectId(subject)))]
    records = records_of(space, people)
    if not records:
        return []
    at, went, out, held = space.clock.now(), _went(space, records), [], legal_holds(space.log)
    for name, record in read_records(space, records):
        mine = [turn for turn in record.turns if _concerns(record, turn.concerns, people)]
        days = sorted(turn.said_at[:10] for turn in mine if turn.said_at)
        answers = [standing(standings, policy, SubjectId(subject), purpose,
                            Item(record=name, project=record.project, turn=turn.id, said=said_between(turn.said_at)), at)
                   for turn in mine]
        worst = next((a for rank in ("refuse", "hold", "keep") for a in answers if a.answer == rank), None)
        source = record.format if not went.get(name) else str(went[name][-1]["source"])
        out.append(Whereabouts(
            record=name, source=source, day=days[0] if days else "", last_day=days[-1] if days else "", turns=len(mine),
            title=_title(record), state=_state(worst.answer, worst.reason) if worst else "not-used",
            reason=worst.reason if worst else "", went=tuple(went.get(name, ())), held=held.get(name)))
    return sorted(out, key=lambda item: (item.last_day, item.record), reverse=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One turn that concerns a person. ``text`` is theirs to read only where they hold the record or wrote the turn."""

    turn: str
    role: str
    origin: str
    said_at: str
    text: str = field(repr=False)
    state: State
    reason: str


def messages_of(live: Live, subject: str, record: str, purpose: str = "train") -> list[Message]:
    """Give the turns of a record that concern a person, in order, and how each stands.

    Raises:
        InputError: no record of that id concerns them; nobody is told whether there is one.
    """
    space = live.workspace
    standings, policy, _ = live.now()
    people = [subject, *map(str, standings.linked(SubjectId(subject)))]
    found = next(iter(read_records(space, [record])), None) if record in records_of(space, people) else None
    if found is None:
        raise InputError("you have no such conversation here", reason="record-unknown")
    name, body = found
    own, at, out = _roles(body, people), space.clock.now(), []
    for turn in body.turns:
        if not _concerns(body, turn.concerns, people):
            continue
        answer = standing(standings, policy, SubjectId(subject), purpose,
                          Item(record=name, project=body.project, turn=turn.id, said=said_between(turn.said_at)), at)
        mine = "holder" in own or any(concern.role == "author" and concern.person in own["refs"] for concern in turn.concerns)
        out.append(Message(turn=turn.id, role=turn.role, origin=turn.origin, said_at=turn.said_at,
                           text=turn.text if mine else "", state=_state(answer.answer, answer.reason), reason=answer.reason))
    return out


def _roles(record: Record, people: Sequence[str]) -> dict[str, set[str]]:
    """Give a person's references in a record, and whether they hold it."""
    refs = {person.ref for person in record.people if str(person.subject) in people}
    return {"refs": refs} | ({"holder": refs} if record.holder in refs else {})


def _concerns(record: Record, concerns: Sequence[Any], people: Sequence[str]) -> bool:
    mine = {person.ref for person in record.people if str(person.subject) in people}
    return any(concern.person in mine for concern in concerns)


def read_records(space: Workspace, records: Sequence[str]) -> Iterator[tuple[str, Record]]:
    """Read records as they arrived, shard by shard."""
    shards: dict[str, list[str]] = {}
    for name, (_, shard) in space.catalogue.stored(records).items():
        shards.setdefault(shard, []).append(name)
    for shard, names in sorted(shards.items()):
        rows = space.corpus.frame([f"shards/{shard}.parquet"], ("record", "body"), pl.col("record").is_in(names))
        for name, body in rows.iter_rows():
            yield str(name), from_json(json.loads(body))


def _title(record: Record, length: int = 60) -> str:
    """Give what the person will know a conversation by: its title, else the first words they said."""
    title = record.declared.get("title", "") or next(
        (turn.text for turn in record.turns if turn.role in ("user", "participant", "block") and turn.shown and turn.text), "")
    title = " ".join(title.split())
    if len(title) <= length:
        return title
    whole, _, _ = title[:length].rpartition(" ")
    return (whole if len(whole) > length // 2 else title[:length - 1]).rstrip(" ,;:.") + "…"


def _went(space: Workspace, records: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    """Say of each record what every release made of it."""
    downstream, out = downstream_of(space), {name: list[dict[str, Any]]() for name in records}
    for name, release in releases_at(space.log).items():
        decided = f"state/{name}/decisions.parquet"
        if not space.corpus.exists(decided):
            continue
        frame = space.corpus.frame([decided], ("record", "source", "answer", "reason"), pl.col("record").is_in(list(records)))
        held = set(released_rows(space, name).filter(pl.col("record").is_in(list(records)))["record"].to_list())
        for record, source, answer, reason in frame.unique(maintain_order=True).iter_rows():
            there = record in held
            if there and answer != "keep":
                continue
            out[record].append({"release": name, "source": source, "answer": "released" if there else answer,
                                "reason": reason, "withdrawn": release.withdrawn >= 0, "closed_at": release.closed_at,
                                "runs": downstream.runs_of(name) if there else []})
    return out
