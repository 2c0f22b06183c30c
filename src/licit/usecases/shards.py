"""Shards on disk whose place another took: the catalogue learns where records went, and the old files go.

Rules kept here:

- An old shard goes only after the log named the new one; what a crash left of it goes when anybody does this again.
"""

import shutil
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from ..core.ports import Log
from ..core.shards import OF_SHARDS
from .workspace import Position, Workspace, inputs_at


def finish_rewrites(workspace: Workspace) -> None:
    """Do again what comes after a rewrite or a compaction was logged, where a crash left an old shard on disk."""
    corpus = workspace.corpus
    live = {item.shard for item in inputs_at(workspace.log, Position.head(workspace.log), ())[0]}
    for entry in workspace.log.entries(kinds=("rewrite", "compaction")):
        body = entry.decision or {}
        parts, new = (body.get("from", ()), body.get("shard")) if entry.kind == "compaction" else ([body.get("shard", "")], body.get("by"))
        for old in map(str, parts):
            if old in live or not old or not any(corpus.exists(f"{folder}/{old}.parquet") for folder in ("shards", "index")):
                continue
            if new and corpus.exists(f"shards/{new}.parquet"):
                moved(workspace, {old}, str(new), corpus.read(f"shards/{new}.parquet", ["record", "version"]))
            remove_shard(workspace, old)


def moved(workspace: Workspace, old: Collection[str], new: str, left: Any) -> None:
    """Tell the catalogue where records went, but for those of which another shard holds a newer state."""
    versions = dict(zip(left["record"].to_pylist(), left["version"].to_pylist(), strict=True))
    known = workspace.catalogue.stored(list(versions))
    moved = {record: version for record, version in versions.items() if known.get(record, (b"", ""))[1] in old}
    if moved:
        workspace.catalogue.add(new, moved)


def remove_shard(workspace: Workspace, shard: str) -> None:
    """Remove a shard's file, its index and everything that was computed of it."""
    for folder in attribute_folders(workspace, shard):
        workspace.corpus.remove(f"{folder}/{shard}.parquet")
        workspace.corpus.remove(f"{folder}/{shard}.json")
        shutil.rmtree(workspace.corpus.path(f"{folder}/clusters"), ignore_errors=True)
    for folder in ("index", "shards"):
        workspace.corpus.remove(f"{folder}/{shard}.parquet")


def attribute_folders(workspace: Workspace, shard: str) -> list[str]:
    """Give the folders that hold what was computed of a shard."""
    return [f"attributes/{path.parent.name}" for path in
            sorted(workspace.corpus.path("attributes").glob(f"*/{shard}.parquet"))]


def arrivals(log: Log) -> dict[str, datetime]:
    """Give when each shard's records arrived: of a shard written anew, its first one; of one put together, the last of its parts."""
    out: dict[str, datetime] = {}
    for entry in log.entries(kinds=OF_SHARDS):
        body: Mapping[str, Any] = entry.decision or {}
        if entry.kind == "arrival" and "shard" in body:
            out[str(body["shard"])] = entry.recorded_at
        elif entry.kind == "rewrite" and body.get("by"):
            out[str(body["by"])] = out[str(body["shard"])]
        elif entry.kind == "compaction":
            out[str(body["shard"])] = max(out[str(part)] for part in body["from"])
    return out
