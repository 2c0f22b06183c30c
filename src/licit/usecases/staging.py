"""Writing a decided release, or a patch, up to its manifest: rows, audit files, tags of everybody present, what is said of it.

A patch takes from its parent what did not change: data files by reference, the twin, and the list of people present.
"""

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import polars as pl
import pyarrow.parquet as pq

from ..core.errors import EvidenceError, RefusedError
from ..core.ids import canonical_json
from ..core.manifest import Tally, merge_small
from ..core.notes import release_tags
from ..core.sources import Source
from ..core.tree import TagTree
from ..pipeline.attest import Findings, stated
from ..pipeline.audit import write_canaries, write_twin
from ..pipeline.linkage import MOST, attacked_by_style
from ..pipeline.seal import Licences, Parent, Placed, buckets_for, content_of, patch_rows, root_of, write_rows
from ..pipeline.stage import ANSWERS, tally
from .bounds import require_bounds
from .canaries import counted
from .deciding import AUDITABLE, attribute_paths, decide_patch, decide_under
from .derived import derived_licences
from .facts import column_of
from .law import papers_as_json
from .papers import write_papers
from .plan import plan_from_lock
from .quality import misses, require
from .workspace import Position, Progress, Workspace, law_at, register_at

_KEYS = ["record", "chunk"]

#: So many rows of a file are looked at for conversations to attack; rows lie in keyed-random order.
_LOOKED_AT = 4 * MOST


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """What a build came to: a release's name ("" when nothing is released), its root, its tally, its decided rows.

    ``refused`` is why a dry run's release would not be made although rows may be released.
    """

    name: str
    path: str
    content_root: str
    tally: Tally
    lock: Mapping[str, Any]
    rows: pl.DataFrame
    refused: RefusedError | None = None

    def as_json(self) -> dict[str, Any]:
        """Give the outcome as ``licit build --json`` prints it."""
        return {"release": self.name or None, "path": self.path or None, "content_root": self.content_root or None,
                "tally": self.tally.as_json()}


def decided(workspace: Workspace, lock: dict[str, Any], progress: Progress) -> Built:
    """Decide every row of a new lock, and fix in it what follows: the number of files, whether a twin is drawn."""
    rows = decide_under(workspace, lock, progress)
    counted = tally(rows, lock["set_aside"])
    if lock["twin_per_thousand"] < 0:
        kept = rows.filter(pl.col("rank") == 0)
        people = kept.select(pl.when(pl.col("holder") != "").then("holder").otherwise("record").n_unique()).item()
        drawn = bool(counted.held.get("held-out-twin"))
        lock |= {"buckets": buckets_for(people), "twin_per_thousand": lock["plan"]["twin_per_thousand"] if drawn else 0}
    return Built(name="", path="", content_root="", tally=counted, lock=lock, rows=rows)


def decided_patch(workspace: Workspace, lock: dict[str, Any], parent: str, progress: Progress) -> Built:
    """Decide every row of a patch's lock."""
    rows = decide_patch(workspace, lock, parent, progress)
    return Built(name="", path="", content_root="", tally=tally(rows, lock["set_aside"]), lock=lock, rows=rows)



def stage(workspace: Workspace, built: Built, progress: Progress) -> Findings:
    """Write a release's rows, audit files and private state; give what its evidence says."""
    lock, corpus = built.lock, workspace.corpus
    require_bounds(workspace, lock, built.rows)
    measured = assured(workspace, lock)
    folder = _fresh_folder(workspace, lock["name"])
    progress("seal", 0, 2)
    rows = _marked(built.rows, pl.col("rank") == 0)
    licences = _licences(workspace, lock, built.rows)
    files = write_rows(corpus, folder, rows, attributes=attribute_paths(lock), licences=licences,
                       buckets=lock["buckets"])
    progress("seal", 1, 2)
    twin = _marked(built.rows, pl.col("reason") == "held-out-twin")
    write_twin(corpus, f"state/{lock['name']}/twin.parquet", twin, attribute_paths(lock))
    kept = built.rows.filter(pl.col("rank") == 0)
    people = (kept.select(pl.col("subjects").explode(empty_as_null=False).drop_nulls().alias("subject"))
              .group_by("subject").len("rows").with_columns(pl.col("rows").cast(pl.Int64)).sort("subject"))
    found = _findings(workspace, built, files, _with_keys(workspace, people), workspace.pins(plan_from_lock(lock["plan"])), None)
    return _with_papers(workspace, replace(found, sources=_with_derived(found.sources, kept, licences), measure={
        **measured, "found": _counted(workspace, lock, kept), **_watched(workspace, lock), "linkage": attacked_by_style(_conversations(workspace, folder, kept))}))


