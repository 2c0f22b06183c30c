"""A patch against the release it takes the place of: same inputs, same moment, every row that left explained.

Rules kept here:

- A patch applies what restricts and nothing else: all that the lock fixes but position and name is its parent's.
- A row that joins was a duplicate in the parent: a permitted copy elected in place of one that left.
- The parent is withdrawn by the log; where its files are gone, what only they could show is ``cannot-tell``.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from .canonical import parse_line
from .casefile import Casefile, safe_name
from .files import MANIFEST, file_digest, read_small, take
from .ledger import DATABASE
from .report import Fault, Note, Untold
from .rewrites import gone_before
from .rows import table

#: What a release says of itself once a backup was restored without the last entries of the log.
LOSS = "accept_lost_entries"

_FIXED = ("as_of", "set_aside", "plan", "seed", "buckets", "twin_per_thousand", "format")
_ELECTED = ("duplicate", "near-duplicate")


def patch_of_parent(case: Casefile) -> Note | None:
    """Insist that a patch follows from its parent; a release without parent has nothing to show.

    Raises:
        Fault: it does not.
        Untold: the parent's files are gone.
    """
    parent = case.release.manifest.get("parent")
    if parent is None:
        return Note("this release is no patch")
    name = take(parent, "name", str)
    _withdrawn(case, name, take(parent, "manifest", str))
    folder = case.workspace / "releases" / safe_name(name)
    if not (folder / MANIFEST).is_file():
        raise Untold("the parent {name} is gone: what left it cannot be compared", name=name)
    before = _manifest(folder, parent["manifest"])
    old, new = take(before, "lock", dict), case.lock
    differ = [field for field in _FIXED if old.get(field) != new.get(field)
              and not (field == "plan" and _only_a_loss(take(old, "plan", dict), take(new, "plan", dict)))]
    if take(old, "log", dict).get("base") != take(new, "log", dict).get("base"):
        differ.append("log.base")
    if rewritten(case, take(old, "inputs", list)) != new.get("inputs") or _attributes_differ(old, new):
        differ.append("inputs")
    if differ:
        raise Fault("the patch differs from its parent in {field}", MANIFEST, field=differ[0])
    _explained(case, name, before)
    return None


def _only_a_loss(old: dict[str, Any], new: dict[str, Any]) -> bool:
    """Tell whether a patch's plan says no more than its parent's but that entries of the log were lost, and accepted."""
    return {**old, "accepted": sorted({*take(old, "accepted", list), LOSS})} == new


def rewritten(case: Casefile, inputs: list[Any]) -> list[Any]:
    """Follow what erasures made of a patch's inputs since its base: the same shards less the erased records."""
    if case.release.manifest.get("parent") is None:
        return inputs
    size, out = take(take(case.lock, "log", dict), "size", int), [dict(item) for item in inputs]
    for entry in case.ledger().entries:
        body = entry.decision
        if entry.kind == "rewrite" and entry.seq < size and isinstance(body, Mapping):
            for item in out:
                if item.get("shard") == body.get("shard"):
                    item |= {"shard": body.get("by"), "sha256": body.get("sha256"), "records": body.get("records")}
    return [item for item in out if item.get("shard")]


def _attributes_differ(old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    """Tell whether the attributes of a shard that both locks have are not the same."""
    one, two = take(old, "attributes", dict), take(new, "attributes", dict)
    before, after = take(one, "files", dict), take(two, "files", dict)
    return one.get("key") != two.get("key") or any(after[name] != before[name] for name in after.keys() & before.keys())


def _withdrawn(case: Casefile, name: str, digest: str) -> None:
    """Insist that the log closed the parent with this manifest, before the patch, and withdrew it for the patch."""
    closed = withdrawn = False
    for entry in case.ledger().entries:
        body = entry.decision
        if isinstance(body, Mapping) and body.get("release") == name:
            closed |= entry.kind == "release-closed" and body.get("manifest") == digest and (
                entry.seq < case.closing().seq)
            withdrawn |= entry.kind == "release-withdrawn"
    if not closed or not withdrawn:
        raise Fault("the log did not close and withdraw the parent {name}", DATABASE, name=name)


def _manifest(folder: Path, digest: str) -> Mapping[str, Any]:
    relative = f"releases/{folder.name}/{MANIFEST}"
    data = read_small(folder, MANIFEST)
    if file_digest(folder / MANIFEST) != digest:
        raise Fault("{path} is not the one whose digest was fixed", relative, path=relative)
    try:
        value = parse_line(data)
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise Fault("{path} is not canonical JSON", relative, path=relative)
    return value


def _explained(case: Casefile, name: str, before: Mapping[str, Any]) -> None:
    folder, was = case.workspace / "releases" / name, []
    for entry in take(before, "files", list):
        path = take(entry, "path", str)
        if path.startswith("ids/") and ".." not in path:
            was.append(_keys(case.file(f"releases/{name}/{path}", entry.get("sha256"))))
    old = pa.concat_arrays(was) if was else pa.array([], pa.string())
    new, decisions = case.ids().column("key").combine_chunks(), case.decisions()
    joined = new.filter(pc.invert(pc.is_in(new, value_set=old)))
    left = old.filter(pc.invert(pc.is_in(old, value_set=new)))
    refused = decisions.filter(pc.not_equal(decisions.column("answer"), "keep")).column("key").combine_chunks()
    gone = pa.array(sorted(gone_before(case, case.closing().seq)), pa.string())
    records = pa.array([key.rpartition("/")[0] for key in left.to_pylist()], pa.string())
    reasoned = pc.or_(pc.is_in(left, value_set=refused), pc.is_in(records, value_set=gone))
    if not pc.all(reasoned, min_count=0).as_py():
        raise Fault("a row left the parent without a reason", MANIFEST)
    path = case.file(f"state/{folder.name}/decisions.parquet", take(before, "private", dict).get("decisions"))
    earlier = table(path, ["record", "chunk", "reason", "facts"])
    if not pc.all(pc.is_in(_bonds(decisions), value_set=_bonds(earlier)), min_count=0).as_py():
        raise Fault("a row of the patch has other facts than in its parent", MANIFEST)
    if len(joined):
        elected = earlier.filter(pc.is_in(earlier.column("reason"), value_set=pa.array(_ELECTED)))
        if not pc.all(pc.is_in(joined, value_set=_joined(elected)), min_count=0).as_py():
            raise Fault("a row joined the patch that was no copy of another in its parent", MANIFEST)


def _keys(path: Path) -> Any:
    return _joined(table(path, ["record", "chunk"]))


def _bonds(decisions: Any) -> Any:
    """Give each decided row's key with the digest of its facts."""
    facts = pc.fill_null(decisions.column("facts").cast(pa.binary()), b"")
    return pc.binary_join_element_wise(_joined(decisions).cast(pa.binary()), facts.combine_chunks(), b"/")


def _joined(rows: Any) -> Any:
    chunk = rows.column("chunk").cast(pa.string())
    return pc.binary_join_element_wise(rows.column("record"), chunk, "/").combine_chunks()
