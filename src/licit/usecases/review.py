"""Staff's decisions on single records: what waits for one, and entering it in the log with its receipt.

Rules kept here:

- A decision names who made it and why; it is an entry of the log and gives a signed receipt.
- A release names the holds it lifts, and only holds that speak against the record's present state. It is bound to that
  state, to the objections that stood by then and to the refused records that were seen to be repeated.
- What a person concerned refused, what a source lacks, an age or a failed check is no matter for staff.
- Nobody sees a record's words here without an entry of the log that says who, written before; and nobody sees what
  somebody concerned refused to have people look at.
- Words are shown as a build would release them, with placeholders. As they were typed they are shown for a stated reason
  only, which the entry keeps: whether a name is a given person's cannot be told from a placeholder.

Law: CHO-21, DEI-09
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import polars as pl

from ..core.cases import SHORTEST
from ..core.errors import HeldError, InputError, RefusedError
from ..core.ids import SubjectId
from ..core.policy import said_between
from ..core.reasons import REASONS
from ..core.records import Record, Turn, altered, from_json
from ..core.rights import Item, Standings
from ..core.staff import LIFTABLE
from ..pipeline.decide import Gates, by_other_gates, copied_by, liftable
from ..pipeline.dedupe import copies_of
from ..pipeline.kin import DESCENDANT, TRANSLATION
from .commands import receipt
from .deciding import decide_under, gates_of, make_lock
from .plan import Plan, read_plan
from .workspace import Position, Workspace, standings_at

_ANSWERS = ("release", "hold", "refuse")
_STAFF = ("decided-hold", "decided-refuse")
_SHOWN = {False: "deidentified", True: "as-typed"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A record that staff may decide on: the holds they may lift, or what they decided; ``lapsed`` if a release counts no more.

    ``rows`` counts the rows held for one of ``reasons``; ``kin`` names the documents that it may translate or be translated by.
    """

    record: str
    source: str
    rows: int
    reasons: tuple[str, ...]
    decided: str = ""
    lapsed: bool = False
    kin: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Give it as plain values."""
        return {"record": self.record, "source": self.source, "rows": self.rows, "reasons": list(self.reasons),
                "decided": self.decided or None, "lapsed": self.lapsed, "kin": list(self.kin)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """What a member of staff decides on a record; ``lifts`` names the holds that a release lifts."""

    record: str
    answer: str
    by: str
    why: str
    lifts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """Everything as it stands now: the lock it was judged under, the gates, and every row with its answer."""

    lock: Mapping[str, Any]
    gates: Gates
    rows: pl.DataFrame


def _look(workspace: Workspace) -> _Seen:
    plan: Plan = replace(read_plan(workspace.root / "plan.toml"), sources=())
    lock = make_lock(workspace, plan, Position.head(workspace.log))
    return _Seen(lock=lock, gates=gates_of(workspace, lock), rows=decide_under(workspace, lock))


def waiting(workspace: Workspace) -> list[Waiting]:
    """Give every record that waits for a decision of staff, or was held or refused by one, under the workspace's plan."""
    seen = _look(workspace)
    rows = seen.rows.filter(pl.col("reason").is_in([*LIFTABLE, *_STAFF]))
    speaking = dict(rows.join(_speaking(seen, rows).rename({"reason": "against"}), on="row").group_by("record").agg(
        pl.col("against").unique()).iter_rows()) if rows.height else {}
    partners = dict(seen.gates.kin(rows).partners(by_other_gates(seen.rows)).group_by("record").agg("other").iter_rows())
    out = []
    for record, source, shard, number in rows.group_by("record", "source", "shard").len().sort("source", "record").iter_rows():
        made, counts = seen.gates.staff.made_on(record), seen.gates.staff.of(record, shard)
        out.append(Waiting(
            record=record, source=source, rows=number,
            reasons=tuple(name for name in LIFTABLE if name in speaking.get(record, ())),
            decided=counts.answer if counts else "",
            kin=tuple(partners.get(record, ())), lapsed=bool(made) and made[-1].answer == "release" and counts is not made[-1]))
    return out


