"""What an auditor's checks rest on, each read once: the log, the decisions, the released rows, the gates run again.

Rules kept here:

- A file of the workspace counts only when its digest is the one that the lock or the manifest fixes.
- A shard that was rewritten, because somebody's words were erased, is judged by what it was rewritten to; rows that are
  no longer there are ``cannot-tell``, and nothing else becomes so.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from .closing import Closing, moment, opened
from .derived import licences_due, read_edges
from .files import CLOSING, MANIFEST, Release, file_digest, take
from .ledger import DATABASE, Ledger, read_ledger
from .legal import Papers, Question
from .pages import MAX_AGE, Pages, oldest_of, read_pages
from .policy import Policy
from .report import Fault, Once, Untold, several
from .rerun import Pass, Rerun, Rules, key_of
from .rights import People
from .rows import Scan, table
from .sources import Source, read_register
from .staff import Decisions
from .stays import REQUESTS, held, overdue
from .told import reworded
from .widening import silently_widened

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,120}")
_IDS = pa.schema([("record", pa.string()), ("chunk", pa.int32()), ("source", pa.string()), ("order", pa.binary(16)),
                  ("digest", pa.binary(32))])
_DECISIONS = ["record", "chunk", "shard", "source", "answer", "reason", "people", "facts"]


def safe_name(value: object) -> str:
    """Insist on a plain file name, so that no path made of it leaves the workspace.

    Raises:
        Fault: anything else.
    """
    if not isinstance(value, str) or not _NAME.fullmatch(value):
        raise Fault("{name} is no name of a file", MANIFEST, name=value)
    return value


class Casefile:
    """One auditor's run over one release: what several checks share is read once."""

    def __init__(self, release: Release, workspace: Path, rows: Callable[[], Scan], log: Path | None = None) -> None:
        self.release, self.workspace, self.rows = release, workspace, rows
        self.database = log or workspace / DATABASE
        self.closing: Once[Closing] = Once(lambda: opened(release))
        self.ledger: Once[Ledger] = Once(self._ledger)
        self.decisions: Once[Any] = Once(self._decisions)
        self.kept: Once[Any] = Once(self._kept)
        self.ids: Once[Any] = Once(self._ids)
        self.register: Once[dict[str, Source]] = Once(self._register)
        self.pages: Once[Pages] = Once(self._pages)
        self.edges: Once[dict[str, set[str]]] = Once(lambda: read_edges(self.attribute_files()))
        self.staff: Once[Decisions] = Once(self._staff)
        self.rules: Once[Rules] = Once(self._rules)
        self.rerun: Once[Rerun] = Once(self._rerun)
        self.results: dict[str, str] = {}

    @property
    def lock(self) -> Mapping[str, Any]:
        """The lock in the manifest."""
        lock: Mapping[str, Any] = self.release.get("lock", dict)
        return lock

    def position(self) -> tuple[int, int]:
        """Give base and end: what restricts counts up to the closing, wherever the lock stopped reading."""
        return take(take(self.lock, "log", dict), "base", int), self.closing().seq

    def _ledger(self) -> Ledger:
        log, closing = self.release.get("log", dict), self.release.closing
        return read_ledger(self.database, {take(log, "size", int), take(closing, "size", int, CLOSING)})

    def file(self, relative: str, digest: object) -> Path:
        """Give a file of the workspace that holds its digest.

        Raises:
            Fault: it is missing or altered.
        """
        path = self.workspace / relative
        try:
            found = file_digest(path)
        except OSError:
            raise Fault("{path} is missing", relative, path=relative) from None
        if found != digest:
            raise Fault("{path} is not the one whose digest was fixed", relative, path=relative)
        return path

    def state(self, name: str) -> str:
        """Give the place of a file of this release's state in the workspace."""
        return f"state/{safe_name(self.release.get('name', str))}/{name}"

    def _decisions(self) -> Any:
        path = self.file(self.state("decisions.parquet"), self.release.get("private", dict).get("decisions"))
        try:
            read = table(path, _DECISIONS).combine_chunks()
        except (pa.ArrowException, OSError, ValueError):
            raise Fault("{path} cannot be read", self.state("decisions.parquet"),
                        path=self.state("decisions.parquet")) from None
        return read.append_column("key", key_of(read))

    def _kept(self) -> Any:
        decisions = self.decisions()
        kept = pc.equal(decisions.column("answer"), "keep")
        return decisions.select(["record", "shard", "key"]).filter(kept).combine_chunks()

    def _ids(self) -> Any:
        found = self.rows()
        for claim in ("ids-match-rows", "rows-match-root"):
            if faults := found.faults.get(claim):
                raise several(faults)
        whole, at = pa.concat_tables([_IDS.empty_table(), *found.ids]).combine_chunks(), 0
        for number, part in enumerate(found.ids):  # from here on views of the whole, so that ids are held once
            found.ids[number] = whole.slice(at, part.num_rows)
            at += part.num_rows
        return whole.append_column("key", key_of(whole))

    def _register(self) -> dict[str, Source]:
        base, end = self.position()
        try:
            entries = self.ledger().at(base, end, "source", "contract", "approval", "signal", "unlawful", "staff-key")
            return read_register(((entry.kind, {**entry.decision, "settles": ""} if entry.seq >= base else entry.decision)
                                  for entry in entries), take(self.release.get("log", dict), "origin", str))  # past the base, nothing is settled
        except (ValueError, TypeError):
            raise Fault("the register of sources cannot be read", DATABASE) from None

    def _pages(self) -> Pages:
        base, end = self.position()
        days = take(self.lock, "plan", dict).get("signals_max_age", MAX_AGE)
        try:
            return read_pages(self.ledger().at(base, end, "signal", "source"), base, oldest_of(moment(take(self.lock, "as_of", str)), days),
                              lambda digest: self.file(f"signals/{safe_name(digest)}.parquet", f"sha256:{digest}"))
        except (ValueError, TypeError, KeyError, AttributeError, OSError, pa.ArrowException):
            raise Fault("what was read of pages cannot be read again", DATABASE) from None

    def source_against(self, name: str) -> str:
        """Give the reason why a source may not be used as the release's lock says, or ""."""
        source, plan = self.register().get(name), take(self.lock, "plan", dict)
        if source is None:
            return "source-unknown"
        arrived = sum(take(item, "records", int) for item in take(self.lock, "inputs", list) if item.get("source") == name)
        for name, kind in (("use", str), ("purpose", str), ("commercial", bool), ("accepted", list)):
            take(plan, name, kind)
        try:
            return source.against(plan, moment(take(self.lock, "as_of", str)), arrived)
        except ValueError:
            raise Fault("the plan cannot be read", MANIFEST) from None

    def _staff(self) -> Decisions:
        base, end = self.position()
        ledger = self.ledger()
        try:
            return Decisions.read((entry.decision for entry in ledger.at(base, end, "decision")),
                                  (entry.decision for entry in ledger.entries if entry.kind == "rewrite"))
        except (ValueError, TypeError, KeyError, AttributeError):
            raise Fault("an entry that decides for everybody cannot be read", DATABASE) from None

    def _rules(self) -> Rules:
        base, end = self.position()
        ledger, plan = self.ledger(), take(self.lock, "plan", dict)
        outsiders: set[str] = set()
        namesakes: dict[str, int] = {}
        try:
            for entry in ledger.at(base, end, "third-party-objection"):
                outsiders.update(map(str, entry.decision.get("keys", ())))
                namesakes.update(dict.fromkeys(map(str, entry.decision.get("names", ())), entry.seq))
            policy = Policy.read(entry.decision for entry in ledger.at(base, end, "policy"))
            people = People(ledger.at(base, end))
            as_of = moment(take(self.lock, "as_of", str))
            late = overdue(ledger.at(base, end, *REQUESTS, "step"), people, self._duties_at(as_of, base))
            on_hold = held(ledger.at(base, end, "legal-hold"))
            papers = Papers.read(ledger.at(base, base, "law", "breach", "staff-key"), take(self.release.get("log", dict), "origin", str))
            adopted = list(ledger.at(base, base, "policy"))
            wider = reworded(papers, adopted) | silently_widened((entry.recorded_at or entry.received_at, entry.decision)
                                                                 for entry in adopted)
        except (ValueError, TypeError, KeyError, AttributeError):
            raise Fault("an entry that decides for everybody cannot be read", DATABASE) from None
        question = Question(papers, policy, plan, take(plan, "purpose", str), as_of,
                            self._duties_at(as_of, base), wider)
        return Rules(people, policy, self.register(), self.pages(), frozenset(outsiders), namesakes, self.staff(), question,
                     question.purpose, take(plan, "threads", list), as_of, frozenset(late), frozenset(on_hold))

    def _duties_at(self, as_of: datetime, base: int) -> datetime:
        """Give the moment at which a request is overdue or not: the release's, or the last entry's if that is later."""
        recorded = self.ledger().recorded
        return max(as_of, datetime.fromisoformat(recorded[base - 1])) if 0 < base <= len(recorded) else as_of

    def successor(self, shard: str) -> str | None:
        """Give what a shard was rewritten to in the end, "" for nothing, None when it never was."""
        by = {str(entry.decision["shard"]): str(entry.decision.get("by", "")) for entry in self.ledger().entries
              if entry.kind == "rewrite" and isinstance(entry.decision, Mapping) and "shard" in entry.decision}
        if shard not in by:
            return None
        for _ in range(len(by)):
            shard = by.get(shard, shard)
        return safe_name(shard) if shard else ""

    def attribute_files(self) -> Iterator[tuple[str, Path | None, bool]]:
        """Give each input shard with its attribute file, in order, and whether it is the very one that was decided on.

        Raises:
            Fault: a file is missing or altered.
        """
        attributes = take(self.lock, "attributes", dict)
        key, digests = safe_name(attributes.get("key")), take(attributes, "files", dict)
        for item in take(self.lock, "inputs", list):
            shard = safe_name(take(item, "shard", str))
            relative = f"attributes/{key}/{shard}.parquet"
            later = None if (self.workspace / relative).exists() else self.successor(shard)
            if later is None:
                yield shard, self.file(relative, digests.get(shard)), True
            else:
                path = self.workspace / f"attributes/{key}/{later}.parquet"
                yield shard, path if later and path.exists() else None, False

    def _rerun(self) -> Rerun:
        ids, kept, decisions = self.ids(), self.kept(), self.decisions()
        licences = {take(source, "id", str): take(source, "licence", str) for source in self.release.get("sources", list)}
        run, accounted = Pass(self.rules(), ids, licences, self._due()), 0
        place = pc.index_in(kept.column("key").combine_chunks(), value_set=ids.column("key").combine_chunks())
        places = kept.select(["shard", "key"]).append_column("place", place)
        for shard, path, same in self.attribute_files():
            mine = places.filter(pc.equal(places.column("shard"), shard)).combine_chunks()
            decided = decisions.filter(pc.equal(decisions.column("shard"), shard)).column("key").combine_chunks()
            try:
                total, keys = run.read(path, mine, shard) if path else (0, decided[:0])
            except (ValueError, OSError, KeyError, pa.ArrowException):
                raise Fault("{path} cannot be read", shard, path=shard) from None
            run.found.rewritten |= not same
            accounted += len(decided)
            once = pc.count_distinct(keys).as_py() == total and pc.all(pc.is_in(keys, value_set=decided),
                                                                       min_count=0).as_py()
            if not once or (same and len(decided) != total):
                run.found.fault("tally-true", Fault("shard {shard} was not decided chunk by chunk, each once",
                                                    self.state("decisions.parquet"), shard=shard))
        if accounted + take(self.lock, "set_aside", int) != decisions.num_rows:
            run.found.fault("tally-true", Fault("the decisions are not those of the inputs",
                                                self.state("decisions.parquet")))
        return run.found

    def _due(self) -> dict[str, str]:
        """Give the licence that each released record must carry that was made from others."""
        edges = self.edges()
        made = sorted(edges.keys() & {*self.ids().column("record").to_pylist()}) if edges else []
        if not made:
            return {}
        kin = pa.array(sorted(edges.keys() | set().union(*edges.values())), pa.string())
        decided = self.decisions().select(["record", "source"])
        rows = decided.filter(pc.is_in(decided.column("record"), value_set=kin))
        of = dict(zip(rows.column("record").to_pylist(), rows.column("source").to_pylist(), strict=True))
        return dict(licences_due(made, edges, of, self.register()))

    def passed(self, claim: str) -> None:
        """Insist that every released row was found and looked at again, and that nothing spoke against it.

        Raises:
            Fault: otherwise.
            Untold: nothing spoke against the rows that are still there, but some were erased since.
        """
        found, rows = self.rerun(), self.ids().num_rows
        places = pc.count_distinct(pa.chunked_array(found.places, pa.int32())).as_py()
        if faults := found.faults.get(claim):
            raise several(faults)
        if found.rows == rows == places:
            return
        if found.rewritten and found.rows == places:
            raise Untold("{number} rows were erased since and cannot be judged again", number=rows - places)
        raise Fault("{rows} of {all} rows were found among the inputs; the others nobody judged", MANIFEST,
                    rows=places, all=rows)
