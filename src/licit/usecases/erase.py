"""Carrying out erasures: the words leave shards, attributes, twins and withdrawn releases, and the log says what was rewritten.

The entry itself refuses from the moment it is recorded; this makes the bytes go as well. It may be cut short anywhere and
run again: what is still to do is read from the log and the index each time.

Rules kept here:

- First every live release that holds the words, in its rows or in its twin, is patched, so that what replaces it never
  held them.
- What a crash left is erased as well: shards already written anew, and shards that no entry of the log names.
- A shard is written anew without the erased records, logged with the entry that asked for each, and only then the old one
  removed with all that was computed of it.
- What was made from an erased record goes with it.
- A record that was erased stays erased: what a later export brings of it, however changed, is erased again.
- A record under a legal hold leaves every release and waits in its shard; it is erased once the hold ends.
- Nothing is recomputed for others: their attribute rows are carried over.
- What an erased person's entries say beyond the decision is erased as well; the decision stays, because it protects.

Law: CHO-10, RGT-07
"""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from ..core.ids import NOBODY, SubjectId, keyed, short_text
from ..core.policy import said_between
from ..core.ports import NewEntry
from ..core.records import MADE_FROM, Record, from_json
from ..core.rights import PERSONAL, Item, Standings, SubjectState
from ..core.shards import OF_SHARDS, Input
from .alone import alone, storing
from .counts import forget_counts
from .later import erased_records
from .queries import recall, released_rows
from .release import patch_alone, recover
from .shards import attribute_folders, finish_rewrites, moved, remove_shard
from .works import index_path
from .workspace import Position, Progress, Workspace, inputs_at, legal_holds, releases_at, silent, standings_at

#: The declared field that names a record's sources, as a stored body has it; in words the quotes would be escaped.
_NAMED = rf'"{MADE_FROM}":"([a-z0-9 ]+)"'


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """What was carried out: records that are gone, shards written anew, releases patched, files of releases removed.

    ``deferred`` counts the records that a legal hold keeps in their shards; they left every release.
    """

    records: int
    shards: int
    patches: tuple[str, ...]
    files: tuple[str, ...]
    deferred: int = 0

    def as_json(self) -> dict[str, Any]:
        """Give it as plain values."""
        return {"records": self.records, "shards": self.shards, "patches": list(self.patches),
                "files": list(self.files), "deferred": self.deferred}


def carry_out(workspace: Workspace, *, progress: Progress = silent) -> Erased:
    """Carry out every erasure that the log asks for and the disk does not show yet.

    Raises:
        UnavailableError: another process builds or erases in this workspace.
    """
    with alone(workspace):
        recover(workspace)
        finish_rewrites(workspace)
        standings = standings_at(workspace.log, Position.head(workspace.log))
        erased = _erased(standings)
        asked = dict(sorted(_made_from(workspace, dict(_pending(workspace, erased))).items()))
        patches = [patch_alone(workspace, name, progress).name for name in _holding(workspace, asked)]
        files = [file for name, item in releases_at(workspace.log).items() if item.withdrawn >= 0
                 for file in _purge_release(workspace, name, asked)]
        held = legal_holds(workspace.log)
        doomed = {record: seq for record, seq in asked.items() if record not in held}
        live, _ = inputs_at(workspace.log, Position.head(workspace.log), ())
        if doomed:
            workspace.catalogue.forget(list(doomed))
        rewritten = sum(_rewrite(workspace, item, doomed) for item in live) if doomed else 0
        if erased:
            workspace.log.erase_particulars([entry.seq for entry in workspace.log.entries(kinds=PERSONAL)
                                             if entry.subject in erased])
        with storing(workspace, shared=False):
            _remove_unlogged(workspace, erased)
        return Erased(records=len(doomed), shards=rewritten, patches=tuple(patches), files=tuple(files),
                      deferred=len(asked) - len(doomed))