def _speaking(seen: _Seen, rows: pl.DataFrame) -> pl.DataFrame:
    """Give every hold against some rows that staff may lift (``row``, ``reason``), whether they lifted it or not."""
    runs = seen.rows.filter("for_people")["runs"].explode(empty_as_null=False).drop_nulls()
    kin = seen.gates.kin(seen.rows)
    paired = kin.partners(by_other_gates(seen.rows)).filter(pl.col("out") | (pl.col("source") != pl.col("of")))
    mine = rows.filter((pl.col("thread") == "document") & pl.col("record").is_in(paired["record"].implode()))
    found = [liftable(rows, seen.gates), replace(kin, made={}).descendants(kin.tainted(seen.rows), rows),
             mine.select("row", reason=pl.lit(TRANSLATION))]
    return pl.concat([*found, copies_of(runs, rows.select("row", "runs"))] if len(runs) else found)


def rule(workspace: Workspace, ruling: Ruling) -> dict[str, Any]:
    """Enter a decision of staff in the log; give its signed receipt.

    Raises:
        InputError: nobody is named, no reason is given, or there is no such record, answer or hold to lift.
        RefusedError: the record is refused for something that is not staff's to decide.
    """
    record = ruling.record.split("#")[0]
    if ruling.answer not in _ANSWERS:
        raise InputError(f"a decision is one of {', '.join(_ANSWERS)}", about=record)
    for value, what, remedy in ((ruling.by, "who makes it", "Add --by NAME."), (ruling.why, "why", "Add --why TEXT.")):
        if not value.strip():
            raise InputError(f"a decision says {what}", about=record, remedy=remedy)
    if not workspace.catalogue.stored([record]):
        raise InputError("no such record is stored", about=record, reason="record-unknown",
                         remedy="Ids of records stand in licit review list and in licit explain --subject.")
    body: dict[str, Any] = {"record": record, "answer": ruling.answer, "by": ruling.by.strip(), "why": ruling.why.strip()}
    if ruling.answer == "release":
        body |= _released(workspace, record, ruling.lifts)
    elif ruling.lifts:
        raise InputError(f"to {ruling.answer} lifts nothing", about=record, remedy="Leave --lift out.")
    return receipt(workspace, workspace.enter("decision", body))


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """A record's words, for a member of staff who decides on it, and the log entry that says so.

    ``clear`` tells that they are as typed, and not de-identified.
    """

    record: str
    entry: int
    clear: bool
    turns: tuple[Turn, ...] = field(repr=False)

    def as_json(self) -> dict[str, Any]:
        """Give it as plain values, the words included."""
        return {"record": self.record, "entry": self.entry, "shown": _SHOWN[self.clear], "turns": [
            {"id": turn.id, "role": turn.role, "origin": turn.origin, "said_at": turn.said_at, "text": turn.text}
            for turn in self.turns]}


def read(workspace: Workspace, record: str, by: str, *, clear: str = "") -> Read:
    """Give the words of a record's present state to somebody of staff, once the log says that they read them.

    They are de-identified; with ``clear``, the reason why placeholders will not do, they are as typed.

    Raises:
        InputError: nobody is named, there is no such record, or the reason for reading it as typed is too short.
        RefusedError: somebody concerned refused that people look at it, or had it erased.
        HeldError: it could not be de-identified whole, so that it is not shown so.
    """
    record = record.split("#")[0]
    if not by.strip():
        raise InputError("a reading says who reads", about=record, remedy="Add --by NAME.")
    if clear and len(clear.strip()) < SHORTEST:
        raise InputError("words as typed are shown for a reason, in a sentence", about=record, reason="as-typed-unreasoned",
                         remedy="Say what cannot be decided from the de-identified words.")
    stored = workspace.catalogue.stored([record])
    if not stored:
        raise InputError("no such record is stored", about=record, reason="record-unknown",
                         remedy="Ids of records stand in licit review list.")
    table = workspace.corpus.read(f"shards/{stored[record][1]}.parquet", ["record", "body"])
    body = from_json(json.loads(next(row["body"] for row in table.to_pylist() if row["record"] == record)))
    standings = standings_at(workspace.log, Position.head(workspace.log))
    if refused := next(_refusals(standings, record, body), ""):
        raise RefusedError("somebody concerned refused that people look at it", about=record, reason=refused,
                           remedy="Decide without its words: hold or refuse it.")
    turns = body.turns if clear else _masked(workspace, record, body)
    said = {"record": record, "by": by.strip(), "people": _people(body), "shown": _SHOWN[bool(clear)]}
    return Read(record=record, turns=turns, clear=bool(clear),
                entry=workspace.enter("reading", said | ({"why": clear.strip()} if clear else {})))


