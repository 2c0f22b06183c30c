"""Locks, and the answers of all rows under one: a pure function of the lock, the log and the shards.

Rules kept here:

- The lock fixes plan, inputs, position, moment, attributes, files and seed; the same lock gives the same answers.
- A patch's lock is its parent's at a later position, from which only restricting entries count, and later states that
  ended what the parent holds.
- A patch is decided from its parent's answers: only rows that the new entries can reach are judged again, and their
  clusters hold their election again. A property test holds this to deciding everything anew.

Law: CHO-04, REL-04, REL-12
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC
from typing import Any

import polars as pl

from ..core.errors import EvidenceError, RefusedError, SetupError, misnamed
from ..core.ids import keyed
from ..core.legal import Asked
from ..core.policy import parse_moment
from ..core.rights import RESTRICTING
from ..core.shards import Input
from ..core.told import told_from
from ..core.widening import silently_widened
from ..pipeline.admit import Admission
from ..pipeline.basis import Basis
from ..pipeline.decide import (
    ELECTED_AWAY,
    SETTLED,
    Draw,
    Gates,
    by_other_gates,
    decide,
    elect,
    held_copies,
    judge_each,
    settle_copies,
)
from ..pipeline.honour import FOR_PEOPLE, Honour
from ..pipeline.kin import DESCENDANT, TRANSLATION
from ..pipeline.stage import RANK, impose
from .canaries import watch
from .facts import cluster_names, clustered, column_of, facts_of, kin_of
from .later import ended_since, erased_records
from .law import require_unedited
from .pages import page_signals
from .papers import fixed
from .plan import Plan, plan_from_lock
from .workspace import (
    Position,
    Prepared,
    Progress,
    Workspace,
    given_at,
    inputs_at,
    law_at,
    outsiders_at,
    policy_at,
    register_at,
    releases_at,
    signed_register,
    silent,
    staff_at,
    standings_at,
    stays_at,
)

#: From so many kept rows on, a twin and canaries are drawn; below, they would say nothing.
AUDITABLE = 1000


def make_lock(workspace: Workspace, plan: Plan, at: Position, *, progress: Progress = silent) -> dict[str, Any]:
    """Fix everything a build depends on."""
    now = workspace.clock.now().astimezone(UTC).replace(microsecond=0)
    as_of = parse_moment(plan.as_of) if plan.as_of else now
    if as_of > now:
        raise RefusedError("a release cannot be judged at a moment to come", reason="as-of-in-future",
                           remedy="Set as_of in the plan to today or earlier.")
    plan = replace(plan, accepted=_accepted(workspace, plan.accepted))
    _known_sources(workspace, plan, at)
    require_unedited(workspace, law_at(workspace, at))
    inputs, aside = inputs_at(workspace.log, at, plan.sources)
    prepared = _prepare(workspace, plan, inputs, progress)
    name = _next_name(workspace, plan.name)
    seed = keyed(workspace.keys.secret("audit"), "licit/seed", name.encode(), at.root)[:8]
    return {
        "format": "licit-lock/1", "name": name, "plan": plan.as_json(), "as_of": as_of.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "log": {"base": at.base, "size": at.size, "root": at.root.hex()},
        "inputs": [{"shard": item.shard, "sha256": item.sha256, "records": item.records, "source": item.source}
                   for item in inputs],
        "set_aside": aside,
        "attributes": {"key": workspace.attributes_key(plan), "files": {p.shard: p.sha256 for p in prepared}},
        "tokens": workspace.counter, "buckets": 0, "seed": seed.hex(), "twin_per_thousand": -1, "parent": None, "papers": fixed(workspace)}


def _known_sources(workspace: Workspace, plan: Plan, at: Position) -> None:
    """Insist that every source a plan names is registered or has brought something: a misspelt one would be left out."""
    known = {*register_at(workspace.log, at), *(item.source for item in inputs_at(workspace.log, at, ())[0])} - {""}
    if wrong := misnamed(plan.sources, sorted(known), "the register"):
        raise SetupError(wrong, about="sources in the plan", reason="source-unknown",
                         remedy="Name sources that are there (licit source list), or register this one: licit source add.")


def without_input(workspace: Workspace, plan: Plan) -> list[str]:
    """Say, a line each, which of a plan's sources nothing was imported from, or that nothing was imported at all."""
    inputs, aside = inputs_at(workspace.log, Position.head(workspace.log), plan.sources)
    if not inputs and not plan.sources:
        return ["Nothing was imported yet" + (f"; {aside:,} records could not be read" if aside else "")
                + ": licit import FILES --source ID"]
    fed = {item.source for item in inputs}
    return [f"Nothing was imported from source {name}, which the plan names: licit import FILES --source {name}"
            for name in plan.sources if name not in fed]