def take_out(workspace: Workspace, doomed: Mapping[str, int], progress: Progress = silent) -> Erased:
    """Take records out of their shards, then out of every release, each for the entry that is named; called while alone.

    Nothing but the rewrite says here that they must go, so that releases follow it; until then the loader opens none of them.
    """
    finish_rewrites(workspace)
    live, _ = inputs_at(workspace.log, Position.head(workspace.log), ())
    workspace.catalogue.forget(list(doomed))
    rewritten = sum(_rewrite(workspace, item, doomed) for item in live)
    releases = releases_at(workspace.log)
    patches = [patch_alone(workspace, name, progress).name for name, item in releases.items() if item.withdrawn < 0
               and (_rows(workspace, name, doomed).height or _in_twin(workspace, name, doomed))]
    files = [file for name, item in releases_at(workspace.log).items() if item.withdrawn >= 0
             for file in _purge_release(workspace, name, doomed)]
    return Erased(records=len(doomed), shards=rewritten, patches=tuple(patches), files=tuple(files))


def holding(workspace: Workspace, records: Collection[str]) -> list[str]:
    """Give those of some records of which a live release, or its twin, holds a row."""
    live = [name for name, item in releases_at(workspace.log).items() if item.withdrawn < 0]
    found = {record for name in live for record in _rows(workspace, name, records)["record"].to_list()}
    return sorted(found | {record for name in live for record in _twin(workspace, name).intersection(records)})


def purge_release(workspace: Workspace, name: str) -> None:
    """Remove all rows of a withdrawn release and of its twin; what proves what it was stays."""
    for path in sorted(workspace.corpus.path(f"releases/{name}/data").glob("*.parquet")):
        workspace.corpus.remove(f"releases/{name}/data/{path.name}")
    workspace.corpus.remove(f"state/{name}/twin.parquet")
    forget_counts(workspace, name)


def _rows(workspace: Workspace, name: str, records: Collection[str]) -> pl.DataFrame:
    return released_rows(workspace, name).filter(pl.col("record").is_in(list(records)))


def pending(workspace: Workspace) -> dict[str, int]:
    """Give the records that are still stored though an erasure covers them, each with the entry that asked for it."""
    standings = standings_at(workspace.log, Position.head(workspace.log))
    return dict(sorted(_made_from(workspace, dict(_pending(workspace, _erased(standings)))).items()))


def _holding(workspace: Workspace, doomed: Collection[str]) -> list[str]:
    """Give the live releases that hold erased records, in their rows or in their twin."""
    if not doomed:
        return []
    touched = {touched.release for touched in recall(workspace).touched}
    return [name for name, item in releases_at(workspace.log).items() if item.withdrawn < 0
            and (name in touched or _in_twin(workspace, name, doomed))]


def _in_twin(workspace: Workspace, name: str, doomed: Collection[str]) -> bool:
    return not _twin(workspace, name).isdisjoint(doomed)


def _twin(workspace: Workspace, name: str) -> set[str]:
    twin = f"state/{name}/twin.parquet"
    return set(workspace.corpus.read(twin, ["record"])["record"].to_pylist()) if workspace.corpus.exists(twin) else set()


def _remove_unlogged(workspace: Workspace, erased: Collection[SubjectId]) -> None:
    """Remove shards that no entry names and that hold somebody's words who asked for erasure: a crash left them."""
    logged = {str((entry.decision or {}).get("shard")) for entry in workspace.log.entries(kinds=OF_SHARDS)}
    logged |= {str((entry.decision or {}).get("by")) for entry in workspace.log.entries(kinds=("rewrite",))}
    people = {str(subject) for subject in erased}
    for path in sorted(workspace.corpus.path("shards").glob("*.parquet")) if people else ():
        if path.stem not in logged:
            bodies = workspace.corpus.read(f"shards/{path.name}", ["body"])["body"].to_pylist()
            if any(not people.isdisjoint(str(person.subject) for person in from_json(json.loads(body)).people)
                   for body in bodies):
                remove_shard(workspace, path.stem)


