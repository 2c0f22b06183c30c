"""What an auditor checks with the workspace: every gate again, from the log's entries and the attributes of each row.

Rules kept here:

- The log is derived again first; every other answer rests on its entries and not on what the release says of them.
- Every check of a row ends in a fault that names record and reason, or in all rows having been looked at.
"""

import unicodedata
from collections.abc import Callable, Mapping
from functools import partial
from itertools import islice
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from . import arrivals, copies, draw, lineage, rewrites
from .basis import legal_basis
from .canonical import digest_text, release_tag, write
from .casefile import Casefile, safe_name
from .closing import hashed
from .files import MANIFEST, take
from .inherited import sources_honoured
from .keychain import chain_of
from .kin import kin_held
from .ledger import DATABASE
from .public import SMALL
from .report import Fault, Message, Note, Untold, several
from .rerun import key_of
from .rows import table
from .sources import Source
from .tree import tag_root

_PEOPLE = 1000
_MOST_FAULTS = 20


def checks(case: Casefile) -> list[tuple[str, Callable[[], Message | None]]]:
    """Give every check by the name of its claim, in order."""
    every: list[tuple[str, Callable[[Casefile], Message | None]]] = [
        ("log-whole", log_whole), ("inputs-fixed", inputs_fixed), ("decisions-recorded", decisions_recorded),
        ("tally-true", tally_true), ("rows-as-decided", rows_as_decided), ("sources-admitted", sources_admitted),
        ("people-honoured", people_honoured), ("admission-rerun", admission_rerun), ("order-keyed", order_keyed),
        ("copies-apart", copies.copies_apart), ("kin-held", kin_held), ("twin-apart", twin_apart), ("tags-complete", tags_complete), ("patch-of-parent", lineage.patch_of_parent),
        ("legal-basis", legal_basis)]
    return [(name, partial(check, case)) for name, check in every]


def log_whole(case: Casefile) -> Note | None:
    """Insist that the log's entries give the signed roots, and that a log which lost entries says so in the release.

    The closing's root covers the closing entry itself.
    """
    ledger, log, closing = case.ledger(), case.release.get("log", dict), case.closing()
    if ledger.faults:
        raise several(ledger.faults)
    for size, root in ((take(log, "size", int), hashed(log, "root")), (closing.size, closing.root)):
        if ledger.roots.get(size) != root:
            raise Fault("the log's {size} entries do not give the signed root", DATABASE, size=size)
    _key_followed(case)
    lost = any(entry.kind == "loss" and entry.seq < case.position()[1] for entry in ledger.entries)
    if lost and lineage.LOSS not in take(take(case.lock, "plan", dict), "accepted", list):
        raise Fault("the log has lost entries, and the release does not say so", MANIFEST)
    return Note("{number} decision parts were erased; they refuse what they are about",
                number=ledger.erased) if ledger.erased else None


def _key_followed(case: Casefile) -> None:
    """Insist that the release's keys are those that the log had when it closed: none swapped, left out or retired."""
    logged: list[Any] = []
    for entry in case.ledger().entries:
        if entry.kind != "key" or entry.seq >= case.closing().seq:
            continue
        if not isinstance(entry.decision, Mapping):
            raise Fault("entry {seq} of the log: which key signs cannot be read", DATABASE, seq=entry.seq)
        if entry.decision.get("use") == "signing":
            link = entry.decision.get("link")
            if not isinstance(link, Mapping) or take(link, "body", dict, DATABASE).get("seq") != entry.seq:
                raise Fault("entry {seq} of the log: which key signs cannot be read", DATABASE, seq=entry.seq)
            logged.append(link)
    if chain_of(case.release.manifest).links != tuple(logged):
        raise Fault("the release is not signed by the key that the log had then", MANIFEST, DATABASE)