def patch_lock(workspace: Workspace, parent: str) -> dict[str, Any]:
    """Give the lock of a patch: its parent's, at the log's head."""
    lock = dict(json.loads(workspace.corpus.path(f"state/{parent}/lock.json").read_bytes()))
    size, root = workspace.log.head()
    stem = lock["plan"]["name"]
    lock["plan"] = {**lock["plan"], "accepted": list(_accepted(workspace, lock["plan"]["accepted"]))}
    lock |= {"name": _next_name(workspace, stem), "parent": parent,
             "log": {"base": lock["log"]["base"], "size": size, "root": root.hex()}}
    return _rewritten(workspace, lock)


def _accepted(workspace: Workspace, switches: Sequence[str]) -> tuple[str, ...]:
    """Give what was accepted of a plan, and with it that a backup was restored without the last entries of the log."""
    lost = any(True for _ in workspace.log.entries(kinds=("loss",)))
    return tuple(sorted({*switches, *(["accept_lost_entries"] if lost else [])}))


def _rewritten(workspace: Workspace, lock: dict[str, Any]) -> dict[str, Any]:
    """Follow what erasures made of a lock's shards: the same records less the erased ones."""
    by = {str(body["shard"]): body for entry in workspace.log.entries(kinds=("rewrite",)) if (body := entry.decision)}
    if not by:
        return lock
    key, inputs, files = lock["attributes"]["key"], [], {}
    for item in lock["inputs"]:
        now, body = dict(item), by.get(item["shard"])
        while body is not None:
            now |= {"shard": body["by"], "sha256": body["sha256"], "records": body["records"]}
            body = by.get(now["shard"]) if now["shard"] else None
        if now["shard"]:
            inputs.append(now)
            note = workspace.corpus.path(f"attributes/{key}/{now['shard']}.json")
            files[now["shard"]] = json.loads(note.read_bytes())["sha256"]
    return lock | {"inputs": inputs, "attributes": {"key": key, "files": files}}


def _prepare(workspace: Workspace, plan: Plan, inputs: Sequence[Input], progress: Progress) -> list[Prepared]:
    key, out = workspace.attributes_key(plan), []
    for item in inputs:
        read = not workspace.corpus.exists(f"attributes/{key}/{item.shard}.json")
        if read and workspace.corpus.digest(f"shards/{item.shard}.parquet") != item.sha256:
            raise EvidenceError("a shard is not the one that was stored", about=item.shard, reason="file-altered",
                                remedy="Restore it from a backup; nothing was released.")
    for done, prepared in enumerate(workspace.prepare(plan, [item.shard for item in inputs]), 1):
        out.append(prepared)
        progress("prepare", done, len(inputs))
    return out


def _next_name(workspace: Workspace, stem: str) -> str:
    taken = {*releases_at(workspace.log)}
    number = 1
    while f"{stem}-{number}" in taken:
        number += 1
    return f"{stem}-{number}"


def gates_of(workspace: Workspace, lock: Mapping[str, Any]) -> Gates:
    """Fold from the log, at a lock's position, all that decides."""
    plan = plan_from_lock(lock["plan"])
    at = Position(base=lock["log"]["base"], size=lock["log"]["size"], root=bytes.fromhex(lock["log"]["root"]))
    as_of, policy = parse_moment(lock["as_of"]), policy_at(workspace.log, at)
    outsiders, namesakes = outsiders_at(workspace.log, at)
    standings, register = standings_at(workspace.log, at), signed_register(workspace, at)
    honour = Honour(standings=standings, policy=policy, purpose=plan.purpose, as_of=as_of,
                    outsiders=outsiders, namesakes=namesakes)
    return Gates(
        pages=page_signals(workspace, at, register, as_of, plan.signals_max_age),
        admission=Admission(register=register, policy=policy, wanted=plan.wanted(as_of), threads=plan.threads, records=_arrived(lock)),
        honour=honour, basis=basis_at(workspace, lock, honour),
        stays=stays_at(workspace.log, at, standings, as_of), staff=staff_at(workspace.log, at), near=plan.near, draw=_draw(lock, plan),
        ended=ended_since(workspace, lock, at.base, at.size), erased=frozenset(erased_records(workspace.log, at.base)),
        given={record: gift.shard for record, gift in given_at(workspace.log, at).items()}, pairs=kin_of(workspace.corpus, lock))


