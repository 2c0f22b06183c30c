"""Kin of what is out: no released document may translate one that is held or refused, or descend from a tainted one, undecided.

Rules kept here:

- Anchors and the mark of press are computed again from the words of every document in the shards; pairs follow from them.
- Whether a document's partner stands is judged again by admission, rights and state; what only its decision says (a copy, a
  descendant) is taken from there.
- Documents are read a shard at a time, and their anchors lie on disk: memory holds a few names of each, not its anchors.
- A decision of staff counts for the partners and the records it names, a partner that stood by then only while it stands.
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from .anchors import anchors
from .casefile import Casefile
from .files import MANIFEST
from .inherited import against
from .meeting import Meeting
from .report import Fault, Untold
from .rows import batches, table

RUNS, PART = 250, 10
ACQUIRED = ("contract", "public-domain")
_STANDING = frozenset({"", "duplicate", "near-duplicate", "held-out-twin", "possible-translation"})
_PRESS = frozenset({"press", "news", "newspaper", "magazine", "dispatch", "news-article", "press-article", "presse", "journal-article",
                    "article-de-presse", "depeche", "dépêche", "newsarticle"})
_AGENCY = re.compile(r"\((AFP|Reuters|AP|dpa|ANSA|EFE|Belga|ATS|Keystone-ATS|PA|Lusa|Ritzau|TT|NTB|APA|ANP|Xinhua|TASS|Kyodo)\)")
_STATE = pa.schema([(name, pa.string()) for name in ("record", "shard", "source", "language", "static")])
_COLUMNS = ["record", "chunk", "source", "thread", "language", "static", "press", "anchors"]


@dataclass(slots=True)
class _Documents:
    """The newest state of each document in order of arrival; anchors stay on disk.

    ``rows`` has ``record``, ``shard``, ``source``, ``language`` and ``static``; ``places`` where each shard's rows begin and end.
    """

    rows: Any
    places: dict[str, tuple[int, int]]
    strong: int
    erased: bool


def kin_held(case: Casefile) -> None:
    """Insist on all of this, where any document is released.

    Raises:
        Fault: otherwise.
        Untold: nothing speaks against what is there, but documents to compare with were erased since.
    """
    if not _of_documents(case):
        return
    documents = _documents(case)
    found = _pairs(case, documents)
    if found:
        _undecided(case, documents, found)
    _descendants(case)
    if documents.erased:
        raise Untold("documents that were erased since cannot be compared with")


def _of_documents(case: Casefile) -> bool:
    """Tell whether any released row is of a document."""
    kept = case.kept().column("record").combine_chunks()
    for _, rows in _read(case, ["record", "thread"]):
        own = pc.unique(rows.filter(pc.equal(rows.column("thread"), "document")).column("record"))
        if len(own) and pc.any(pc.is_in(own, value_set=kept), min_count=0).as_py():
            return True
    return False


def _read(case: Casefile, columns: list[str]) -> Iterator[tuple[str, Any]]:
    for shard, path, _ in case.attribute_files():
        if path:
            yield shard, _columns(shard, path, columns)


def _columns(shard: str, path: Path, columns: list[str]) -> Any:
    try:
        return table(path, columns)
    except (ValueError, OSError, KeyError, pa.ArrowException):
        raise Fault("{path} cannot be read", shard, path=shard) from None


def _documents(case: Casefile) -> _Documents:
    """Give the newest state of each document, its attributes found true, a shard at a time."""
    parts, erased, strong = [_STATE.empty_table()], False, 0
    for shard, path, same in case.attribute_files():
        erased |= not same
        if path:
            some, number = _of_shard(case, shard, path)
            parts.append(some)
            strong += number
    return _newest(pa.concat_tables(parts).combine_chunks(), strong, erased)


def _of_shard(case: Casefile, shard: str, path: Path) -> tuple[Any, int]:
    """Give the documents of one shard, and how many strong anchors they have."""
    rows, strong = _columns(shard, path, _COLUMNS), 0
    rows = rows.filter(pc.equal(rows.column("thread"), "document"))
    statics: dict[str, set[str]] = defaultdict(set)
    for record, static in zip(rows.column("record").to_pylist(), rows.column("static").to_pylist(), strict=True):
        statics[record] |= {*str(static or "").split()}
    told = {row["record"]: row for row in rows.filter(pc.equal(rows.column("chunk"), 0)).to_pylist()}
    del rows
    for record, read, press in _reread(case, shard, told):
        if read != (told[record].pop("anchors", None) or []) or press is not told[record]["press"]:
            raise Fault("record {record} has other words in its shard than were compared", f"shards/{shard}.parquet", record=record)
        strong += sum(anchor % 2 for anchor in read)
    if missing := told.keys() - {record for record in told if "seen" in told[record]}:
        raise Fault("record {record} has other words in its shard than were compared", f"shards/{shard}.parquet", record=min(missing))
    return pa.Table.from_pylist([{"record": record, "shard": shard, "source": row["source"], "language": row["language"] or "", "static": " ".join(
        sorted(statics[record]))} for record, row in told.items()], schema=_STATE), strong


def _newest(every: Any, strong: int, erased: bool) -> _Documents:
    """Keep of each record what arrived last: a later state takes the place of an earlier one."""
    numbered = every.select(["record"]).append_column("number", pa.array(range(every.num_rows), pa.int64()))
    last = numbered.group_by("record").aggregate([("number", "max")]).column("number_max")
    rows = every.take(last.take(pc.sort_indices(last))).combine_chunks()
    places, at = {}, 0
    for shard, run in _runs(rows.column("shard")):
        places[shard] = (at, at + run)
        at += run
    return _Documents(rows, places, strong, erased)


def _runs(shards: Any) -> Iterator[tuple[str, int]]:
    """Give each shard with its number of rows; they lie together, in order."""
    for part in pc.value_counts(shards.combine_chunks()).to_pylist():
        yield part["values"], part["counts"]


def _reread(case: Casefile, shard: str, told: dict[str, dict[str, Any]]) -> Iterator[tuple[str, list[int], bool]]:
    """Give the anchors of each document of a shard, and whether it is of the press, from its words."""
    name = shard if (case.workspace / f"shards/{shard}.parquet").exists() else case.successor(shard)
    path = case.workspace / f"shards/{name}.parquet"
    try:
        for batch in batches(path) if told else ():
            for row in pa.table(batch).select(["record", "body"]).to_pylist():
                if row["record"] in told:
                    body = json.loads(row["body"])
                    words = "\n".join("\n".join(part[1] for part in turn["parts"] if part[1]) for turn in body["turns"])
                    told[row["record"]]["seen"] = True
                    yield row["record"], anchors(words), _is_press(body.get("declared", {}), words)
    except (pa.ArrowException, ValueError, TypeError, KeyError, IndexError, AttributeError, OSError):
        raise Fault("{path} cannot be read", f"shards/{name}.parquet", path=f"shards/{name}.parquet") from None


def _is_press(declared: Mapping[str, str], words: str) -> bool:
    kind = re.sub("[ _]", "-", declared.get("kind", "").strip().lower())
    return kind in _PRESS or declared.get("page-kind", "").endswith("NewsArticle") or _AGENCY.search(words[:400]) is not None


def _pairs(case: Casefile, documents: _Documents) -> set[tuple[str, str]]:
    """Give the pairs of documents that may be translations of one another."""
    languages, records = pc.dictionary_encode(documents.rows.column("language").combine_chunks()).indices, documents.rows.column("record")
    with TemporaryDirectory(prefix="licit-verify-") as folder:
        meeting = Meeting(Path(folder), documents.strong)
        for lists in _anchors_of(case, documents):
            meeting.note(lists)
        return {(records[one].as_py(), records[two].as_py()) for one, two in meeting.pairs(languages)}


def _anchors_of(case: Casefile, documents: _Documents) -> Iterator[Any]:
    """Give the lists of anchors of the newest documents, shard by shard, in their order."""
    for shard, rows in _read(case, ["record", "chunk", "thread", "anchors"]):
        if shard in documents.places:
            begin, end = documents.places[shard]
            rows = rows.filter(pc.and_(pc.equal(rows.column("thread"), "document"), pc.equal(rows.column("chunk"), 0)))
            records = documents.rows.column("record").slice(begin, end - begin)
            mine = pc.is_in(rows.column("record"), value_set=records.combine_chunks())
            rows = rows.filter(mine).combine_chunks()
            if not rows.column("record").combine_chunks().equals(records.combine_chunks()):
                raise Fault("{path} cannot be read", shard, path=shard)
            yield rows.column("anchors").combine_chunks()


def _undecided(case: Casefile, documents: _Documents, found: set[tuple[str, str]]) -> None:
    """Insist that each released document with a partner of another source, or one that is out, was decided on knowing of it."""
    named = pa.array(sorted({record for pair in found for record in pair}), pa.string())
    known = {row["record"]: row for row in documents.rows.filter(pc.is_in(documents.rows.column("record"), value_set=named)).to_pylist()}
    kept = {*named.filter(pc.is_in(named, value_set=case.kept().column("record").combine_chunks())).to_pylist()}
    partners: dict[str, set[str]] = defaultdict(set)
    for one, two in found:
        for record, other in ((one, two), (two, one)):
            if record in kept:
                partners[record].add(other)
    out = _out(case, known, set().union(*partners.values())) if partners else set()
    staff = case.staff()
    for record, others in sorted(partners.items()):
        own = known[record]
        held = {other for other in others if other in out or known[other]["source"] != own["source"]}
        decided = staff.on(record, own["shard"])
        knew = decided is not None and decided.spares("possible-translation") and all(
            other in decided.kin_out or (other in decided.kin and other not in out) for other in held)
        if held and not knew:
            raise Fault("record {record} is released against {reason}", MANIFEST, record=record, reason="possible-translation")


def _out(case: Casefile, documents: Mapping[str, Mapping[str, str]], records: set[str]) -> set[str]:
    """Give those of some documents that anything but an election or their kin speaks against."""
    wanted = pa.array(sorted(records), pa.string())
    decisions = case.decisions()
    rows = decisions.filter(pc.is_in(decisions.column("record"), value_set=wanted)).select(["record", "shard", "reason"]).to_pylist()
    out = {row["record"] for row in rows if row["reason"] not in _STANDING and row["shard"] == documents[row["record"]]["shard"]}
    for record in records:
        decided = case.staff().on(record, documents[record]["shard"])
        if any(decided is None or not decided.spares(reason) for reason in documents[record]["static"].split()):
            out.add(record)
    return out | {record for record, reason in against(case, wanted).items() if reason}


def _descendants(case: Casefile) -> None:
    """Insist that no released document repeats much of what is tainted, unless it was acquired for itself or decided on."""
    register, staff = case.register(), case.staff()
    unlawful = pa.array(sorted(name for name, source in register.items() if source.unlawful), pa.string())
    tainted = []
    for shard, rows in _read(case, ["record", "thread", "source", "static", "runs"]):
        marked = pc.match_substring_regex(rows.column("static"), r"(^|\s)shadow-library(\s|$)")
        rows = rows.filter(pc.and_(pc.equal(rows.column("thread"), "document"), pc.or_(marked, pc.is_in(rows.column("source"), value_set=unlawful))))
        spared = [record for record in {*rows.column("record").to_pylist()}
                  if (decided := staff.on(record, shard)) is not None and decided.spares("shadow-library")]
        free = pc.and_(pc.is_in(rows.column("record"), value_set=pa.array(spared, pa.string())), pc.invert(
            pc.is_in(rows.column("source"), value_set=unlawful)))
        tainted.append(rows.filter(pc.invert(free)).select(["record", "runs"]))
    every = pa.concat_tables(tainted).combine_chunks() if tainted else None
    if every is None or not every.num_rows:
        return
    runs = pc.unique(pc.list_flatten(every.column("runs")).combine_chunks())
    acquired = pa.array(sorted(name for name, source in register.items() if source.ground in ACQUIRED), pa.string())
    kept = case.kept()
    for shard, rows in _read(case, ["record", "chunk", "thread", "source", "runs"]) if len(runs) else ():
        own = kept.filter(pc.equal(kept.column("shard"), shard)).column("key").combine_chunks()
        key = pc.binary_join_element_wise(rows.column("record"), rows.column("chunk").cast(pa.string()), "/")
        rows = rows.filter(pc.and_(pc.is_in(key, value_set=own), pc.and_(pc.equal(rows.column("thread"), "document"), pc.invert(
            pc.is_in(rows.column("source"), value_set=acquired))))).combine_chunks()
        _repeats(case, shard, rows, runs, every)


def _repeats(case: Casefile, shard: str, rows: Any, runs: Any, tainted: Any) -> None:
    lists = rows.column("runs").combine_chunks()
    places = pc.list_parent_indices(lists).filter(pc.is_in(pc.list_flatten(lists), value_set=runs))
    lengths = pc.list_value_length(lists).to_pylist()
    for found in pc.value_counts(places).to_pylist():
        if found["counts"] < RUNS and found["counts"] * PART < lengths[found["values"]]:
            continue
        record = rows.column("record")[found["values"]].as_py()
        decided = case.staff().on(record, shard)
        theirs = tainted.column("runs").combine_chunks()
        hit = pc.list_parent_indices(theirs).filter(pc.is_in(pc.list_flatten(theirs), value_set=lists[found["values"]].values))
        if decided is None or not decided.spares("shadow-descendant") or not (
                {*tainted.column("record").take(hit).to_pylist()} <= decided.copied):
            raise Fault("record {record} is released against {reason}", MANIFEST, record=record, reason="shadow-descendant")