def inputs_fixed(case: Casefile) -> None:
    """Insist that the lock's inputs are what had arrived by its base, in order, and unchanged but for what was erased."""
    base, _ = case.position()
    inputs, aside = arrivals.arrived(case.ledger(), base, take(take(case.lock, "plan", dict), "sources", list))
    inputs, gone = lineage.rewritten(case, inputs), list[str]()
    if take(case.lock, "inputs", list) != inputs:
        raise Fault("the lock's inputs are not what had arrived", MANIFEST)
    if take(case.lock, "set_aside", int) != aside:
        raise Fault("the lock sets aside {said} records, the log {number}", MANIFEST, said=case.lock["set_aside"],
                    number=aside)
    for item in inputs:
        shard = safe_name(item["shard"])
        if (case.workspace / f"shards/{shard}.parquet").exists() or case.successor(shard) is None:
            case.file(f"shards/{shard}.parquet", item["sha256"])
        else:
            gone.append(shard)
    gone += [shard for shard, _, same in case.attribute_files() if not same]
    rewrites.unchanged(case)
    if gone:
        raise Untold("shard {shard} was rewritten after an erasure, so that what arrived is no longer there",
                     shard=gone[0])


def decisions_recorded(case: Casefile) -> None:
    """Insist that the decisions file is the one that the manifest commits to."""
    case.decisions()


def tally_true(case: Casefile) -> None:
    """Insist that every chunk of the inputs was decided once, and that the tally, exact and public, counts that."""
    decisions = case.decisions()
    counts = decisions.group_by(["answer", "reason"]).aggregate([([], "count_all")]).to_pylist()
    exact: dict[str, Any] = {"arrived": decisions.num_rows, "released": 0, "held": {}, "refused": {}}
    for row in counts:
        answer, reason, number = row["answer"], row["reason"], row["count_all"]
        if (answer == "keep") is not (reason == "") or answer not in ("keep", "hold", "refuse"):
            raise Fault("the decisions hold an answer without its reason", case.state("decisions.parquet"))
        if answer == "keep":
            exact["released"] = number
        else:
            exact["held" if answer == "hold" else "refused"][reason] = number
    if digest_text(write(exact)) != case.release.get("private", dict).get("tally"):
        raise Fault("the decisions, counted again, do not give the tally", MANIFEST,
                    case.state("decisions.parquet"))
    most = SMALL if case.release.manifest.get("parent") is None else decisions.num_rows + 1
    public = {**exact, "held": merged(exact["held"], most), "refused": merged(exact["refused"], most)}
    if case.release.get("tally", dict) != public:
        raise Fault("the public tally is not the exact one with small counts merged", MANIFEST)
    if faults := case.rerun().faults.get("tally-true"):
        raise several(faults)
    if case.rerun().rewritten:
        raise Untold("some of what was decided was erased since and cannot be recounted")


def rows_as_decided(case: Casefile) -> None:
    """Insist that the released rows are those decided to be kept, no more, no less, in the words that were judged."""
    ids, kept = case.ids(), case.kept()
    keys = ids.column("key").combine_chunks()
    if pc.count_distinct(keys).as_py() != len(keys) or len(keys) != kept.num_rows:
        raise Fault("{rows} rows are released, {kept} were decided to be", MANIFEST, rows=len(keys),
                    kept=kept.num_rows)
    place = pc.index_in(keys, value_set=kept.column("key").combine_chunks())
    if place.null_count:
        record = ids.column("record")[pc.index(pc.is_null(place), True).as_py()].as_py()
        raise Fault("record {record} is released but was not decided to be", MANIFEST, record=record)
    case.passed("rows-as-decided")