def _arrived(lock: Mapping[str, Any]) -> dict[str, int]:
    """Count the records of each source among a lock's inputs."""
    out: dict[str, int] = {}
    for item in lock["inputs"]:
        out[item["source"]] = out.get(item["source"], 0) + item["records"]
    return out


def basis_at(workspace: Workspace, lock: Mapping[str, Any], honour: Honour) -> Basis:
    """Give the gate of the legal basis at a lock's base: a patch is judged by the papers of its parent."""
    base = lock["log"]["base"]
    at = Position(base=base, size=base, root=b"")
    last = next(iter(workspace.log.entries(start=base - 1, stop=base)), None) if base else None
    moment = max(honour.as_of, last.recorded_at) if last else honour.as_of
    law, policies = law_at(workspace, at), list(workspace.log.entries(stop=base, kinds=("policy",)))
    wider = silently_widened((entry.recorded_at, entry.decision or {}) for entry in policies)
    return Basis(law=law, asked=Asked(plan=lock["plan"], as_of=honour.as_of, at=moment), honour=honour,
                 widened=told_from(law, policies).widened.union(one.purpose for one in wider))


def decide_under(workspace: Workspace, lock: Mapping[str, Any], progress: Progress = silent, *,
                 copies: pl.DataFrame | None = None) -> pl.DataFrame:
    """Give every row of a lock's inputs its answer.

    ``copies`` names rows (``record``, ``chunk``, ``reason``) known to be held for what they resemble, though that is erased by now.

    Raises:
        EvidenceError: an attribute file differs from the lock, or an entry that decides cannot be read.
    """
    progress("decide", 0, 3)
    rows = clustered(workspace.corpus, facts_of(workspace.corpus, lock), lock)
    progress("decide", 1, 3)
    gates = gates_of(workspace, lock)
    watch(workspace, lock["log"]["size"], gates, rows.unique("source", keep="first", maintain_order=True))
    if copies is not None:
        known = rows.select("row", "record", "chunk").join(copies.select("record", "chunk", "reason"), on=["record", "chunk"])
        return settle_copies(judge_each(rows, gates), gates, known=known.select("row", "reason"))
    answered = decide(rows, gates)
    if lock["twin_per_thousand"] < 0 and answered.filter(pl.col("rank") == 0).height < AUDITABLE:
        answered = decide(rows, replace(gates, draw=Draw(seed=0, per_thousand=0)))
    progress("decide", 3, 3)
    return answered


def _draw(lock: Mapping[str, Any], plan: Plan) -> Draw:
    drawn = lock["twin_per_thousand"]
    return Draw(seed=int(lock["seed"], 16), per_thousand=plan.twin_per_thousand if drawn < 0 else drawn)


def attribute_paths(lock: Mapping[str, Any]) -> dict[str, str]:
    """Give the attribute file of each shard of a lock."""
    key = lock["attributes"]["key"]
    return {shard: f"attributes/{key}/{shard}.parquet" for shard in lock["attributes"]["files"]}


def decide_patch(workspace: Workspace, lock: Mapping[str, Any], parent: str, progress: Progress = silent
                 ) -> pl.DataFrame:
    """Give every row of a patch's inputs its answer, judging again only what entries since the parent can reach.

    Restricting entries never make an answer less strict, so a row they do not concern keeps its parent's answer, unless
    it repeats a row newly refused for a person's sake, or its cluster lost the copy that was kept.
    """
    before = json.loads(workspace.corpus.path(f"state/{parent}/lock.json").read_bytes())
    if before["inputs"] != lock["inputs"] or before["attributes"] != lock["attributes"]:
        held = pl.col("reason").is_in(SETTLED)
        return decide_under(workspace, lock, progress, copies=_answers_of(workspace, parent, before).filter(held))
    gates = gates_of(workspace, lock)
    rows = _answers_of(workspace, parent, lock)
    first = rows.filter(pl.col("rank") == 0).unique("source", keep="first", maintain_order=True)
    watch(workspace, lock["log"]["size"], gates, facts_of(workspace.corpus, lock, records=first["record"].to_list()))
    reached = _reached(workspace, lock, before["log"]["size"], gates, rows)
    facts = facts_of(workspace.corpus, lock, records=reached) if reached else None
    if facts is None or not facts.height:
        return rows
    numbered = rows.select("row", "record", "chunk", "shard", was="reason").join(
        facts, on=["record", "chunk", "shard"], how="inner", maintain_order="left")
    judged = judge_each(numbered, gates)
    open_before = pl.col("was").is_in([*ELECTED_AWAY, *SETTLED, ""])
    answered = judged.filter(~(open_before & (pl.col("rank") == 0)))
    rows = _with_answers(rows, answered)
    progress("decide", 2, 3)
    rows, lost = _held_again(workspace, lock, gates, rows, answered)
    return _vote_again(workspace, lock, gates, rows, lost)


