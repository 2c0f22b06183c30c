"""De-identification: find, settle, replace, look again.

It works on all the texts of a record at once, so that one person has one stand-in throughout a conversation, and on many
records at once, so that detectors see columns.

Rules kept here:

- Every detector runs on every text. One that fails, overruns or is missing holds the record (``detector-failed``).
- What is found once is looked for in all texts of the record (:mod:`licit.pipeline.sweep`), and a label that will be
  replaced never loses a character to one that will not.
- A stand-in is derived from a key, the record and the entity: the same inside a record, unlinkable across records, and
  independent of the order in which things were found.
- After replacement the detectors look again, until a look changes nothing; what never settles holds the record
  (``second-look``). So the same work on its own result changes nothing more.
- Every look reads stand-ins alike (:mod:`licit.pipeline.alike`): what it finds beside them hangs on no key.
- No raw text leaves in an error.

Law: DEI-02, DEI-03, SEN-06
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import islice

from ..core.ids import keyed, short_text
from ..core.ports import Detector
from ..core.spans import LABELS, Edit, Span, apply_edits, settle
from .alike import alike, bearing
from .looking import NAMING, STAND_IN, Found, Overrun, back, find_all, find_each, in_time, within
from .surrogates import Surrogates, hashing, is_own
from .sweep import TITLES, canonical, fold, spellings, sweep_names

__all__ = ["DIRECT", "REPLACEMENTS", "STAND_IN", "DeidentifySettings", "Found", "Masked", "Overrun", "canonical", "find_all", "in_time", "mask",
           "replace_all", "spellings", "stand_in", "sweep_names", "within"]

#: What is replaced unless a plan says otherwise: everything that identifies by itself.
DIRECT = ("PERSON", "ADDRESS", "EMAIL", "PHONE", "HANDLE", "IP_ADDRESS", "MAC_ADDRESS", "DATE_OF_BIRTH", "NATIONAL_ID",
          "TAX_ID", "SOCIAL_SECURITY", "PASSPORT", "DRIVING_LICENCE", "VEHICLE_PLATE", "BANK_ACCOUNT", "PAYMENT_CARD",
          "CASE_NUMBER", "MEDICAL_ID", "ACCOUNT_ID", "SECRET", "COORDINATES", "OTHER_ID", "URL")

#: What is put in the place of a finding: ``[PERSON_k3f2a]``, or a word of its kind where there is one.
REPLACEMENTS = ("placeholders", "surrogates")

#: A piece of these without letter or digit beside another finding is the sign between two names, and says nothing.
_OF_WORDS = frozenset(("PERSON", "HANDLE", "EMAIL"))
_LOOKS = 5
_SHARED = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class DeidentifySettings:
    """Which labels are replaced, by what, and how long a detector may take: ``seconds`` for a batch and each megabyte."""

    labels: tuple[str, ...] = DIRECT
    seconds: int = 20
    replace: str = REPLACEMENTS[0]

    def __post_init__(self) -> None:
        """Insist on known labels and a known way to replace.

        Raises:
            ValueError: otherwise.
        """
        if self.replace not in REPLACEMENTS:
            raise ValueError(f"replace is one of {', '.join(REPLACEMENTS)}")
        if unknown := set(self.labels) - set(LABELS):
            raise ValueError(f"no such label: {', '.join(sorted(unknown))}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Masked:
    """The texts of one record after replacement, or why it is held; with what was found, for the people it names.

    ``entities`` are (label, canonical form) of all that was found, replaced or not; ``named`` are those of whatever may
    name somebody, whichever label won its place; ``replaced`` are (stand-in, the words it stands for).
    """

    texts: tuple[str, ...] = field(repr=False)
    reason: str = ""
    counts: dict[str, int] = field(default_factory=dict)
    entities: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    named: frozenset[tuple[str, str]] = field(default=frozenset(), repr=False)
    replaced: tuple[tuple[str, str], ...] = field(default=(), repr=False)


def replace_all(ids: Sequence[str], texts: Sequence[Sequence[str]], languages: Sequence[str],
                detectors: Sequence[Detector], settings: DeidentifySettings, key: bytes) -> list[Masked]:
    """Find, settle, replace and look again until nothing changes, over all texts of all records at once.

    ``ids`` name the records for their stand-ins, ``languages`` is a hint for each. A record is held where a detector
    could not look, or where the last look still changed something.
    """
    pending = {i: Masked(texts=tuple(parts)) for i, parts in enumerate(texts)}
    done: dict[int, Masked] = {}
    seen: dict[tuple[str, str], _Seen | None] = {}
    wanted = frozenset(settings.labels)
    own = {i: Surrogates(key, ids[i], parts) for i, parts in enumerate(texts)} if settings.replace == "surrogates" else {}
    for looked in range(_LOOKS):
        if not pending:
            break
        new = dict.fromkeys(asked for i, masked in pending.items() for text in masked.texts
                            if (asked := (text, languages[i])) not in seen)
        seen.update(zip(new, _look(detectors, [*new], settings, bool(own)), strict=True))
        following: dict[int, Masked] = {}
        for i, before in pending.items():
            told = [seen[text, languages[i]] for text in before.texts]
            whole = [item for item in told if item is not None]
            if len(whole) < len(told) or not detectors:
                done[i] = replace(before, reason="detector-failed", entities=(), named=frozenset(), replaced=())
                continue
            named = before.named.union(*(item.named for item in whole))
            again = mask(key, ids[i], before.texts, sweep_names(before.texts, [item.spans for item in whole], wanted), wanted, own.get(i))
            typed = () if looked else tuple(dict.fromkeys(one for item in whole for one in item.own))
            entities = before.entities + again.entities + typed
            if again.texts == before.texts:
                done[i] = replace(before, entities=entities, named=named)
            else:
                following[i] = Masked(texts=again.texts, counts=_sum(before.counts, again.counts), entities=entities, named=named,
                                      replaced=before.replaced + again.replaced)
        pending = following
    for i, masked in pending.items():
        done[i] = replace(masked, reason="second-look")
    return [done[i] for i in range(len(texts))]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """What a look at a text told: settled ``spans``, whom they or those that lost may name, and what was a surrogate already."""

    spans: tuple[Span, ...]
    named: frozenset[tuple[str, str]] = field(default=frozenset(), repr=False)
    own: tuple[tuple[str, str], ...] = field(default=(), repr=False)


_NOTHING = _Seen(spans=())


def _look(detectors: Sequence[Detector], asked: Sequence[tuple[str, str]], settings: DeidentifySettings, surrogates: bool) -> list[_Seen | None]:
    """Look at texts with their languages; with ``surrogates`` those that stand in them are read alike, and passed over.

    What is ours goes before anything is settled: it would cut pieces out of what others found, and signs would be left.
    """
    texts = [text for text, _ in asked]
    readings = {i: reading for i in bearing(texts) if (reading := alike(texts[i]))} if surrogates else {}
    said = [readings[i].words if i in readings else text for i, text in enumerate(texts)]
    out: list[_Seen | None] = []
    for i, spans in enumerate(find_each(detectors, said, [hint for _, hint in asked], seconds=settings.seconds)):
        if spans is None or not spans:
            out.append(spans if spans is None else _NOTHING)
            continue
        text = texts[i]
        told = [back(span, (readings[i],)) for span in spans] if i in readings else spans
        named = frozenset((span.label, canonical(span.label, text[span.start:span.end])) for span in told if span.label in NAMING)
        ours, left = list[Span](), list[Span]()
        for span in told:
            (ours if surrogates and is_own(text[span.start:span.end]) else left).append(span)
        out.append(_Seen(spans=settle(left, settings.labels), named=named,
                         own=tuple((span.label, canonical(span.label, text[span.start:span.end])) for span in settle(ours, settings.labels))))
    return out


def _sum(one: Mapping[str, int], two: Mapping[str, int]) -> dict[str, int]:
    return {name: one.get(name, 0) + two.get(name, 0) for name in {*one, *two}}


def stand_in(key: bytes, record: str, label: str, entity: str) -> str:
    """Give the stand-in of an entity in a record, such as ``[PERSON_k3f2a]``."""
    return _lettered(partial(keyed, key, "licit/stand-in"), record, label, entity)


def _lettered(hashed: Callable[..., bytes], record: str, label: str, entity: str) -> str:
    return f"[{label}_{short_text(hashed(record.encode(), label.encode(), entity.encode()), 5)}]"


class _Entities(dict[tuple[str, str], str]):
    """The canonical form of each finding of a record, told once."""

    def __missing__(self, asked: tuple[str, str]) -> str:
        entity = self[asked] = canonical(*asked)
        return entity


def mask(key: bytes, record: str, texts: Sequence[str], found: Sequence[tuple[Span, ...]], wanted: Container[str],
         surrogates: Surrogates | None = None) -> Masked:
    """Replace what was found in a record's texts by surrogates or by placeholders; labels not asked for stay."""
    known, hashed = _Entities(), hashing(key, "licit/stand-in")
    entities = dict.fromkeys((span.label, known[span.label, text[span.start:span.end]])
                             for text, spans in zip(texts, found, strict=True) for span in spans)
    person = {} if surrogates else _one_name_each({name for label, name in entities if label == "PERSON"})
    if surrogates:
        surrogates.know(text[span.start:span.end] for text, spans in zip(texts, found, strict=True) for span in spans
                        if span.label == "PERSON")
    out, counts, replaced = [], dict[str, int](), []
    for text, spans in zip(texts, found, strict=True):
        if not any(span.label in wanted for span in spans):
            out.append(text)
            continue
        taken = [(m.start(), m.end()) for m in STAND_IN.finditer(text)] if "[" in text else []
        edits, borders = [], frozenset[tuple[str, int]]()
        for span, start, end in ((one, *piece) for one in _joined(text, spans) if one.label in wanted
                                 for piece in _beside(text, one, taken)):
            words = text[start:end]
            if span.label in _OF_WORDS and not any(map(str.isalnum, words)):
                borders = borders or _borders(spans)
                if ("end", start) in borders or ("start", end) in borders:
                    continue
            name = surrogates.of(span.label, words) if surrogates else None
            if name is None:
                entity = known[span.label, words]
                entity = person.get(entity, entity) if span.label == "PERSON" else entity
                name = _lettered(hashed, record, span.label, entity)
            if name == words:
                continue
            edits.append(Edit(start=start, end=end, label=span.label, replacement=name))
            replaced.append((name, words))
            counts[span.label] = counts.get(span.label, 0) + 1
        out.append(apply_edits(text, edits))
    return Masked(texts=tuple(out), counts=counts, entities=tuple(entities),
                  replaced=tuple(dict.fromkeys(replaced)))


