"""Everything costly about a record, computed once and blind to rights: chunks, screening, masked words, signatures.

The result is one row a chunk (``docs/reference/formats.md``, attributes). Nothing here reads the log: who may be
released is decided later, over these rows, so that one opt-out costs its own rows and not the corpus.

Rules kept here:

- A record whose check could not run has its rows held, by a ``static`` reason; none is dropped. What staff may lift never
  hides what they may not.
- Offsets, stand-ins and signatures are those of the whole record as it arrived.
- What leaves is an allow-list: words, language, days; no time of day, no id of a person.

Law: DEI-08
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa

from ..core.decisions import because
from ..core.ids import keyed, settings_key, short_text
from ..core.manifest import COLUMNS, facts_digest, person_mark
from ..core.policy import said_between
from ..core.ports import Detector, Screener
from ..core.press import is_press
from ..core.records import MADE_FROM, Record, Turn
from ..core.signals import page_name
from ..core.staff import LIFTABLE
from .anchors import anchors_of
from .chunk import Chunk, ChunkSettings, CountTokens, cut, days, estimate_tokens, topics
from .dedupe import sketch
from .deidentify import DeidentifySettings, Masked, replace_all, spellings
from .provenance import shadow_marks
from .screen import language_of, screen, unmeasured
from .works import work_numbers

_TEXTS = pa.list_(pa.string())
CONTENT = pa.schema([
    ("record", pa.string()), ("chunk", pa.int32()),
    ("messages", pa.list_(pa.struct([("role", pa.string()), ("content", pa.string())]))), ("text", pa.string()),
    ("language", pa.string()), ("source", pa.string()), ("licence", pa.string()), ("day", pa.string()),
    ("first_day", pa.string()), ("last_day", pa.string()), ("participants", _TEXTS), ("topics", _TEXTS),
    ("tokens", pa.int32()), ("turns", pa.int32())])
assert tuple(CONTENT.names) == COLUMNS

FACTS = pa.schema([
    ("record", pa.string()), ("chunk", pa.int32()), ("order", pa.binary(16)), ("bucket", pa.uint32()),
    ("source", pa.string()), ("thread", pa.string()), ("holder", pa.string()), ("project", pa.string()),
    ("surface", pa.string()), ("capacity", pa.string()), ("age", pa.string()), ("state", pa.string()),
    ("notice", pa.string()), ("third_parties", pa.bool_()), ("press", pa.bool_()), ("said_first", pa.string()), ("said_last", pa.string()),
    ("arrived", pa.string()), ("turn_ids", _TEXTS), ("turn_said", _TEXTS), ("turn_subjects", pa.list_(_TEXTS)),
    ("subjects", _TEXTS), ("mentions", _TEXTS), ("names", _TEXTS), ("made_from", _TEXTS), ("page", pa.binary(16)), ("static", pa.string())])

SIGNATURES = pa.schema([("exact", pa.binary(16)), ("bands", pa.list_(pa.uint64())), ("runs", pa.list_(pa.uint64()))])

#: What outlives an erasure: marks of the people whom the record concerns, and a digest of the row but for its signatures.
BONDS = pa.schema([("people", pa.list_(pa.binary(16))), ("facts", pa.binary(32))])

#: Of a document, with its first chunk: what a translation of it would keep, and the numbers of works that it and its source name.
KIN = pa.schema([("anchors", pa.list_(pa.uint64())), ("works", _TEXTS)])

#: What was found in the whole record: ``LABEL:things:places``, how many different things, and how many places were replaced.
FOUND = pa.schema([("found", _TEXTS)])

#: Fields in which a source says from which page a document is.
PAGE_FIELDS = ("url", "source_url", "page_url", "warc-target-uri", "target_uri", "canonical_url")
SCHEMA = pa.schema([*FACTS, *(f for f in CONTENT if f.name not in {*FACTS.names, "licence"}), *KIN, *FOUND, *SIGNATURES, *BONDS])
_DIGESTED = [name for name in SCHEMA.names if name not in ("bands", "runs", "facts")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """What preparing needs: settings, detectors and screeners in a fixed order, and the secret keys it derives with.

    ``lookup`` hashes an identifier of somebody mentioned, (kind, canonical value), under every epoch of the key that lives;
    ``epochs`` names them. ``counter`` names what counts tokens. ``accept_unmeasured`` lets a language of the plan pass in
    which no screening is measured.
    """

    chunk: ChunkSettings
    deidentify: DeidentifySettings
    languages: tuple[str, ...]
    detectors: tuple[Detector, ...]
    screeners: tuple[Screener, ...]
    pins: tuple[str, ...]
    stand_in_key: bytes = field(repr=False)
    order_key: bytes = field(repr=False)
    lookup: Callable[[str, str], tuple[str, ...]] = field(repr=False)
    epochs: tuple[str, ...]
    count: CountTokens = estimate_tokens
    counter: str = "estimate"
    accept_unmeasured: bool = False

    def key(self) -> str:
        """Name these settings and versions; the same name means the same attributes for the same record."""
        return settings_key([_code(), str(self.chunk.tokens), str(self.chunk.overlap), str(self.deidentify.seconds),
                             self.deidentify.replace, *self.deidentify.labels, "|",
                             *self.languages, str(self.accept_unmeasured), "|", *self.pins, "|", *self.epochs, "|", self.counter])


@cache
def _code() -> str:
    """Name the code that computes attributes, so that a change of it is never served from what was kept before."""
    files = ("prepare", "alike", "anchors", "works", "chunk", "days", "dedupe", "deidentify", "invented", "looking", "provenance", "reading",
             "screen", "surrogates", "sweep")
    table = Path(__file__).with_name("shadow.toml").read_text(encoding="utf-8")
    return settings_key([*(Path(__file__).with_name(f"{name}.py").read_text(encoding="utf-8") for name in files), table])


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """A record in its shard: its keyed id, source, and when it arrived (UTC, to the second)."""

    id: str
    source: str
    arrived: str
    record: Record


def prepare(batch: Sequence[Arrived], tools: Tools) -> pa.Table:
    """Compute the attribute rows of some records."""
    texts = [[part.text for turn in item.record.turns for part in turn.parts] for item in batch]
    languages = [_language(item.record) for item in batch]
    whole = ["\n".join(parts) for parts in texts]
    screened = screen(whole, languages, tools.screeners, seconds=tools.deidentify.seconds)
    masked = replace_all([item.id for item in batch], texts, languages, tools.detectors, tools.deidentify,
                         tools.stand_in_key)
    rows: list[dict[str, Any]] = []
    for item, text, language, verdict, words in zip(batch, whole, languages, screened, masked, strict=True):
        shadow = item.record.kind == "document" and shadow_marks(item.record.declared, text)
        made_from = item.record.declared.get(MADE_FROM)
        static = ("sources-unknown" if made_from == "" else "", words.reason, verdict.reason if verdict else "",
                  "shadow-library" if shadow else "",
                  unmeasured(language, tools.languages, tools.screeners, accepted=tools.accept_unmeasured))
        rows += _rows(item, language, static, words, tools)
    for row, shape in zip(rows, sketch([row.pop("_arrived") for row in rows]), strict=True):
        row.update(exact=shape.exact, bands=shape.bands, runs=shape.runs)
        row["facts"] = facts_digest([row[name] for name in _DIGESTED])
    return pa.Table.from_pylist(rows, schema=SCHEMA)


def _language(record: Record) -> str:
    said = "\n".join(turn.text for turn in record.turns if turn.shown)[:4000]
    return language_of(said)


def _rows(item: Arrived, language: str, static: Sequence[str], masked: Masked, tools: Tools) -> list[dict[str, Any]]:
    record = item.record
    words: dict[str, list[str]] = {}
    at = 0
    for turn in record.turns:
        words[turn.id] = list(masked.texts[at:at + len(turn.parts)])
        at += len(turn.parts)
    known = {*masked.entities, *masked.named}
    mentions = {key for label, value in known if label in ("EMAIL", "PHONE", "HANDLE")
                for form in spellings(label, value) for key in tools.lookup(label, form)}
    names = {key for label, value in known if label == "PERSON" for key in tools.lookup("NAME", value)}
    holder = record.person(record.holder).subject if record.holder else ""
    bucket_of = holder or item.id
    kin = _kin(record)
    shared = {
        "record": item.id, "source": item.source, "holder": holder, "project": record.project,
        "surface": record.surface, "capacity": record.capacity, "age": record.age, "state": record.state,
        "notice": record.notice, "third_parties": record.third_parties, "press": _press(record), "arrived": item.arrived, "language": language,
        "mentions": sorted(mentions), "names": sorted(names), "found": _found(masked),
        "made_from": record.declared.get(MADE_FROM, "").split(), "page": _page(record, tools.order_key),
        "people": sorted({person_mark(item.id, person.subject) for person in record.people}),
        "bucket": int.from_bytes(keyed(tools.order_key, "licit/bucket", bucket_of.encode())[:4], "big")}
    subjects = {person.ref: str(person.subject) for person in record.people}
    out = []
    for number, chunk in enumerate(cut(record, tools.chunk, tools.count)):
        row = {**shared, "chunk": number, "thread": chunk.thread,
               "order": keyed(tools.order_key, "licit/order", item.id.encode(), str(number).encode())[:16]}
        row.update(_judged(record, chunk, subjects, holder), **_content(record, chunk, words, tools))
        row.update(kin if not number else {"anchors": [], "works": []})
        row["_arrived"] = "\n".join(turn.text for turn in chunk.turns)
        row["static"] = _against(*static, chunk.reason, "" if row["tokens"] else "empty")
        out.append(row)
    return out


def page_address(declared: Mapping[str, str]) -> str:
    """Give the address of the page that a document is from, "" where it declares none."""
    told = {name.rpartition(".")[2].lower(): value for name, value in declared.items()}
    return next((told[field] for field in PAGE_FIELDS if page_name(told.get(field, ""))), "")


def _page(record: Record, key: bytes) -> bytes | None:
    url = page_address(record.declared) if record.kind == "document" else ""
    return page_id(key, page_name(url)) if url else None


def page_id(key: bytes, name: str) -> bytes:
    """Give the keyed hash by which a page goes."""
    return keyed(key, "licit/page", name.encode())[:16]


def _press(record: Record) -> bool:
    return record.kind == "document" and is_press(record.declared, "\n".join(turn.text for turn in record.turns))


def _kin(record: Record) -> dict[str, Any]:
    """Give what a translation of a document would keep, and the numbers of works that a record and its source name."""
    text = "\n".join(turn.text for turn in record.turns)
    (numbers,) = work_numbers(["\n".join([*record.declared.values(), text])])
    works = sorted(f"{kind}:{number}" for kind, number in numbers)
    return {"anchors": anchors_of(text) if record.kind == "document" else [], "works": works}


def _found(masked: Masked) -> list[str]:
    things = Counter(label for label, _ in set(masked.entities))
    return [f"{label}:{things[label]}:{masked.counts.get(label, 0)}" for label in sorted({*things, *masked.counts})]


def _against(*reasons: str) -> str:
    """Give the first reason that refuses, else the first hold that nobody may lift, else every other, with a space between."""
    given = [reason for reason in reasons if reason]
    refusing = [reason for reason in given if because(reason).answer == "refuse"]
    standing = [reason for reason in given if reason not in LIFTABLE]
    return (refusing or standing or [" ".join(dict.fromkeys(given))])[0]


def _judged(record: Record, chunk: Chunk, subjects: Mapping[str, str], holder: str) -> dict[str, Any]:
    """Give whom and when each turn of a chunk concerns; an unknown date is bounded by the declared collection."""
    turns = chunk.judged
    concerned = [sorted({subjects[c.person] for c in turn.concerns} | ({holder} if holder else set()))
                 for turn in turns]
    said = [between for turn in turns if (between := said_between(turn.said_at))]
    first = last = ""
    if said and len(said) == len(turns):
        first, last = _iso(min(a for a, _ in said)), _iso(max(b for _, b in said))
    elif record.collected[0] and record.collected[1]:
        bounds = [b for text in record.collected if (b := said_between(text))]
        if len(bounds) == 2:
            first, last = _iso(min([bounds[0][0], *(a for a, _ in said)])), _iso(max([bounds[1][1],
                                                                                       *(b for _, b in said)]))
    elif said:
        first, last = _iso(min(a for a, _ in said)), ""
    return {"turn_ids": [str(turn.id) for turn in turns], "turn_said": [turn.said_at for turn in turns],
            "turn_subjects": concerned, "subjects": sorted({s for group in concerned for s in group}),
            "said_first": first, "said_last": last}


def _iso(moment: Any) -> str:
    return str(moment.strftime("%Y-%m-%dT%H:%M:%SZ"))


def _content(record: Record, chunk: Chunk, words: Mapping[str, list[str]], tools: Tools) -> dict[str, Any]:
    said = [(turn, "\n".join(text for text in words[turn.id] if text)) for turn in chunk.turns]
    said = [(turn, text) for turn, text in said if text.strip()]
    first, last = days([turn for turn, _ in said])
    whole = "\n".join(text for _, text in said)
    document = record.kind == "document"
    if document:
        first = last = record.declared.get("date", "")[:10]
    return {
        "messages": None if document else [{"role": turn.role, "content": text} for turn, text in said],
        "text": "\n\n".join(text for _, text in said) if document else None,
        "day": last, "first_day": first, "last_day": last, "participants": _participants(record, chunk.turns, tools),
        "topics": topics(whole), "tokens": sum(tools.count(text) for _, text in said) if said else 0,
        "turns": len(said)}


def _participants(record: Record, turns: Sequence[Turn], tools: Tools) -> list[str]:
    """Give a pseudonym for everybody who speaks or is named in these turns, unlinkable across records."""
    refs = dict.fromkeys(c.person for turn in turns for c in turn.concerns if c.role != "holder")
    return ["P-" + short_text(keyed(tools.stand_in_key, "licit/participant", record.origin_id.encode(), ref.encode()), 5)
            for ref in refs]
