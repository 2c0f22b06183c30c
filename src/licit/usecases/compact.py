"""Small shards are put together, so that conversations that are handed over one by one do not pile up as files.

Every build begins with this, and the daily round does it. It may be cut short anywhere and run again.

Rules kept here:

- Only neighbours are put together: shards of one source that arrived on one day (UTC), one after the other, with no record in
  common. So no state takes the place of a later one, and what is kept for some days is kept at most a day longer.
- No shard is touched that a release was made of, that staff decided on, or that somebody gave: those are named by the shard.
- The new shard and its index are on disk before the log names them; the old ones go after that, with what was computed of them.
- Rows stay as they are. What was computed is carried over where every part has it; else the next build computes it.

Law: RGT-07
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pyarrow as pa

from ..core.errors import EvidenceError
from ..core.ids import NOBODY, keyed, short_text
from ..core.ports import NewEntry
from ..core.shards import Input, successors
from .alone import storing
from .arrive import SHARD_RECORDS
from .shards import arrivals, finish_rewrites, moved, remove_shard
from .workspace import Position, Workspace, inputs_at, releases_at

#: A shard of at most so many records, in a file of at most so many bytes, is small.
SMALL_RECORDS, SMALL_BYTES = 256, 1 << 20
#: So many small neighbours are worth it.
FEWEST = 8
_LARGEST = 4 << 20
#: An arrived shard, or one put together before; a given text's begins otherwise, for its consent is entered after it.
_MAY = ("h", "c")
#: How the name of a shard begins that was put together; nobody else writes one.
PREFIX = "c"


@dataclass(frozen=True, slots=True, kw_only=True)
class Compacted:
    """What was put together: so many shards with so many records, into so many."""

    shards: int = 0
    records: int = 0
    into: int = 0


def compact(workspace: Workspace) -> Compacted:
    """Put small shards together, called while alone in the workspace.

    Raises:
        EvidenceError: a shard is not the one that was stored; it and its neighbours stay as they are.
    """
    finish_rewrites(workspace)
    live, _ = inputs_at(workspace.log, Position.head(workspace.log), ())
    _remove_unlogged(workspace, live)
    groups = [group for run in _runs(workspace, live) for group in _apart(workspace, run) if len(group) >= FEWEST]
    for group in groups:
        _put_together(workspace, group)
    return Compacted(shards=sum(map(len, groups)), records=sum(item.records for group in groups for item in group), into=len(groups))


def _runs(workspace: Workspace, live: Sequence[Input]) -> Iterator[list[Input]]:
    """Give runs of small neighbours of one source and one day that no release, decision or gift names."""
    closed = max((item.seq for item in releases_at(workspace.log).values()), default=-1)
    if not any(item.place > closed for item in live):
        return
    now = successors(body for entry in workspace.log.entries(kinds=("rewrite",)) if (body := entry.decision))
    named = {now(str(body.get("shard"))) for entry in workspace.log.entries(kinds=("decision", "consent")) if (body := entry.decision)}
    days = {shard: at.date() for shard, at in arrivals(workspace.log).items()}
    for source in dict.fromkeys(item.source for item in live):
        run: list[Input] = []
        for item in (item for item in live if item.source == source):
            may = item.place > closed and item.shard not in named and item.shard[0] in _MAY and item.records <= SMALL_RECORDS and _size(workspace, item) <= SMALL_BYTES
            if run and (not may or days[item.shard] != days[run[0].shard]):
                yield run
                run = []
            if may:
                run.append(item)
        if run:
            yield run


def _apart(workspace: Workspace, run: Sequence[Input]) -> Iterator[list[Input]]:
    """Part a run where a record comes again, or enough is together for a shard."""
    group, seen, size = list[Input](), set[str](), 0
    for item in run if len(run) >= FEWEST else ():
        records = set(workspace.corpus.read(f"shards/{item.shard}.parquet", ["record"])["record"].to_pylist())
        size += _size(workspace, item)
        if group and (seen & records or len(seen) + len(records) > SHARD_RECORDS or size > _LARGEST):
            yield group
            group, seen, size = [], set(), _size(workspace, item)
        group.append(item)
        seen |= records
    if group:
        yield group


def _size(workspace: Workspace, item: Input) -> int:
    return workspace.corpus.path(f"shards/{item.shard}.parquet").stat().st_size


def _put_together(workspace: Workspace, group: Sequence[Input]) -> None:
    """Write the shards of a group as one, log that, and remove them."""
    corpus, parts = workspace.corpus, [item.shard for item in group]
    for item in group:
        if corpus.digest(f"shards/{item.shard}.parquet") != item.sha256:
            raise EvidenceError("a shard is not the one that was stored", about=item.shard, reason="file-altered",
                                remedy="Restore it from a backup; nothing was put together.")
    rows = pa.concat_tables([corpus.read(f"shards/{part}.parquet") for part in parts])
    if rows.num_rows != sum(item.records for item in group):
        raise EvidenceError("a shard holds other records than the log says", about=parts[0], reason="file-altered",
                            remedy="Restore it from a backup; nothing was put together.")
    new = PREFIX + short_text(keyed(workspace.keys.secret("records"), "licit/compaction", *(part.encode() for part in parts)))
    index = pa.concat_tables([corpus.read(f"index/{part}.parquet") for part in parts]).sort_by(
        [(name, "ascending") for name in ("subject", "record", "turn", "role")])
    corpus.write(f"index/{new}.parquet", index)
    _carry(workspace, parts, new)
    sha256 = corpus.write(f"shards/{new}.parquet", rows, rows_in_group=1024)
    workspace.log.append([NewEntry(kind="compaction", subject=NOBODY, received_at=workspace.clock.now(), decision={
        "shard": new, "sha256": sha256, "records": rows.num_rows, "source": group[0].source, "from": parts})])
    moved(workspace, set(parts), new, rows.select(["record", "version"]))
    for part in parts:
        remove_shard(workspace, part)


def _carry(workspace: Workspace, parts: Sequence[str], new: str) -> None:
    """Carry over what was computed of every part by the same settings."""
    for folder in sorted(path.name for path in workspace.corpus.path("attributes").iterdir() if path.is_dir()):
        files = [f"attributes/{folder}/{part}" for part in parts]
        if all(workspace.corpus.exists(f"{file}.{ending}") for file in files for ending in ("parquet", "json")):
            rows = pa.concat_tables([workspace.corpus.read(f"{file}.parquet") for file in files])
            note = {"sha256": workspace.corpus.write(f"attributes/{folder}/{new}.parquet", rows), "rows": rows.num_rows}
            workspace.corpus.write_bytes(f"attributes/{folder}/{new}.json", json.dumps(note).encode())


def _remove_unlogged(workspace: Workspace, live: Sequence[Input]) -> None:
    """Remove what a crash left before the log named it."""
    known = {item.shard for item in live}
    with storing(workspace, shared=False):
        left = {path.stem for folder in ("shards", "index") for path in workspace.corpus.path(folder).glob(f"{PREFIX}*.parquet")} - known
        for shard in sorted(left):
            remove_shard(workspace, shard)