def _borders(spans: Sequence[Span]) -> frozenset[tuple[str, int]]:
    return frozenset([*(("start", one.start) for one in spans), *(("end", one.end) for one in spans)])


def _joined(text: str, spans: Sequence[Span]) -> list[Span]:
    """Make one of spans of one label that touch (pieces that settling left of one finding), and of a title and its name."""
    out: list[Span] = []
    for span in spans:
        if out and out[-1].label == span.label and (out[-1].end == span.start or (
                text[out[-1].end:span.start] in (" ", ". ") and fold(text[out[-1].start:out[-1].end]) in TITLES)):
            out[-1] = replace(out[-1], end=span.end)
        else:
            out.append(span)
    return out


def _beside(text: str, span: Span, taken: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Give the pieces of a finding outside every stand-in: what somebody types like one shields nothing beside it."""
    if not taken:
        return [(span.start, span.end)]
    first = max(bisect_right(taken, (span.start, 0)) - 1, 0)
    pieces, at = [], span.start
    for a, b in islice(taken, first, None):
        if a >= span.end:
            break
        if b > span.start:
            pieces.append((at, a))
            at = b
    if at == span.start:
        return [(span.start, span.end)]
    return [(start, end) for start, end in (*pieces, (at, span.end)) if re.search(r"\w", text[start:end])]


def _one_name_each(names: set[str]) -> dict[str, str]:
    """Map a part of a name to the longest full name that holds it, so that one person has one stand-in.

    Of very many names that share all their words, only the first are compared.
    """
    full = sorted(names, key=lambda name: (-len(name.split()), name))
    holding: dict[str, list[str]] = {}
    for name in full:
        for word in set(name.split()):
            if len(others := holding.setdefault(word, [])) < _SHARED:
                others.append(name)
    out: dict[str, str] = {}
    for name in names:
        words = set(name.split())
        near = min((holding[word] for word in words), key=len, default=[])
        out[name] = next((other for other in near if words <= set(other.split())), name)
    return out