def _erased(standings: Standings) -> dict[SubjectId, list[SubjectState]]:
    """Give everybody who asked for erasure, with their linked accounts, and what those asked for."""
    asked = {subject: state for subject, state in standings.states.items() if state.erased}
    out: dict[SubjectId, list[SubjectState]] = {}
    for subject, state in asked.items():
        for account in (subject, *standings.linked(subject)):
            out.setdefault(account, []).append(state)
    return out


def _pending(workspace: Workspace, erased: Mapping[SubjectId, Sequence[SubjectState]]) -> Iterator[tuple[str, int]]:
    """Give the records that are stored although an erasure covers some of what they hold, or did once, with its entry."""
    live, _ = inputs_at(workspace.log, Position.head(workspace.log), ())
    if before := erased_records(workspace.log):
        paths = [workspace.corpus.path(f"shards/{item.shard}.parquet") for item in live]
        again = (pl.scan_parquet(paths).select("record").filter(pl.col("record").is_in(list(before))).unique().collect()
                 ["record"].to_list() if paths else [])
        yield from ((record, before[record]) for record in again)
    for item in live if erased else ():
        path = workspace.corpus.path(f"index/{item.shard}.parquet")
        mine = pl.scan_parquet(path).filter(pl.col("subject").is_in([str(s) for s in erased])).collect()
        wanted: dict[str, set[SubjectId]] = {}
        for subject, record in mine.select("subject", "record").unique().iter_rows():
            wanted.setdefault(record, set()).add(SubjectId(subject))
        if wanted:
            table = workspace.corpus.read(f"shards/{path.name}", ["record", "body"])
            for row in table.filter(pc.is_in(table["record"], value_set=pa.array(sorted(wanted)))).to_pylist():
                record = from_json(json.loads(row["body"]))
                covering = (_covering(state, row["record"], record) for s in wanted[row["record"]] for state in erased[s])
                if (seq := next((seq for seq in covering if seq >= 0), -1)) >= 0:
                    yield row["record"], seq


def _made_from(workspace: Workspace, doomed: dict[str, int]) -> dict[str, int]:
    """Add what was made from doomed records, and from records erased before, with the erasure that reaches it."""
    live, _ = inputs_at(workspace.log, Position.head(workspace.log), ())
    gone = erased_records(workspace.log) | doomed
    paths = [workspace.corpus.path(f"shards/{item.shard}.parquet") for item in live]
    if not gone or not paths:
        return doomed
    named = pl.scan_parquet(paths).select("record", sources=pl.col("body").str.extract(_NAMED)).drop_nulls().collect()
    size = -1
    while len(gone) > size:
        size = len(gone)
        for record, sources in named.iter_rows():
            if record not in gone and (seqs := [gone[source] for source in sources.split() if source in gone]):
                gone[record] = doomed[record] = seqs[0]
    return doomed


def _covering(state: SubjectState, name: str, record: Record) -> int:
    """Give the erasure that covers something of a record, -1 if none does."""
    declared = [between for text in record.collected if (between := said_between(text))]
    whole = (declared[0][0], declared[1][1]) if len(declared) == 2 else None
    for turn in record.turns:
        item = Item(record=name, project=record.project, turn=str(turn.id), said=said_between(turn.said_at) or whole)
        for decision in state.refusals("train", item):
            if decision.reason == "erased":
                return decision.entries[0]
    return -1


def _purge_release(workspace: Workspace, name: str, doomed: Collection[str]) -> Iterator[str]:
    """Remove the files of a withdrawn release that hold erased rows, its twin's rows included."""
    folder = workspace.corpus.path(f"releases/{name}")
    for ids in sorted((folder / "ids").glob("*.parquet")):
        held = pl.scan_parquet(ids).filter(pl.col("record").is_in(list(doomed))).select(pl.len()).collect().item()
        data = folder / "data" / ids.name
        if held and data.exists():
            _forget_words(workspace, name, f"data/{ids.name}")
            workspace.corpus.remove(f"releases/{name}/data/{ids.name}")
            yield f"releases/{name}/data/{ids.name}"
    twin = f"state/{name}/twin.parquet"
    if workspace.corpus.exists(twin):
        table = pl.DataFrame(pl.from_arrow(workspace.corpus.read(twin)))
        left = table.filter(~pl.col("record").is_in(list(doomed)))
        if left.height < table.height:
            workspace.corpus.write(twin, left.to_arrow(compat_level=pl.CompatLevel.oldest()))
            yield twin


