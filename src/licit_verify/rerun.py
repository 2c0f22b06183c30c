"""The gates, run again over the released rows: one pass over the attributes, judged in columns where people are silent.

Rules kept here:

- Every released row is found in the attributes of its shard, with its place in the order and its words; otherwise it
  was never judged at all.
- Facts are judged once for each combination; people about whom the log says something, and times that are not plain,
  are judged row by row, turn by turn.
- A row with a reason against it is a fault that names record and reason, never the words.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from .derived import column_of
from .legal import Paper, Question, cleared
from .pages import Pages
from .policy import Policy, Said, moment, said_at
from .report import Fault
from .rights import Item, People
from .rows import COLUMNS, batches, row_digests
from .sources import Source
from .staff import Decided, Decisions

OF_PEOPLE = ("main", "branch", "hidden", "derived", "feedback", "attachment")
THREADS = (*OF_PEOPLE, "document")

_FACTS = ("source", "language", "thread", "capacity", "age", "surface", "state", "third_parties", "press", "static")
_PLAIN = "%Y-%m-%dT%H:%M:%SZ"
_MOST_FAULTS = 20


@dataclass(frozen=True, slots=True)
class Rules:
    """All that decides, as the log and the lock have it."""

    people: People
    policy: Policy
    register: Mapping[str, Source]
    pages: Pages
    outsiders: frozenset[str]
    namesakes: Mapping[str, int]
    staff: Decisions
    question: Question
    purpose: str
    threads: Sequence[str]
    as_of: datetime
    late: frozenset[str] = frozenset()
    held: frozenset[str] = frozenset()


@dataclass(slots=True)
class Weight:
    """What a release holds of people under one assessment: rows, tokens, and rows of each person."""

    paper: Paper
    rows: int = 0
    tokens: int = 0
    people: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True)
class Rerun:
    """What the pass found: faults by claim, the holder and place of each released row, and everybody concerned."""

    rows: int = 0
    rewritten: bool = False
    faults: dict[str, list[Fault]] = field(default_factory=dict)
    places: list[Any] = field(default_factory=list)
    holders: list[Any] = field(default_factory=list)
    subjects: set[str] = field(default_factory=set)
    weights: dict[str, Weight] = field(default_factory=dict)

    def fault(self, claim: str, fault: Fault) -> None:
        """Remember a fault of a claim; the first twenty are enough."""
        found = self.faults.setdefault(claim, [])
        if len(found) < _MOST_FAULTS:
            found.append(fault)


def key_of(table: Any) -> Any:
    """Join record and chunk into one key a row."""
    chunk = table.column("chunk").cast(pa.string())
    return pc.binary_join_element_wise(table.column("record"), chunk, "/")


class Pass:
    """One pass over the attribute files of a release."""

    def __init__(self, rules: Rules, ids: Any, licences: Mapping[str, str], due: Mapping[str, str]) -> None:
        """Look for the rows of ``ids``, one combined table; ``due`` has the licence of records that were made from others."""
        self.rules, self.found = rules, Rerun()
        self._ids, self._licences, self._due = ids, licences, due
        self._known = pa.array(sorted(rules.people.known()), pa.string())
        self._outsiders = pa.array(sorted(rules.outsiders), pa.string())
        self._namesakes = pa.array(sorted(rules.namesakes), pa.string())
        self._late = pa.array(sorted(rules.late), pa.string())
        self._held = pa.array(sorted(rules.held), pa.string())
        self._shard = ""
        self._edges = sorted(rules.policy.boundaries(rules.as_of))
        self._silence: dict[Said, str] = {}
        self._judged: dict[tuple[Any, ...], str] = {}
        self._carried: dict[str, tuple[str, Paper | None]] = {}

    def read(self, path: Path, wanted: Any, shard: str) -> tuple[int, Any]:
        """Judge the rows of one shard's attribute file that are wanted; give its number of rows and all its keys.

        ``wanted`` has the ``key`` of each and its ``place`` among the ids, null where it is none of them.

        Raises:
            ValueError: the file is malformed.
        """
        self._shard, total, keys = shard, 0, []
        known, places = wanted.column("key").combine_chunks(), wanted.column("place").combine_chunks()
        for batch in batches(path):
            batch = pa.table(batch).combine_chunks()
            own = key_of(batch).combine_chunks()
            keys.append(own)
            total += len(own)
            which = pc.index_in(own, value_set=known)
            rows = batch.filter(pc.is_valid(which)).combine_chunks()
            if rows.num_rows:
                self._rows(rows, places.take(which.drop_null()))
        return total, pa.concat_arrays(keys) if keys else pa.array([], pa.string())

    def alone(self, rows: Any, shard: str) -> list[Fault]:
        """Judge rows that are not released themselves, by everything but what was found in their words."""
        self._shard, self.found = shard, Rerun()
        self._facts(rows.set_column(rows.column_names.index("static"), "static", pa.array([""] * rows.num_rows, pa.string())))
        self._pages(rows)
        self._people(rows)
        self._legal(rows)
        return [fault for faults in self.found.faults.values() for fault in faults]

    def _rows(self, rows: Any, place: Any) -> None:
        self.found.rows += rows.num_rows
        self.found.places.append(place)
        self.found.holders.append(pc.if_else(pc.equal(rows.column("holder"), ""), rows.column("record"),
                                             rows.column("holder")).combine_chunks())
        self.found.subjects.update(pc.unique(pc.list_flatten(rows.column("subjects"))).to_pylist())
        said = self._ids.take(place)
        self._same(rows, said)
        self._facts(rows)
        self._pages(rows)
        self._people(rows)
        self._legal(rows)

    def _same(self, rows: Any, said: Any) -> None:
        licence = column_of(rows.column("source"), rows.column("record"), self._licences, self._due)
        columns = {name: rows.column(name).combine_chunks() for name in COLUMNS if name != "licence"}
        digests = row_digests({**columns, "licence": licence})
        for claim, ours, theirs in (("rows-as-decided", pa.chunked_array([digests]), said.column("digest")),
                                    ("order-keyed", rows.column("order"), said.column("order"))):
            if not ours.equals(theirs):
                differ = pc.index(pc.fill_null(pc.not_equal(ours, theirs), True), True).as_py()
                self.found.fault(claim, Fault("record {record} is not as it was decided", record=rows.column("record")[
                    differ].as_py()))

    def _facts(self, rows: Any) -> None:
        facts = rows.select(["record", *_FACTS]).append_column("holder_known", pc.not_equal(rows.column("holder"), ""))
        combinations = facts.group_by([*_FACTS, "holder_known"]).aggregate([("record", "min")]).to_pylist()
        for fact in combinations:
            if self._reasons(fact):
                self._one_by_one(rows, {name: fact[name] for name in _FACTS})
        for record in {*self.rules.staff.made} & {*rows.column("record").to_pylist()} if self.rules.staff.made else ():
            if against := self._decided(record).against:
                self.found.fault("admission-rerun", Fault("record {record} is released against {reason}", record=record,
                                                          reason=against))

    def _pages(self, rows: Any) -> None:
        """Look up what was read of the page that each row is from; attributes of an older kind do not say which."""
        if not self.rules.pages.sources and not self.rules.pages.anywhere and not self.rules.pages.web:
            return
        pages = rows.column("page").to_pylist() if "page" in rows.column_names else [None] * rows.num_rows
        for record, page, name in zip(rows.column("record").to_pylist(), pages, rows.column("source").to_pylist(), strict=True):
            for reason in sorted(self.rules.pages.reasons(page, name, self.rules.register.get(name))):
                self.found.fault("sources-admitted", Fault("record {record} is released against {reason}", record=record, reason=reason))

    def _one_by_one(self, rows: Any, facts: Mapping[str, Any]) -> None:
        """Look at each row with facts that something speaks against: staff may have decided, for one record alone."""
        for row in rows.select(["record", "holder", *_FACTS]).to_pylist():
            if all(row[name] == facts[name] for name in _FACTS):
                decided = self._decided(row["record"])
                for reason in sorted(self._reasons({**row, "holder_known": row["holder"] != ""})):
                    if decided.spares(reason):
                        continue
                    self.found.fault("admission-rerun", Fault("record {record} is released against {reason}",
                                                              record=row["record"], reason=reason))

    def _decided(self, record: str) -> Decided:
        return self.rules.staff.on(record, self._shard) or Decided("")

    def _reasons(self, fact: Mapping[str, Any]) -> set[str]:
        """Give every reason of the admission rules, or of what was found blind to rights, against a row."""
        wanted = fact["thread"] in self.rules.threads and fact["thread"] in THREADS
        out = set(str(fact["static"]).split(" ")) if fact["static"] else set()
        out |= set() if wanted else {"purpose"}
        source = self.rules.register.get(fact["source"])
        if source is not None and (reason := source.language_against(str(fact["language"]))):
            out.add(reason)
        if fact["thread"] not in OF_PEOPLE:
            return out | ({"press-publisher-right"} if self._press(fact) else set())
        grown = fact["age"] == "adult" or self.rules.policy.surfaces.get(fact["surface"]) == "adults"
        known = fact["holder_known"]
        rules = (("chat-state", fact["state"] not in ("live", "unknown")), ("chat-state-unknown", fact["state"] == "unknown"),
                 ("organisation-data", fact["capacity"] == "organisation"),
                 ("minor", fact["age"] == "minor"), ("intimate-surface", fact["surface"] in self.rules.policy.intimate), ("third-parties", fact["third_parties"] is not False),
                 ("subject-unknown", not known and (source is None or source.ground == "own")),
                 ("capacity-unknown", known and fact["capacity"] not in ("consumer", "organisation")),
                 ("age-unknown", known and not grown and fact["age"] != "minor"))
        return out | {reason for reason, against in rules if against}

    def _press(self, fact: Mapping[str, Any]) -> bool:
        """Tell whether a document counts as press while only a licence or a statute permits it."""
        source = self.rules.register.get(fact["source"])
        if source is None or source.contract is not None or source.ground not in ("open-licence", "statutory"):
            return False
        return source.press == "yes" or (fact["press"] is not False and not source.press)

    # --- people ----------------------------------------------------------------------------------------------------

    def _people(self, rows: Any) -> None:
        for column, keys, reason in (("mentions", self._outsiders, "third-party-objection"),
                                     ("names", self._namesakes, "third-party-homonym")):
            for place in _rows_among(rows.column(column), keys):
                record = rows.column("record")[place].as_py()
                if not self._other(reason, record, rows.column(column)[place].as_py()):
                    self.found.fault("people-honoured", Fault("record {record} is released against {reason}",
                                                              record=record, reason=reason))
        self._stays(rows)
        alone = pc.indices_nonzero(pc.invert(self._fine(rows)))
        for row in rows.select(["record", "project", "holder", "thread", "said_first", "said_last", "notice", "arrived",
                                "turn_ids", "turn_said", "turn_subjects", "subjects"]).take(alone).to_pylist():
            if len(self.found.faults.get("people-honoured", ())) >= _MOST_FAULTS:
                return
            if reason := self._judge(row):
                self.found.fault("people-honoured", Fault("record {record} is released against {reason}",
                                                          record=row["record"], reason=reason))

    def _legal(self, rows: Any) -> None:
        """Look whether legitimate interest carries what people said, source by source, and count what it has to carry."""
        mine = rows.filter(pc.greater(pc.list_value_length(rows.column("subjects")), 0))
        for source in pc.unique(mine.column("source")).to_pylist():
            own = mine.filter(pc.equal(mine.column("source"), source)).combine_chunks()
            if source not in self._carried:
                self._carried[source] = self.rules.question.answer(source)
            reason, paper = self._carried[source]
            if paper is not None:
                weight = self.found.weights.setdefault(paper.id, Weight(paper))
                weight.rows += own.num_rows
                weight.tokens += pc.sum(own.column("tokens"), min_count=0).as_py()
                weight.people.update(pc.list_flatten(own.column("subjects")).to_pylist())
                if cleared(paper):
                    continue
                own, reason = own.filter(pc.equal(own.column("thread"), "attachment")), "assessment-scope"
            for row in own.select(["record", "said_first", "said_last", "notice", "arrived"]).to_pylist():
                if self.rules.policy.on_interest(self.rules.purpose, self._whole(row)):
                    self.found.fault("legal-basis", Fault("record {record} is released against {reason}",
                                                          record=row["record"], reason=reason))

    def _stays(self, rows: Any) -> None:
        """Look for rows of somebody with an overdue request, and for records under a legal hold."""
        late = {*_rows_among(rows.column("subjects"), self._late),
                *pc.indices_nonzero(pc.is_in(rows.column("holder"), value_set=self._late)).to_pylist()}
        held = pc.indices_nonzero(pc.is_in(rows.column("record"), value_set=self._held)).to_pylist()
        for reason, places in (("legal-hold", held), ("request-overdue", sorted(late))):
            for place in places:
                self.found.fault("people-honoured", Fault("record {record} is released against {reason}",
                                                          record=rows.column("record")[place].as_py(), reason=reason))

    def _other(self, reason: str, record: str, names: Sequence[str]) -> bool:
        """Tell whether staff knew of every namesake of a record and decided that it is somebody else."""
        latest = max((self.rules.namesakes.get(name, -1) for name in names), default=-1)
        return self._decided(record).spares(reason, entry=latest)

    def _fine(self, rows: Any) -> Any:
        """Tell which rows need no look of their own: nobody in them ever said anything, and silence permits each turn."""
        said, subjects = rows.column("turn_said").combine_chunks(), rows.column("turn_subjects").combine_chunks()
        turns = pc.list_value_length(said)
        fitting = pc.and_(pc.equal(turns, pc.list_value_length(subjects)),
                          pc.equal(turns, pc.list_value_length(rows.column("turn_ids").combine_chunks())))
        fitting = pc.and_(pc.fill_null(fitting, False), pc.fill_null(pc.greater(turns, 0), False))
        spoken = set(_rows_among(rows.column("subjects"), self._known))
        inner = pc.list_flatten(subjects)
        spoken |= set(pc.take(pc.list_parent_indices(subjects), pa.array(
            _rows_among(pa.chunked_array([inner]), self._known), pa.int64())).to_pylist())
        spoken |= set(pc.indices_nonzero(pc.is_in(rows.column("holder"), value_set=self._known)).to_pylist())
        permitted = self._permitted(pc.list_flatten(said))
        spoken |= set(pc.list_parent_indices(said).filter(pc.invert(permitted)).to_pylist())
        fine = [True] * rows.num_rows
        for place in spoken:
            fine[place] = False
        return pc.and_(fitting, pa.array(fine))

    def _permitted(self, times: Any) -> Any:
        """Tell for each time whether silence permits what was said then; times between two boundaries fare alike."""
        plain = pc.strptime(times, _PLAIN, "s", error_is_null=True)
        plain = pc.if_else(pc.fill_null(pc.equal(pc.strftime(plain, _PLAIN), times), False), plain, None)
        group = pa.array([0] * len(times), pa.int32())
        for edge in self._edges:
            whole = int((edge - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds()) + (edge.microsecond > 0)
            group = pc.add(group, pc.fill_null(pc.greater_equal(plain, pa.scalar(whole, pa.timestamp("s"))), False)
                           .cast(pa.int32()))
        answers = {}
        for number in pc.unique(pc.if_else(pc.is_valid(plain), group, None)).drop_null().to_pylist():
            first = pc.index(pc.and_(pc.equal(group, number), pc.is_valid(plain)), True).as_py()
            answers[number] = not self._silent(said_at(times[first].as_py()))
        good = pa.array([number for number, permits in answers.items() if permits], pa.int32())
        return pc.and_(pc.is_valid(plain), pc.is_in(group, value_set=good))

    def _silent(self, said: Said) -> str:
        if said not in self._silence:
            self._silence[said] = self.rules.policy.silence(self.rules.purpose, said, self.rules.as_of, consented=False)
        return self._silence[said]

    def _judge(self, row: Mapping[str, Any]) -> str:
        """Give the first reason against a row: each turn for everybody it concerns, and the holder in any case."""
        holder = {row["holder"]} - {""}
        if not row["turn_ids"] or not len(row["turn_ids"]) == len(row["turn_said"]) == len(row["turn_subjects"]):
            return "turns-unknown"
        named = holder.union(*row["turn_subjects"])
        if set(row["subjects"]) - named or named - set(row["subjects"]):
            return "subjects-incomplete"
        whole = self._whole(row)
        for turn, text, subjects in zip(row["turn_ids"], row["turn_said"], row["turn_subjects"], strict=True):
            item = Item(row["record"], row["project"], turn, "", said_at(text) or whole)
            for subject in sorted({*subjects} | holder):
                reason = self.rules.people.standing(self.rules.policy, subject, self.rules.purpose, item,
                                                    self.rules.as_of)
                if reason:
                    return reason
        return ""

    def _whole(self, row: Mapping[str, Any]) -> Said:
        """Bound what has no date of its own: by the row's dates, or by a declared notice and the arrival."""
        try:
            if row["said_first"] and row["said_last"]:
                return moment(row["said_first"]), moment(row["said_last"])
            notice = self.rules.policy.notices.get(row["notice"])
            if notice is None or not row["arrived"]:
                return None
            return moment(row["said_first"]) if row["said_first"] else notice.starts, moment(row["arrived"])
        except ValueError:
            return None


def _rows_among(lists: Any, keys: Any) -> list[int]:
    """Give the rows whose list holds one of some keys."""
    lists = lists.combine_chunks() if isinstance(lists, pa.ChunkedArray) else lists
    if not len(keys) or not len(lists):
        return []
    hit = pc.is_in(pc.list_flatten(lists), value_set=keys)
    return list(dict.fromkeys(pc.list_parent_indices(lists).filter(hit).to_pylist()))