def _with_papers(workspace: Workspace, found: Findings) -> Findings:
    """Add the papers, written from the rows as they lie there."""
    return replace(found, papers=write_papers(workspace, stated(found), sealing=True))


def _conversations(workspace: Workspace, folder: str, kept: pl.DataFrame) -> pl.DataFrame:
    """Read what people said in some released conversations, as recipients read it; who it was only licit knows."""
    whose = kept.filter(pl.col("holder") != "").group_by("record").agg(person=pl.col("holder").first())
    out = pl.DataFrame(schema={"record": pl.String, "text": pl.String})
    for path in sorted(workspace.corpus.path(f"{folder}/data").iterdir()) if whose.height else ():
        rows = pl.DataFrame(pl.from_arrow(next(pq.ParquetFile(path).iter_batches(_LOOKED_AT, columns=["record", "messages"]))))
        said = (rows.drop_nulls("messages").explode("messages").unnest("messages").filter(pl.col("role") == "user")
                .group_by("record", maintain_order=True).agg(text=pl.col("content").str.join("\n")))
        out = pl.concat([out, said])
        if out.height >= MOST:
            break
    return out.join(whose, on="record", how="inner", maintain_order="left")


def _counted(workspace: Workspace, lock: Mapping[str, Any], kept: pl.DataFrame) -> dict[str, Any]:
    """Count by label what was found and replaced in the records that rows were released from, small counts merged."""
    told = column_of(workspace.corpus, lock, "record", "found", "mentions", "names", rows=kept).join(
        kept.select("row"), on="row", how="semi")
    parts = (told.unique("record").select(pl.col("found").explode(empty_as_null=False).drop_nulls().str.split(":").list.to_struct(
        fields=["label", "things", "places"]).alias("found")).unnest("found") if told.height else pl.DataFrame(
        schema={"label": pl.String, "things": pl.String, "places": pl.String}))
    sums = parts.group_by("label").agg(pl.col("things", "places").cast(pl.Int64).sum()).sort("label")
    return {"records": told["record"].n_unique(), **{name: merge_small({label: number for label, number in zip(
        sums["label"], sums[name], strict=True) if number}) for name in ("things", "places")},
        "repeated": {name: _repeated(told, column) for name, column in (("contacts", "mentions"), ("names", "names"))}}


def _repeated(told: pl.DataFrame, column: str) -> dict[str, int]:
    """Count records by how many records (themselves included) share a name, address, number or handle with them, at most."""
    if column not in told.columns:
        return {}
    shared = (told.unique("record").select("record", column).explode(column, empty_as_null=False).drop_nulls()
              .with_columns(times=pl.len().over(column)).group_by("record").agg(pl.col("times").max()))
    step = pl.when(pl.col("times") > 9).then(pl.lit("10+")).when(pl.col("times") > 4).then(pl.lit("5-9")).when(
        pl.col("times") > 1).then(pl.lit("2-4")).otherwise(pl.lit("1"))
    return merge_small(dict(shared.group_by(step.alias("step")).len().iter_rows()))


def weighed(workspace: Workspace, built: Built) -> Built:
    """Say of a dry run whether its release would be made: planted data found, the plan's standard met."""
    if not built.tally.released:
        return built
    try:
        require_bounds(workspace, built.lock, built.rows)
        assured(workspace, built.lock)
    except RefusedError as error:
        return replace(built, refused=error)
    return built


def assured(workspace: Workspace, lock: Mapping[str, Any]) -> dict[str, Any]:
    """Measure the de-identification of a lock's build and plant what must be found; give the evidence.

    Raises:
        RefusedError: planted data was missed, or the measure does not meet the plan's standard.
    """
    plan = plan_from_lock(lock["plan"])
    evidence, planted = workspace.measure(plan, lock["seed"])
    require(misses(evidence, plan.standard, plan.languages, plan.deidentify.labels), planted, plan.accepted)
    return {**evidence, "planted": planted.as_json()}