def sources_admitted(case: Casefile) -> Note | None:
    """Insist that every source of a released row permits the use, and is what the manifest says of it."""
    register, plan, stated = case.register(), take(case.lock, "plan", dict), case.release.get("sources", list)
    for name in pc.unique(case.ids().column("source")).to_pylist():
        source, reason = register.get(name), case.source_against(name)
        if reason or source is None:
            raise Fault("source {source} is released against {reason}", MANIFEST, source=name, reason=reason)
        said = {"ground": source.ground, "licence": source.licence,
                "contract": source.contract.id if source.contract else ""}
        if not any(item.get("id") == name and {key: item.get(key) for key in said} == said for item in stated):
            raise Fault("source {source} is not stated as the register has it", MANIFEST, source=name)
    if faults := case.rerun().faults.get("sources-admitted"):
        raise several(faults)
    wanted = take(plan, "sources", list)
    if wanted and not set(pc.unique(case.ids().column("source")).to_pylist()) <= set(map(str, wanted)):
        raise Fault("a row is of a source that the plan does not name", MANIFEST)
    _credited(case, {name: source for name in pc.unique(case.ids().column("source")).to_pylist() if (source := register.get(name))})
    by_name = [name for name in pc.unique(case.ids().column("source")).to_pylist() if register[name].approval is None]
    return Note("no signature stands behind the approval of {number} sources", number=len(by_name)) if by_name else None


def _credited(case: Casefile, sources: Mapping[str, Source]) -> None:
    """Insist that the terms, in each language, name every source as its contract asks; marks and spaces aside."""
    due = {name: _letters(source.contract.attribution) for name, source in sources.items() if source.contract and source.contract.attribution}
    for path in ("evidence/terms.md", "evidence/terms.fr.md") if due else ():
        said = _letters(case.release.need(path).read_bytes().decode(errors="replace")) if path in case.release.listed else ""
        if missing := sorted(name for name, words in due.items() if words not in said):
            raise Fault("the terms do not name source {source} as its contract asks", path, source=missing[0])


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", text)))


def people_honoured(case: Casefile) -> None:
    """Insist that everybody whom a row concerns permits it, turn by turn, up to the very closing."""
    case.passed("people-honoured")
    gone = pa.array(sorted(rewrites.gone_before(case, case.closing().seq)), pa.string())
    again = case.ids().column("record").filter(pc.is_in(case.ids().column("record"), value_set=gone))
    if len(again):
        raise Fault("record {record} is released against {reason}", MANIFEST, record=pc.min(again).as_py(),
                    reason="erased")
    given, kept = _given(case), case.kept()
    if given:
        own = kept.filter(pc.is_in(kept.column("record"), value_set=pa.array(sorted(given), pa.string())))
        for record, shard in zip(own.column("record").to_pylist(), own.column("shard").to_pylist(), strict=True):
            if shard != given[record]:
                raise Fault("record {record} is released against {reason}", MANIFEST, record=record, reason="not-as-given")
    sources_honoured(case)


def _given(case: Casefile) -> dict[str, str]:
    """Fold the reviewed texts that people gave: the only shard that may be used of each of these records."""
    out: dict[str, tuple[str, str]] = {}
    for entry in case.ledger().entries:
        body = entry.decision if isinstance(entry.decision, Mapping) else {}
        target = body.get("target")
        if entry.kind not in ("consent", "permission") or entry.seq >= case.position()[0] or not isinstance(target, Mapping):
            continue
        record = target.get("record") if target.get("level") == "record" else None
        if not isinstance(record, str):
            continue
        if entry.kind == "consent" and isinstance(shard := body.get("shard"), str):
            out[record] = (entry.subject, shard)
        elif record in out and out[record][0] == entry.subject and "train" in (body.get("purposes") or ()):
            del out[record]
    return {record: shard for record, (_, shard) in out.items()}