def _forget_words(workspace: Workspace, name: str, path: str) -> None:
    """Remove what was noted of a release's file: the index of its words, the numbers of works that rows name, the hosts of pages."""
    manifest = json.loads(workspace.corpus.path(f"releases/{name}/manifest.json").read_bytes())
    for file in manifest["files"]:
        if file["path"] == path:
            workspace.corpus.remove(index_path(str(file["sha256"])))
    workspace.corpus.remove(f"state/{name}/works.parquet")
    forget_counts(workspace, name)


def _rewrite(workspace: Workspace, item: Input, doomed: Mapping[str, int]) -> bool:
    """Write a shard anew without some records, log it and why, and remove the old one with all that was computed of it."""
    corpus, old = workspace.corpus, item.shard
    table = corpus.read(f"shards/{old}.parquet")
    left = _without(table, doomed)
    if left.num_rows == table.num_rows:
        return False
    body: dict[str, Any] = {"shard": old, "by": "", "sha256": "", "records": left.num_rows, "gone": {
        record: doomed[record] for record in table["record"].to_pylist() if record in doomed}}
    if made := dict(_of_other_records(workspace, body["gone"], table)):
        body["made_from"] = made
    if left.num_rows:
        key = workspace.keys.secret("records")
        new = "h" + short_text(keyed(key, "licit/rewrite", old.encode(), *(r.encode() for r in
                                                                           left["record"].to_pylist())))
        body |= {"by": new, "sha256": corpus.write(f"shards/{new}.parquet", left, rows_in_group=1024)}
        corpus.write(f"index/{new}.parquet", _without(corpus.read(f"index/{old}.parquet"), doomed))
        for folder in attribute_folders(workspace, old):
            carried = _without(corpus.read(f"{folder}/{old}.parquet"), doomed)
            note = {"sha256": corpus.write(f"{folder}/{new}.parquet", carried), "rows": carried.num_rows}
            corpus.write_bytes(f"{folder}/{new}.json", json.dumps(note).encode())
    workspace.log.append([NewEntry(kind="rewrite", subject=NOBODY, received_at=workspace.clock.now(), decision=body)])
    if left.num_rows:
        moved(workspace, {old}, str(body["by"]), left)
    remove_shard(workspace, old)
    return True


def _of_other_records(workspace: Workspace, gone: Mapping[str, int], table: Any) -> Iterator[tuple[str, str]]:
    """Give the records that go because of another's end, each with that one: the one an erasure named, or a source of theirs."""
    seqs = sorted({*gone.values()})
    for entry in workspace.log.entries(start=seqs[0], stop=seqs[-1] + 1, kinds=("erasure", "retention")) if seqs else ():
        mine = {record for record, seq in gone.items() if seq == entry.seq}
        target = (entry.decision or {}).get("target") or {}
        if entry.kind == "retention" and mine:
            over = {record for record, seq in erased_records(workspace.log).items() if seq == entry.seq} | mine
            bodies = pl.DataFrame(pl.from_arrow(table.select(["record", "body"]))).filter(pl.col("record").is_in(list(mine)))
            named_in = bodies.select("record", pl.col("body").str.extract(_NAMED)).drop_nulls()
            yield from ((record, source) for record, sources in named_in.iter_rows() for source in sources.split() if source in over)
        elif named := target.get("record"):
            yield from ((record, named) for record in mine if record != named)


def _without(table: Any, doomed: Collection[str]) -> Any:
    gone = pa.array([str(record) for record in doomed], pa.string())
    return table.filter(pc.invert(pc.is_in(table["record"], value_set=gone)))

