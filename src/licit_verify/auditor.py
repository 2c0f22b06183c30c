"""What an auditor checks with the workspace: every gate again, from the log's entries and the attributes of each row.

Rules kept here:

- The log is derived again first; every other answer rests on its entries and not on what the release says of them.
- A file of the workspace counts only when its digest is the one that the lock or the manifest fixes.
- What was rewritten since, because somebody's words were erased, cannot be judged again and is ``cannot-tell``.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from . import lineage
from .canonical import digest_text, release_tag, write
from .closing import Closing, hashed, moment, opened
from .files import CLOSING, MANIFEST, Release, file_digest, take
from .ledger import DATABASE, Ledger, read_ledger
from .policy import Policy
from .public import SMALL
from .report import Fault, Message, Note, Once, Untold, several
from .rerun import Pass, Rerun, Rules, key_of
from .rights import People
from .rows import Scan, table
from .sources import Source, read_register
from .tree import leaf_hash, tag_root

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,120}")
_DECISIONS = ["record", "chunk", "shard", "source", "answer", "reason"]
_PEOPLE = 1000


def safe_name(value: object) -> str:
    """Insist on a plain file name, so that no path made of it leaves the workspace.

    Raises:
        Fault: anything else.
    """
    if not isinstance(value, str) or not _NAME.fullmatch(value):
        raise Fault("{name} is no name of a file", MANIFEST, name=value)
    return value


class Audit:
    """One auditor's run: what several checks share is read once."""

    def __init__(self, release: Release, workspace: Path, rows: Callable[[], Scan]) -> None:
        self.release, self.workspace, self.rows = release, workspace, rows
        self.closing: Once[Closing] = Once(lambda: opened(release))
        self.ledger: Once[Ledger] = Once(self._ledger)
        self.decisions: Once[Any] = Once(self._decisions)
        self.kept: Once[Any] = Once(self._kept)
        self.ids: Once[Any] = Once(self._ids)
        self.register: Once[dict[str, Source]] = Once(self._register)
        self.rerun: Once[Rerun] = Once(self._rerun)

    def checks(self) -> list[tuple[str, Callable[[], Message | None]]]:
        """Give every check by the name of its claim, in order."""
        return [("log-whole", self.log_whole), ("inputs-fixed", self.inputs_fixed),
                ("decisions-recorded", self.decisions_recorded), ("tally-true", self.tally_true),
                ("rows-as-decided", self.rows_as_decided), ("sources-admitted", self.sources_admitted),
                ("people-honoured", lambda: self._passed("people-honoured")),
                ("admission-rerun", self.admission_rerun), ("order-keyed", self.order_keyed),
                ("twin-apart", self.twin_apart), ("tags-complete", self.tags_complete),
                ("patch-of-parent", lambda: lineage.patch_of_parent(self))]

    # --- what is shared --------------------------------------------------------------------------------------------

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
        return read_ledger(self.workspace, {take(log, "size", int), take(closing, "size", int, CLOSING)},
                           {take(closing, "seq", int, CLOSING)})

    def file(self, relative: str, digest: object, shard: str = "") -> Path:
        """Give a file of the workspace that holds its digest.

        Raises:
            Fault: it is missing or altered.
            Untold: it is missing because its shard was rewritten since.
        """
        path = self.workspace / relative
        try:
            found = file_digest(path)
        except OSError:
            if shard and any(entry.kind == "rewrite" and entry.decision and entry.decision.get("shard") == shard
                             for entry in self.ledger().entries):
                raise Untold("{path} was rewritten after an erasure and cannot be judged again", relative,
                             path=relative) from None
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
        return decisions.filter(pc.equal(decisions.column("answer"), "keep")).combine_chunks()

    def _ids(self) -> Any:
        found = self.rows()
        for claim in ("ids-match-rows", "rows-match-root"):
            if faults := found.faults.get(claim):
                raise several(faults)
        if not found.ids:
            raise Fault("the release has no rows to judge", MANIFEST)
        whole = pa.concat_tables(found.ids).combine_chunks()
        return whole.append_column("key", key_of(whole))

    def _register(self) -> dict[str, Source]:
        base, end = self.position()
        try:
            return read_register((entry.kind, entry.decision) for entry in self.ledger().at(
                base, end, "source", "contract", "approval", "signal"))
        except ValueError:
            raise Fault("the register of sources cannot be read", DATABASE) from None

    def _rules(self) -> Rules:
        base, end = self.position()
        ledger, plan = self.ledger(), take(self.lock, "plan", dict)
        outsiders: set[str] = set()
        namesakes: set[str] = set()
        try:
            for entry in ledger.at(base, end, "third-party-objection"):
                outsiders.update(map(str, entry.decision.get("keys", ())))
                namesakes.update(map(str, entry.decision.get("names", ())))
            staff = {str(entry.decision["record"]): (str(entry.decision["answer"]),
                                                     frozenset(map(str, entry.decision.get("reasons", ()))))
                     for entry in ledger.at(base, end, "decision")}
            policy = Policy.read(entry.decision for entry in ledger.at(base, end, "policy"))
            people = People(ledger.at(base, end))
        except (ValueError, TypeError, KeyError, AttributeError):
            raise Fault("an entry that decides for everybody cannot be read", DATABASE) from None
        return Rules(people, policy, self.register(), frozenset(outsiders), frozenset(namesakes), staff,
                     take(plan, "purpose", str), take(plan, "threads", list), moment(take(self.lock, "as_of", str)))

    def attribute_files(self) -> Iterator[tuple[str, Path]]:
        """Give each input shard with its attribute file, in the order of arrival.

        Raises:
            Fault: a file is missing or altered.
        """
        attributes = take(self.lock, "attributes", dict)
        key, digests = safe_name(attributes.get("key")), take(attributes, "files", dict)
        for item in take(self.lock, "inputs", list):
            shard = safe_name(take(item, "shard", str))
            yield shard, self.file(f"attributes/{key}/{shard}.parquet", digests.get(shard), shard)

    def _rerun(self) -> Rerun:
        ids, kept, decisions = self.ids(), self.kept(), self.decisions()
        licences = {take(source, "id", str): take(source, "licence", str) for source in self.release.get("sources", list)}
        run = Pass(self._rules(), ids, ids.column("key").combine_chunks(), licences)
        accounted = 0
        for shard, path in self.attribute_files():
            wanted = kept.filter(pc.equal(kept.column("shard"), shard)).column("key").combine_chunks()
            try:
                total, keys = run.read(path, wanted)
            except (ValueError, OSError, KeyError, pa.ArrowException):
                raise Fault("{path} cannot be read", path.name, path=path.name) from None
            decided = decisions.filter(pc.equal(decisions.column("shard"), shard)).column("key").combine_chunks()
            accounted += total
            if len(decided) != total or pc.count_distinct(keys).as_py() != total or not pc.all(
                    pc.is_in(keys, value_set=decided), min_count=0).as_py():
                run.found.fault("tally-true", Fault("shard {shard} was not decided chunk by chunk, each once",
                                                    self.state("decisions.parquet"), shard=shard))
        if accounted + take(self.lock, "set_aside", int) != decisions.num_rows:
            run.found.fault("tally-true", Fault("the decisions are not those of the inputs",
                                                self.state("decisions.parquet")))
        return run.found

    def _passed(self, claim: str) -> None:
        found = self.rerun()
        places = pa.chunked_array(found.places, pa.int32())
        if not found.rows == self.ids().num_rows == pc.count_distinct(places).as_py():
            raise Fault("{rows} of {all} rows were found among the inputs; the others nobody judged", MANIFEST,
                        rows=found.rows, all=self.ids().num_rows)
        if faults := found.faults.get(claim):
            raise several(faults)

    # --- checks ----------------------------------------------------------------------------------------------------

    def log_whole(self) -> Note | None:
        """Insist that the log's entries give the signed roots, and hold the very closing that the release shows."""
        ledger, log, closing = self.ledger(), self.release.get("log", dict), self.closing()
        if ledger.faults:
            raise several(ledger.faults)
        for size, root in ((take(log, "size", int), hashed(log, "root")), (closing.size, closing.root)):
            if ledger.roots.get(size) != root:
                raise Fault("the log's {size} entries do not give the signed root", DATABASE, size=size)
        if ledger.leaves.get(closing.seq) != leaf_hash(self.release.closing["leaf"].encode()):
            raise Fault("the log holds another entry in place of the closing", DATABASE)
        return Note("{number} decision parts were erased; they refuse what they are about",
                    number=ledger.erased) if ledger.erased else None

    def inputs_fixed(self) -> None:
        """Insist that the lock's inputs are what had arrived by its base, in order, and that their files are unchanged."""
        base, _ = self.position()
        inputs, aside = arrived(self.ledger(), base, take(take(self.lock, "plan", dict), "sources", list))
        inputs = lineage.rewritten(self, inputs)
        if take(self.lock, "inputs", list) != inputs:
            raise Fault("the lock's inputs are not what had arrived", MANIFEST)
        if take(self.lock, "set_aside", int) != aside:
            raise Fault("the lock sets aside {said} records, the log {number}", MANIFEST, said=self.lock["set_aside"],
                        number=aside)
        for item in inputs:
            shard = safe_name(item["shard"])
            self.file(f"shards/{shard}.parquet", item["sha256"], shard)
        for _ in self.attribute_files():
            pass

    def decisions_recorded(self) -> None:
        """Insist that the decisions file is the one that the manifest commits to."""
        self.decisions()

    def tally_true(self) -> None:
        """Insist that every chunk of the inputs was decided once, and that the tally, exact and public, counts that."""
        decisions = self.decisions()
        counts = decisions.group_by(["answer", "reason"]).aggregate([([], "count_all")]).to_pylist()
        exact: dict[str, Any] = {"arrived": decisions.num_rows, "released": 0, "held": {}, "refused": {}}
        for row in counts:
            answer, reason, number = row["answer"], row["reason"], row["count_all"]
            if (answer == "keep") is not (reason == "") or answer not in ("keep", "hold", "refuse"):
                raise Fault("the decisions hold an answer without its reason", self.state("decisions.parquet"))
            if answer == "keep":
                exact["released"] = number
            else:
                exact["held" if answer == "hold" else "refused"][reason] = number
        if digest_text(write(exact)) != self.release.get("private", dict).get("tally"):
            raise Fault("the decisions, counted again, do not give the tally", MANIFEST,
                        self.state("decisions.parquet"))
        public = {**exact, "held": _merged(exact["held"]), "refused": _merged(exact["refused"])}
        if self.release.get("tally", dict) != public:
            raise Fault("the public tally is not the exact one with small counts merged", MANIFEST)
        if faults := self.rerun().faults.get("tally-true"):
            raise several(faults)

    def rows_as_decided(self) -> None:
        """Insist that the released rows are those decided to be kept, no more, no less, in the words that were judged."""
        ids, kept = self.ids(), self.kept()
        keys = ids.column("key").combine_chunks()
        if pc.count_distinct(keys).as_py() != len(keys) or len(keys) != kept.num_rows:
            raise Fault("{rows} rows are released, {kept} were decided to be", MANIFEST, rows=len(keys),
                        kept=kept.num_rows)
        place = pc.index_in(keys, value_set=kept.column("key").combine_chunks())
        if place.null_count:
            record = ids.column("record")[pc.index(pc.is_null(place), True).as_py()].as_py()
            raise Fault("record {record} is released but was not decided to be", MANIFEST, record=record)
        if not kept.column("source").take(place).equals(ids.column("source")):
            raise Fault("a row is released under another source than it was decided under", MANIFEST)
        self._passed("rows-as-decided")

    def sources_admitted(self) -> None:
        """Insist that every source of a released row permits the use, and is what the manifest says of it."""
        register, as_of = self.register(), moment(take(self.lock, "as_of", str))
        plan, stated = take(self.lock, "plan", dict), self.release.get("sources", list)
        for name in pc.unique(self.ids().column("source")).to_pylist():
            source = register.get(name)
            reason = "source-unknown" if source is None else source.against(
                take(plan, "use", str), as_of, commercial=take(plan, "commercial", bool))
            if reason or source is None:
                raise Fault("source {source} is released against {reason}", MANIFEST, source=name, reason=reason)
            said = {"ground": source.ground, "licence": source.licence,
                    "contract": source.contract.id if source.contract else ""}
            if not any(item.get("id") == name and {key: item.get(key) for key in said} == said for item in stated):
                raise Fault("source {source} is not stated as the register has it", MANIFEST, source=name)
        wanted = take(plan, "sources", list)
        if wanted and not set(pc.unique(self.ids().column("source")).to_pylist()) <= set(map(str, wanted)):
            raise Fault("a row is of a source that the plan does not name", MANIFEST)

    def admission_rerun(self) -> None:
        """Insist that every row passes the admission rules again, and is the newest state of its record."""
        self._passed("admission-rerun")
        decisions, kept = self.decisions(), self.kept()
        order = pa.array([take(item, "shard", str) for item in take(self.lock, "inputs", list)], pa.string())
        newest = decisions.append_column("number", pc.index_in(decisions.column("shard"), value_set=order)).group_by(
            "record").aggregate([("number", "max")]).combine_chunks()
        place = pc.index_in(kept.column("record"), value_set=newest.column("record").combine_chunks())
        own = pc.index_in(kept.column("shard"), value_set=order)
        older = pc.fill_null(pc.not_equal(own, newest.column("number_max").take(place)), True)
        if pc.any(older, min_count=0).as_py():
            raise Fault("record {record} is released against {reason}", MANIFEST, reason="superseded",
                        record=kept.column("record")[pc.index(older, True).as_py()].as_py())

    def order_keyed(self) -> None:
        """Insist that rows have their keyed places, that a file holds a thousand people, and does not group them."""
        self._passed("order-keyed")
        found, parts = self.rerun(), self.rows().ids
        place = pa.concat_arrays(found.places)
        holders = pa.concat_arrays(found.holders).take(pc.sort_indices(place))
        at = 0
        for number, part in enumerate(parts):
            own = holders.slice(at, part.num_rows)
            at += part.num_rows
            people = pc.count_distinct(own).as_py()
            if len(parts) > 1 and people < _PEOPLE and self.release.manifest.get("parent") is None:
                raise Fault("data file {number} holds {people} people; a thousand are needed where there are several",
                            number=number, people=people)
            if _grouped(own, people):
                raise Fault("the rows of data file {number} are grouped by person", number=number)

    def twin_apart(self) -> None:
        """Insist that the held-out twin is the one that was drawn, and that no row of it is released."""
        audit, name = self.release.get("audit", dict), self.state("twin.parquet")
        path = self.file(name, audit.get("twin_digest"))
        decisions = self.decisions()
        drawn = decisions.filter(pc.equal(decisions.column("reason"), "held-out-twin")).column("key")
        if len(drawn) != take(audit, "twin", int):
            raise Fault("{drawn} rows were drawn as twin, the manifest says {said}", MANIFEST, drawn=len(drawn),
                        said=audit["twin"])
        twin = key_of(table(path, ["record", "chunk"])) if len(drawn) else drawn
        if sorted(twin.to_pylist()) != sorted(drawn.to_pylist()):
            raise Fault("{path} does not hold the rows that were drawn", name, path=name)
        if pc.any(pc.is_in(self.ids().column("key"), value_set=twin.combine_chunks()), min_count=0).as_py():
            raise Fault("a row of the twin is released", MANIFEST)

    def tags_complete(self) -> None:
        """Insist that the tree of tags holds everybody whom the released rows concern, and nobody else."""
        self._passed("tags-complete")
        absence, keys = self.release.get("absence", dict), self.ledger().tag_keys
        people = self.rerun().subjects - {""}
        if missing := people - keys.keys():
            raise Fault("{number} people of the release have no key in the workspace", DATABASE, number=len(missing))
        found = tag_root(release_tag(keys[person], take(absence, "release", str)) for person in people)
        if found != (hashed(absence, "root"), take(absence, "count", int)):
            raise Fault("the tags of everybody in the release do not give the root", MANIFEST)