def _with_answers(rows: pl.DataFrame, answered: pl.DataFrame) -> pl.DataFrame:
    """Put answers given anew in the place of those before."""
    new = answered.select("row", _rank="rank", _reason="reason")
    joined = rows.join(new, on="row", how="left", maintain_order="left")
    return joined.with_columns(rank=pl.col("_rank").fill_null(pl.col("rank")),
                               reason=pl.col("_reason").fill_null(pl.col("reason"))).drop("_rank", "_reason")


def _answers_of(workspace: Workspace, parent: str, lock: Mapping[str, Any]) -> pl.DataFrame:
    """Read the parent's answers, in the order of its facts."""
    table = pl.DataFrame(pl.from_arrow(workspace.corpus.read(
        f"state/{parent}/decisions.parquet", ["record", "chunk", "shard", "source", "answer", "reason"])))
    chunks = table.head(table.height - lock["set_aside"])
    return (chunks.with_row_index("row").with_columns(
        pl.col("row").cast(pl.UInt32), rank=pl.col("answer").replace_strict(RANK, return_dtype=pl.UInt8))
        .drop("answer"))


def _reached(workspace: Workspace, lock: Mapping[str, Any], since: int, gates: Gates, rows: pl.DataFrame) -> list[str]:
    """Give the records that new entries concern: their people's, linked accounts', what ended, what names outsiders.

    With them comes all of a source found unlawful, and what was made from any of them.
    """
    new = list(workspace.log.entries(start=since, stop=lock["log"]["size"], kinds=RESTRICTING))
    people = {entry.subject for entry in new if entry.subject}
    for person in tuple(people):
        people |= set(gates.honour.standings.linked(person))
    unlawful = [str((entry.decision or {}).get("source", "")) for entry in new if entry.kind == "unlawful"]
    found = {*gates.ended, *(rows.filter(pl.col("source").is_in(unlawful))["record"].to_list() if unlawful else ())}
    index = [workspace.corpus.path(f"index/{item['shard']}.parquet") for item in lock["inputs"]]
    if people and index:
        mine = pl.scan_parquet(index).filter(pl.col("subject").is_in([str(p) for p in people]))
        found |= set(mine.select("record").unique().collect()["record"].to_list())
    if signalled := {str((entry.decision or {}).get("source")) for entry in new if entry.kind == "signal"}:
        found |= _signalled(workspace, lock, gates, signalled)
    if any(entry.kind == "third-party-objection" for entry in new):
        for column, keys in (("mentions", gates.honour.outsiders), ("names", gates.honour.namesakes)):
            paths = [workspace.corpus.path(path) for path in attribute_paths(lock).values()]
            named = pl.scan_parquet(paths).select("record", column).explode(column, empty_as_null=False)
            found |= set(named.filter(pl.col(column).is_in(list(keys))).collect()["record"].to_list())
    return sorted(_kin(workspace, lock, found))


def _signalled(workspace: Workspace, lock: Mapping[str, Any], gates: Gates, sources: set[str]) -> set[str]:
    """Give the records of sources of which a signal was read, and those of whichever source that are from a page it speaks of."""
    paths = [workspace.corpus.path(path) for path in attribute_paths(lock).values()]
    pages = gates.pages.found.filter(pl.col("reason") != "")["page"].unique()
    wanted = pl.col("source").is_in(list(sources)) | pl.col("page").is_in(pages.implode())
    return set(pl.scan_parquet(paths).filter(wanted).select("record").unique().collect()["record"].to_list()) if paths else set()