def _masked(workspace: Workspace, record: str, body: Record) -> tuple[Turn, ...]:
    """Give the turns with every text replaced as a build would, and nothing of what no text is."""
    masked = workspace.mask(record, body)
    if masked.reason:
        raise HeldError("it could not be de-identified whole, and is not shown so", about=record, reason=masked.reason,
                        remedy="Decide without its words, or have the officer read it as typed, for a stated reason.")
    texts = iter(masked.texts)
    return tuple(altered(turn, parts=tuple(altered(part, text=next(texts)) for part in turn.parts)) for turn in body.turns)


def _people(record: Record) -> list[str]:
    """Give the random ids of everybody concerned: who was read is told to them even after the words are erased."""
    return sorted({str(person.subject) for person in record.people if person.subject})


def _refusals(standings: Standings, record: str, body: Record) -> Iterator[str]:
    """Give the reason of everything that anybody concerned said against people looking at any part of a record."""
    subjects = {person.ref: person.subject for person in body.people}
    for turn in body.turns:
        item = Item(record=record, project=body.project, turn=turn.id, said=said_between(turn.said_at))
        for ref in {body.holder, *(concern.person for concern in turn.concerns)} - {""}:
            for subject in (subjects[ref], *standings.linked(subjects[ref])):
                if state := standings.states.get(SubjectId(subject)):
                    yield from (decision.reason for decision in state.refusals("human-review", item))


def _released(workspace: Workspace, record: str, lifts: Sequence[str]) -> dict[str, Any]:
    """Give what a release says of the state it is made on, and insist that it lifts what there is to lift."""
    if foreign := [name for name in lifts if name not in LIFTABLE]:
        raise InputError(f"staff cannot lift {', '.join(foreign)}", about=record,
                         remedy=f"They may lift, record by record: {', '.join(LIFTABLE)}.")
    seen = _look(workspace)
    own = seen.rows.filter(pl.col("record") == record)
    own = own.filter(pl.col("shard_no") == pl.col("shard_no").max())
    if not own.height:
        raise InputError("nothing of this record can be released", about=record, remedy="See licit explain.")
    against = _speaking(seen, own)
    open_now = [name for name in LIFTABLE if name in set(against["reason"])]
    refused = sorted(set(own.filter(pl.col("rank") == 2)["reason"]) - {*_STAFF, "purpose", "empty"})
    if refused and own["rank"].min() == 2:
        raise RefusedError(f"it is refused, which no decision of staff lifts: {REASONS[refused[0]].meaning}", about=record,
                           reason=refused[0])
    if missing := [name for name in lifts if name not in open_now]:
        raise InputError(f"it is not held for {', '.join(missing)}", about=record,
                         remedy=f"What staff may lift of it: {', '.join(open_now) or 'nothing'}.")
    before = seen.gates.staff.of(record, own["shard"][0])
    if not lifts and before is None:
        raise InputError("a release names what it lifts", about=record,
                         remedy=f"Add --lift REASON: {', '.join(open_now) or 'nothing of it can be lifted'}.")
    if before and (forgotten := sorted(before.lifts & set(open_now) - set(lifts))):
        raise InputError(f"entry {before.seq} lifts {', '.join(forgotten)} of it, and a new release takes its place",
                         about=record, remedy="Name that as well with --lift, or hold the record first.")
    return {"reasons": sorted(set(lifts)), "shard": own["shard"][0], "log": seen.lock["log"]["size"],
            "copied": _copied(seen, own, lifts)} | (_kin(seen, record) if TRANSLATION in lifts else {})


def _copied(seen: _Seen, own: pl.DataFrame, lifts: Sequence[str]) -> list[str]:
    """Give the records out of which words are repeated, of each kind that is lifted."""
    kinds = {"copy-of-refused": seen.rows.filter("for_people"), DESCENDANT: seen.gates.kin(seen.rows).tainted(seen.rows)}
    return sorted({record for kind, rows in kinds.items() if kind in lifts for record in copied_by(
        own, rows.select("record", "runs").explode("runs", empty_as_null=False).drop_nulls())})


def _kin(seen: _Seen, record: str) -> dict[str, list[str]]:
    """Give the documents that a record may translate: those that stand, and those that are out."""
    partners = seen.gates.kin(seen.rows).partners(by_other_gates(seen.rows)).filter(pl.col("record") == record)
    return {name: partners.filter(pl.col("out") if name == "kin_out" else ~pl.col("out"))["other"].to_list() for name in ("kin", "kin_out")}