def admission_rerun(case: Casefile) -> None:
    """Insist that every row passes the admission rules again, is the newest state of its record, and that none ended it."""
    case.passed("admission-rerun")
    if late := list(islice(arrivals.ended(case), _MOST_FAULTS)):
        raise several(late)
    decisions, kept = case.decisions(), case.kept()
    order = pa.array([take(item, "shard", str) for item in take(case.lock, "inputs", list)], pa.string())
    newest = decisions.append_column("number", pc.index_in(decisions.column("shard"), value_set=order)).group_by(
        "record").aggregate([("number", "max")]).combine_chunks()
    place = pc.index_in(kept.column("record"), value_set=newest.column("record").combine_chunks())
    own = pc.index_in(kept.column("shard"), value_set=order)
    older = pc.fill_null(pc.not_equal(own, newest.column("number_max").take(place)), True)
    if pc.any(older, min_count=0).as_py():
        raise Fault("record {record} is released against {reason}", MANIFEST, reason="superseded",
                    record=kept.column("record")[pc.index(older, True).as_py()].as_py())


def order_keyed(case: Casefile) -> None:
    """Insist that rows have their keyed places, that a file holds a thousand people, and does not group them."""
    case.passed("order-keyed")
    found, parts = case.rerun(), case.rows().ids
    if not case.ids().num_rows:
        return
    place = pa.concat_arrays(found.places)
    holders = pa.concat_arrays(found.holders).take(pc.sort_indices(place))
    at = 0
    for number, part in enumerate(parts):
        own = holders.slice(at, part.num_rows)
        at += part.num_rows
        people = pc.count_distinct(own).as_py()
        if len(parts) > 1 and people < _PEOPLE and case.release.manifest.get("parent") is None:
            raise Fault("data file {number} holds {people} people; a thousand are needed where there are several",
                        number=number, people=people)
        if _grouped(own, people):
            raise Fault("the rows of data file {number} are grouped by person", number=number)


def twin_apart(case: Casefile) -> None:
    """Insist that the held-out twin and the canaries are those that the seed draws, and that no row of the twin is released."""
    audit, name = case.release.get("audit", dict), case.state("twin.parquet")
    path = case.file(name, audit.get("twin_digest"))
    decisions = case.decisions()
    drawn = decisions.filter(pc.equal(decisions.column("reason"), "held-out-twin")).column("key")
    if len(drawn) != take(audit, "twin", int):
        raise Fault("{drawn} rows were drawn as twin, the manifest says {said}", MANIFEST, drawn=len(drawn),
                    said=audit["twin"])
    twin = key_of(table(path, ["record", "chunk"])) if len(drawn) else drawn
    if sorted(twin.to_pylist()) != sorted(drawn.to_pylist()):
        raise Fault("{path} does not hold the rows that were drawn", name, path=name)
    if pc.any(pc.is_in(case.ids().column("key"), value_set=twin.combine_chunks()), min_count=0).as_py():
        raise Fault("a row of the twin is released", MANIFEST)
    draw.twin_as_drawn(case)
    draw.canaries_as_drawn(case)


def tags_complete(case: Casefile) -> None:
    """Insist that the tree of tags holds everybody whom the released rows concern, and nobody else."""
    case.passed("tags-complete")
    absence, keys = case.release.get("absence", dict), case.ledger().tag_keys
    people = case.rerun().subjects - {""}
    if missing := people - keys.keys():
        raise Fault("{number} people of the release have no key in the workspace", DATABASE, number=len(missing))
    found = tag_root(release_tag(keys[person], take(absence, "release", str)) for person in people)
    if found != (hashed(absence, "root"), take(absence, "count", int)):
        raise Fault("the tags of everybody in the release do not give the root", MANIFEST)


def merged(counts: Mapping[str, int], small: int) -> dict[str, int]:
    """Merge the smallest counts, of equals the first by name, until what is merged and what is left have ``small`` each."""
    named = sorted(counts, key=lambda name: (counts[name], name))
    rest = 0
    for number, name in enumerate(named):
        if counts[name] >= small and (rest == 0 or rest >= small):
            return {name: counts[name] for name in named[number:]} | ({"other": rest} if rest else {})
        rest += counts[name]
    return {"other": rest} if rest else {}


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