def arrived(ledger: Ledger, base: int, sources: list[Any]) -> tuple[list[dict[str, Any]], int]:
    """Fold arrivals and rewrites below ``base``: the shards in order, and how many records were set aside.

    Raises:
        Fault: an entry that cannot be read.
    """
    shards: dict[str, dict[str, Any]] = {}
    aside: dict[str, tuple[str, int]] = {}
    for entry in ledger.at(base, base, "arrival", "rewrite"):
        body = entry.decision
        try:
            if entry.kind == "rewrite":
                old = shards.pop(body["shard"])
                if body.get("by"):
                    shards[body["by"]] = {"shard": body["by"], "sha256": body["sha256"], "records": body["records"],
                                          "source": old["source"]}
            elif "shard" in body:
                shards[body["shard"]] = {name: body[name] for name in ("shard", "sha256", "records", "source")}
            else:
                aside[body["file"]] = (body["source"], sum(body["set_aside"].values()))
        except (KeyError, TypeError, AttributeError):
            raise Fault("entry {seq} of the log cannot be read", DATABASE, seq=entry.seq) from None
    return ([item for item in shards.values() if not sources or item["source"] in sources],
            sum(number for source, number in aside.values() if not sources or source in sources))


def _merged(counts: Mapping[str, int]) -> dict[str, int]:
    out = Counter({name: number for name, number in counts.items() if number >= SMALL})
    out["other"] += sum(number for number in counts.values() if number < SMALL)
    return {name: number for name, number in out.items() if number}


def _grouped(holders: Any, people: int) -> bool:
    """Tell whether rows of one person lie together, or people in order, far beyond what a keyed order gives by chance."""
    rows = len(holders)
    if rows < 20 or people < 2:
        return False
    beside = pc.sum(pc.equal(holders[1:], holders[:-1]), min_count=0).as_py()
    each = pc.value_counts(holders).field("counts")
    by_chance = pc.sum(pc.multiply(each, pc.subtract(each, 1)), min_count=0).as_py() / rows
    most = rows - people
    ascending = pc.sum(pc.less_equal(holders[:-1], holders[1:]), min_count=0).as_py() == rows - 1
    return bool(ascending) or bool(most - by_chance >= 10 and beside - by_chance > (most - by_chance) / 2)