def _kin(workspace: Workspace, lock: Mapping[str, Any], records: set[str]) -> set[str]:
    """Add to records what was made from them, and all that goes into judging these: whatever they were made from."""
    paths = [workspace.corpus.path(path) for path in attribute_paths(lock).values()]
    if not records or not paths:
        return records
    edges = (pl.scan_parquet(paths).select("record", "made_from").filter(pl.col("made_from").list.len() > 0).collect()
             .explode("made_from", empty_as_null=False).unique())
    out, size = set(records), -1
    while len(out) > size:
        size = len(out)
        near = edges.filter(pl.col("record").is_in(list(out)) | pl.col("made_from").is_in(list(out)))
        out |= {*near["record"], *near["made_from"]}
    return out


def _held_again(workspace: Workspace, lock: Mapping[str, Any], gates: Gates, rows: pl.DataFrame, answered: pl.DataFrame
                ) -> tuple[pl.DataFrame, set[int]]:
    """Hold what resembles rows that just went out; give all rows, and which of them stand for election no more."""
    kin, open_before = gates.kin(rows), pl.col("was").is_in([*ELECTED_AWAY, *SETTLED, ""])
    lost = set(answered.filter(pl.col("was").is_in([*ELECTED_AWAY, ""]))["row"].to_list())
    changed = set(answered.filter(open_before)["record"].to_list())
    tainted, refused = kin.tainted(answered), answered.filter(pl.col("for_people") & ~pl.col("was").is_in(FOR_PEOPLE))
    because_of = {DESCENDANT: tainted, "copy-of-refused": refused, TRANSLATION: gates.pairs}
    for number, reason in enumerate(SETTLED):
        if not because_of[reason].height:
            continue
        standing = pl.col("reason").is_in(["", *ELECTED_AWAY, *SETTLED[number + 1:]])
        if reason == TRANSLATION:
            paired = rows.filter(pl.col("record").is_in(gates.pairs["record"].unique().implode()))
            known = paired.join(column_of(workspace.corpus, lock, "thread", rows=paired), on="row", maintain_order="left")
            found = kin.translations(by_other_gates(known), changed)
        else:
            known = rows.filter(standing).join(column_of(workspace.corpus, lock, "thread", "runs"), on="row", maintain_order="left")
            found = kin.descendants(tainted, known) if reason == DESCENDANT else held_copies(refused, known, gates)
        new = rows.filter(standing & pl.col("row").is_in(found["row"].implode()))
        lost |= set(new.filter(pl.col("reason").is_in(["", *ELECTED_AWAY]))["row"].to_list())
        changed |= set(new["record"].to_list())
        mine = pl.col("row").is_in(new["row"].implode())
        rows = rows.with_columns(rank=pl.when(mine).then(pl.lit(RANK["hold"], dtype=pl.UInt8)).otherwise(pl.col("rank")),
                                 reason=pl.when(mine).then(pl.lit(reason)).otherwise(pl.col("reason")))
    return rows, lost


def _vote_again(workspace: Workspace, lock: Mapping[str, Any], gates: Gates, rows: pl.DataFrame, lost: set[int]) -> pl.DataFrame:
    """Hold the election of every cluster again that lost a row."""
    named = rows.hstack(cluster_names(workspace.corpus, lock))
    name = "alike" if gates.near else "same"
    touched = named.filter(pl.col("row").is_in(list(lost)))[name].unique()
    voting = named.filter(pl.col(name).is_in(touched.implode())
                          & ((pl.col("rank") == 0) | pl.col("reason").is_in(ELECTED_AWAY)))
    if not voting.height:
        return rows
    rows = _reopened(rows, voting["row"].to_list())
    orders = column_of(workspace.corpus, lock, "order", rows=voting)
    elected = elect(voting.with_columns(rank=pl.lit(0, dtype=pl.UInt8), reason=pl.lit("")).join(orders, on="row"), gates)
    return impose(rows, elected.filter(pl.col("reason") != "").select("row", "reason"), ["row"])


def _reopened(rows: pl.DataFrame, which: list[int]) -> pl.DataFrame:
    """Take back the answers of rows that only an election or the draw decided."""
    again = pl.col("row").is_in(which) & pl.col("reason").is_in(ELECTED_AWAY)
    return rows.with_columns(rank=pl.when(again).then(pl.lit(0, dtype=pl.UInt8)).otherwise(pl.col("rank")),
                             reason=pl.when(again).then(pl.lit("")).otherwise(pl.col("reason")))