def _marked(rows: pl.DataFrame, kept: pl.Expr) -> pl.DataFrame:
    """Mark which of all decided rows are to be read."""
    return rows.select("shard", "record", "chunk", kept=kept)


def stage_patch(workspace: Workspace, built: Built, parent: str, progress: Progress) -> Findings:
    """Write a patch from its parent: touched files anew, others by reference."""
    lock, corpus = built.lock, workspace.corpus
    folder = _fresh_folder(workspace, lock["name"])
    manifest = json.loads(corpus.path(f"releases/{parent}/manifest.json").read_bytes())
    paths = [file["path"] for file in manifest["files"] if file["path"].startswith("data/")]
    before = pl.concat([pl.DataFrame(schema={"record": pl.String, "chunk": pl.Int32, "file": pl.String}), *(
        corpus.frame([f"releases/{parent}/{path.replace('data/', 'ids/')}"], _KEYS).with_columns(file=pl.lit(path))
        for path in paths)])
    kept = built.rows.filter(pl.col("rank") == 0)
    paired = before.join(kept.select(*_KEYS, "row"), on=_KEYS, how="left")
    gone = paired.filter(pl.col("row").is_null()).drop("row")
    fresh = kept.join(before, on=_KEYS, how="anti") if paired["row"].drop_nulls().n_unique() < kept.height else kept.clear()
    licences = _licences(workspace, lock, _made_from(workspace, built, fresh))
    joining = content_of(corpus, _marked(built.rows, pl.col("row").is_in(fresh["row"].implode())), attribute_paths(lock), licences)
    made_from = Parent(folder=f"releases/{parent}", paths=tuple(paths), buckets=lock["buckets"])
    files, touched = patch_rows(corpus, folder, made_from, gone=gone, fresh=joining)
    progress("seal", touched, touched)
    _patch_twin(workspace, built, parent)
    people = _patch_people(workspace, built, parent, gone, fresh)
    found = _findings(workspace, built, files, people, tuple(manifest["detectors"]), {
        "name": parent, "manifest": corpus.digest(f"releases/{parent}/manifest.json"), "withdrawn": True})
    # A patch only takes away or elects among rows of its parent's detectors: nothing new to measure, nothing may hinder it.
    # What its parent counted is left out: beside the patch it would say what the rows that left held.
    measured = json.loads(corpus.path(f"releases/{parent}/evidence/measure.json").read_bytes())
    return _with_papers(workspace, replace(found, sources=_with_derived(found.sources, fresh, licences, manifest["sources"]), measure={
        name: value for name, value in measured.items() if name not in ("found", "canaries", "linkage")} | _watched(workspace, lock)))


def _watched(workspace: Workspace, lock: Mapping[str, Any]) -> dict[str, Any]:
    """Say how many synthetic people who refused were watched for, by channel; not one of them was let through."""
    watched = counted(workspace, lock["log"]["size"])
    return {"canaries": {"refusing": watched, "sighted": 0}} if watched else {}


def _licences(workspace: Workspace, lock: Mapping[str, Any], rows: pl.DataFrame) -> Licences:
    register = _register(workspace, lock)
    return Licences(sources={name: source.licence for name, source in register.items()}, derived=derived_licences(rows, register))


def _made_from(workspace: Workspace, built: Built, fresh: pl.DataFrame) -> pl.DataFrame:
    """Give what every row was made from, where any that joins a patch was made from others; else no row."""
    own = column_of(workspace.corpus, built.lock, "made_from", rows=fresh).join(fresh.select("row"), on="row", how="semi") if (
        fresh.height) else pl.DataFrame()
    if not fresh.height or not own["made_from"].list.len().sum():
        return pl.DataFrame(schema={"record": pl.String, "source": pl.String, "made_from": pl.List(pl.String), "rank": pl.UInt8})
    return column_of(workspace.corpus, built.lock, "made_from").join(built.rows.select("row", "record", "source", "rank"), on="row")


def _with_derived(sources: Sequence[Mapping[str, Any]], rows: pl.DataFrame, licences: Licences, carried: Sequence[Mapping[str, Any]] = ()
                  ) -> tuple[Mapping[str, Any], ...]:
    """Say of each source which licences its rows carry that were made from others' words; ``carried`` is what a parent said."""
    made = {str(item["id"]): set(item.get("derived", ())) for item in carried}
    for record, name in rows.filter(pl.col("record").is_in(list(licences.derived))).select("record", "source").unique().iter_rows():
        made.setdefault(name, set()).add(licences.derived[record])
    return tuple({**item, "derived": told} if (told := sorted(made.get(str(item["id"]), set()) - {item["licence"]})) else item
                 for item in sources)


def _register(workspace: Workspace, lock: Mapping[str, Any]) -> dict[str, Source]:
    return register_at(workspace.log, Position(base=lock["log"]["base"], size=lock["log"]["base"], root=b""))


def _patch_twin(workspace: Workspace, built: Built, parent: str) -> None:
    """Carry the parent's twin over, less what left it, with what joined it."""
    corpus, name = workspace.corpus, built.lock["name"]
    twin = built.rows.filter(pl.col("reason") == "held-out-twin")
    old = pl.DataFrame(pl.from_arrow(corpus.read(f"state/{parent}/twin.parquet")))
    if "chunk" not in old.columns:
        write_twin(corpus, f"state/{name}/twin.parquet", _marked(
            built.rows, pl.col("reason") == "held-out-twin"), attribute_paths(built.lock))
        return
    joined = _marked(built.rows, pl.col("row").is_in(twin.join(old, on=_KEYS, how="anti")["row"].implode()))
    write_twin(corpus, f"state/{name}/twin.parquet", joined, attribute_paths(built.lock),
               carried=old.join(twin, on=_KEYS, how="semi", maintain_order="left").to_arrow(
                   compat_level=pl.CompatLevel.oldest()))


def _patch_people(workspace: Workspace, built: Built, parent: str, gone: pl.DataFrame, fresh: pl.DataFrame
                  ) -> pl.DataFrame:
    """Take the people of rows that left off the parent's list, and put those of rows that joined on it."""
    left = built.rows.join(gone, on=_KEYS, how="semi")
    if left.height != gone.height:  # rows erased from disk: their people can no longer be read
        return _with_keys(workspace, _people_of(workspace, built.lock, built.rows.filter(pl.col("rank") == 0)))
    old = pl.DataFrame(pl.from_arrow(workspace.corpus.read(f"state/{parent}/people.parquet")))
    change = pl.concat([_people_of(workspace, built.lock, left).with_columns(-pl.col("rows")),
                        _people_of(workspace, built.lock, fresh)]).group_by("subject").agg(change=pl.col("rows").sum())
    new = change.join(old, on="subject", how="anti").select("subject", rows="change").filter(pl.col("rows") > 0)
    kept = (old.join(change, on="subject", how="left").with_columns(
        pl.col("rows") + pl.col("change").fill_null(0)).filter(pl.col("rows") > 0).drop("change"))
    return pl.concat([kept, _with_keys(workspace, new)]).sort("subject")


def _people_of(workspace: Workspace, lock: Mapping[str, Any], rows: pl.DataFrame) -> pl.DataFrame:
    """Count the rows of each person concerned, reading only the shards that hold them."""
    paths = attribute_paths(lock)
    frames = [pl.DataFrame(schema={"subject": pl.String})]
    for (shard,), wanted in rows.group_by("shard", maintain_order=True):
        table = pl.DataFrame(pl.from_arrow(workspace.corpus.read(paths[str(shard)], [*_KEYS, "subjects"])))
        mine = table.join(wanted.select(_KEYS), on=_KEYS, how="semi")
        frames.append(mine.select(pl.col("subjects").explode(empty_as_null=False).drop_nulls().alias("subject")))
    return pl.concat(frames).group_by("subject").len("rows").with_columns(pl.col("rows").cast(pl.Int64))


def _with_keys(workspace: Workspace, people: pl.DataFrame) -> pl.DataFrame:
    """Add each person's own key, from which their tag in a release follows."""
    keys = workspace.tag_keys(people["subject"].to_list())
    return people.select("subject", "rows", key=pl.Series([keys[s] for s in people["subject"].to_list()],
                                                          dtype=pl.Binary)).sort("subject")


def _findings(workspace: Workspace, built: Built, files: Sequence[Placed], people: pl.DataFrame,
              detectors: tuple[str, ...], parent: Mapping[str, Any] | None) -> Findings:
    lock, corpus = built.lock, workspace.corpus
    folder, state = f"releases/{lock['name']}", f"state/{lock['name']}"
    root, rows = root_of(corpus, folder, [file.path for file in files if file.path.startswith("ids/")])
    if rows != built.tally.released:
        raise EvidenceError(f"{rows} rows were written and {built.tally.released} decided", about=lock["name"],
                            remedy="Nothing was released; report this.")
    decisions = corpus.write(f"{state}/decisions.parquet", decisions_table(
        built.rows, column_of(corpus, lock, "people", "facts"), lock["set_aside"]), plain=("record", "people", "facts"))
    corpus.write_bytes(f"{state}/lock.json", canonical_json(lock) + b"\n")
    corpus.write_bytes(f"{state}/tally.json", canonical_json(built.tally.as_json()) + b"\n")
    corpus.write(f"{state}/people.parquet", people.to_arrow(compat_level=pl.CompatLevel.oldest()))
    drawn = release_tags(people["key"].to_list(), lock["name"])
    corpus.write_bytes(f"{state}/tags.bin", b"".join(drawn))
    number = lock["plan"]["canaries"] if built.tally.released >= AUDITABLE else 0
    canaries = write_canaries(corpus, folder, bytes.fromhex(lock["seed"]), number)
    audit = {"canaries": number, "twin": built.tally.held.get("held-out-twin", 0),
             "twin_digest": corpus.digest(f"{state}/twin.parquet")}
    return Findings(name=lock["name"], folder=folder, lock=lock, files=(*files, canaries), content_root=root,
                    rows=rows, tally=built.tally, tags=TagTree(drawn),
                    sources=_sources(workspace, built), audit=audit,
                    decisions=decisions, detectors=detectors, measure={}, parent=parent, law=_papers(workspace, lock))


def _papers(workspace: Workspace, lock: Mapping[str, Any]) -> tuple[Mapping[str, Any], ...]:
    """Name the papers behind the legal basis that stood at the lock's base."""
    return tuple(papers_as_json(law_at(workspace, Position(base=lock["log"]["base"], size=lock["log"]["base"], root=b""))))


def _sources(workspace: Workspace, built: Built) -> tuple[Mapping[str, Any], ...]:
    kept = built.rows.filter(pl.col("rank") == 0)
    register = _register(workspace, built.lock)
    counts = dict(kept.group_by("source").len().sort("source").iter_rows())
    return tuple({"id": name, "ground": register[name].ground, "licence": register[name].licence,
                  "contract": contract.id if (contract := register[name].contract) else "", "rows": number}
                 for name, number in counts.items())


def decisions_table(rows: pl.DataFrame, bonds: pl.DataFrame, set_aside: int) -> Any:
    """Give the decisions file: one row for each chunk, with what outlives its erasure, and one for each record set aside."""
    own = rows.select("row", "record", "chunk", "shard", "source", pl.col("rank").replace_strict(
        dict(enumerate(ANSWERS)), return_dtype=pl.String).alias("answer"), "reason")
    own = own.join(bonds, on="row", how="left", maintain_order="left").drop("row")
    if set_aside:
        own = pl.concat([own, pl.DataFrame({
            "record": ["set-aside"] * set_aside, "chunk": pl.Series(range(set_aside), dtype=pl.Int32),
            "shard": [""] * set_aside, "source": [""] * set_aside, "answer": ["refuse"] * set_aside,
            "reason": ["unreadable"] * set_aside})], how="diagonal")
    return own.to_arrow(compat_level=pl.CompatLevel.oldest())


def _fresh_folder(workspace: Workspace, name: str) -> str:
    folder = f"releases/{name}"
    shutil.rmtree(workspace.corpus.path(folder), ignore_errors=True)
    workspace.corpus.path(folder).mkdir(parents=True)
    return folder


