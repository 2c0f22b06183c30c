"""De-identification: find, settle, replace, look again.

It works on all the texts of a record at once, so that one person has one stand-in throughout a conversation, and on many
records at once, so that detectors see columns.

Rules kept here:

- Every detector runs on every text. One that fails, overruns or is missing holds the record (``detector-failed``).
- A name found once is looked for in all texts of the record, whole words, whatever the case.
- A stand-in is derived from a key, the record and the entity: the same inside a record, unlinkable across records, and
  independent of the order in which things were found.
- After replacement the detectors look again, until a look changes nothing; what never settles holds the record
  (``second-look``). So the same work on its own result changes nothing more.
- No raw text leaves in an error.

Law: DEI-02, DEI-03, SEN-06
"""

import re
import signal
import threading
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

import phonenumbers

from ..core.ids import keyed, short_text
from ..core.ports import Detector
from ..core.spans import LABELS, Edit, Span, apply_edits, settle

#: What is replaced unless a plan says otherwise: everything that identifies by itself.
DIRECT = ("PERSON", "ADDRESS", "EMAIL", "PHONE", "HANDLE", "IP_ADDRESS", "MAC_ADDRESS", "DATE_OF_BIRTH", "NATIONAL_ID",
          "TAX_ID", "SOCIAL_SECURITY", "PASSPORT", "DRIVING_LICENCE", "VEHICLE_PLATE", "BANK_ACCOUNT", "PAYMENT_CARD",
          "CASE_NUMBER", "MEDICAL_ID", "ACCOUNT_ID", "SECRET", "COORDINATES", "OTHER_ID", "URL")

#: The shape of a stand-in; detectors' findings inside one are its own and are passed over.
STAND_IN = re.compile(r"\[(?:" + "|".join(LABELS) + r")_[a-z2-7]{5}\]")

_LOOKS = 3
_DOTS = {ord("İ"): "i", ord("ı"): "i"}

Found = tuple[Span, ...] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeidentifySettings:
    """Which labels are replaced, and how long a detector may take: ``seconds`` for a batch and each megabyte of it."""

    labels: tuple[str, ...] = DIRECT
    seconds: int = 20

    def __post_init__(self) -> None:
        """Insist on known labels.

        Raises:
            ValueError: otherwise.
        """
        if unknown := set(self.labels) - set(LABELS):
            raise ValueError(f"no such label: {', '.join(sorted(unknown))}")


class Overrun(Exception):
    """A detector took longer than it may."""


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Stop what runs inside after so many seconds, by alarm; only a process's main thread can be stopped so.

    Raises:
        Overrun: the time is over.
    """
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "setitimer"):
        yield
        return

    def stop(*_: Any) -> None:
        raise Overrun

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def find_all(detectors: Sequence[Detector], texts: Sequence[str], languages: Sequence[str], *, seconds: int = 20
             ) -> list[Found]:
    """Give for each text its settled spans, or None where some detector could not look."""
    found: list[list[Span] | None] = [[] if detectors else None for _ in texts]
    for detector in detectors:
        for i, spans in enumerate(_find(detector, texts, languages, seconds)):
            kept = found[i]
            if spans is None:
                found[i] = None
            elif kept is not None:
                kept += spans
    return [None if spans is None else settle(spans) if len(spans) > 1 else tuple(spans) for spans in found]


def _find(detector: Detector, texts: Sequence[str], languages: Sequence[str], seconds: float) -> Sequence[Found]:
    def look(some: Sequence[str], hints: Sequence[str]) -> Sequence[Found]:
        found = detector.find(some, hints)
        return [_checked(detector, text, spans) for text, spans in zip(some, found, strict=True)]

    return in_time(look, texts, languages, seconds)


Answer = TypeVar("Answer")


def in_time(look: Callable[[Sequence[str], Sequence[str]], Sequence[Answer]], texts: Sequence[str],
            languages: Sequence[str], seconds: float) -> list[Answer | None]:
    """Give an answer for each text, or None where none could be had; a batch that fails is halved to find the culprit.

    Each half of a batch that overran gets half of its time, so that what always overruns ends, and its texts are held.
    """
    over = False
    try:
        with within(seconds * (1 + sum(map(len, texts)) / 1_000_000)):
            answers = list(look(texts, languages))
        if len(answers) == len(texts):
            return [*answers]
    except Overrun:
        over = True
    except Exception:
        over = False
    if len(texts) < 2:
        return [None for _ in texts]
    half, left = len(texts) // 2, seconds / 2 if over else seconds
    return [*in_time(look, texts[:half], languages[:half], left), *in_time(look, texts[half:], languages[half:], left)]


def _checked(detector: Detector, text: str, spans: Sequence[Span]) -> tuple[Span, ...]:
    for span in spans:
        if span.end > len(text) or span.label not in detector.labels:
            raise ValueError("a span outside its text, or a label the detector does not declare")
    return tuple(spans)


def canonical(label: str, text: str) -> str:
    """Give the form under which two mentions are one: case, accents, spaces and punctuation folded."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    if label == "PERSON":
        plain = re.sub(r"^(?:m|mr|mrs|ms|mme|mlle|dr|me|pr|prof|monsieur|madame|maitre|docteur)\b\.?\s*", "", plain)
        return " ".join(re.findall(r"\w+", plain))
    return plain if label in ("EMAIL", "URL", "HANDLE", "SECRET") else re.sub(r"[\W_]", "", plain)


def spellings(label: str, entity: str) -> tuple[str, ...]:
    """Give the canonical forms that stand for one identifier: whoever objects writes it one way and a chat the other.

    A phone number counts as it is dialled at home and from abroad as well, a handle without its sign.
    """
    if label != "PHONE":
        return tuple(dict.fromkeys((entity, entity.lstrip("@")))) if label == "HANDLE" else (entity,)
    try:
        number = phonenumbers.parse(f"+{entity.removeprefix('00')}")
    except phonenumbers.NumberParseException:
        return (entity,)
    if not phonenumbers.is_possible_number(number):
        return (entity,)
    forms = (phonenumbers.PhoneNumberFormat.E164, phonenumbers.PhoneNumberFormat.NATIONAL)
    return tuple(dict.fromkeys((entity, *(re.sub(r"\D", "", phonenumbers.format_number(number, form)) for form in forms))))


def sweep_names(texts: Sequence[str], found: Sequence[tuple[Span, ...]]) -> list[tuple[Span, ...]]:
    """Look for every name found anywhere in a record in all its texts: whole words, whatever the case."""
    names: set[str] = set()
    for text, spans in zip(texts, found, strict=True):
        for span in spans:
            if span.label == "PERSON":
                mention = text[span.start:span.end]
                names.add(mention)
                names.update(word for word in re.findall(r"[^\W\d_][\w'’-]*", mention)
                             if len(word) >= 3 and word[0].isupper())
    if not names:
        return list(found)
    folded = [_folded(name) for name in names]
    if not _has_more(texts, [text[span.start:span.end] for text, spans in zip(texts, found, strict=True)
                             for span in spans if span.label == "PERSON"], folded):
        return list(found)
    words = "|".join(re.escape(name) for name in sorted(names, key=lambda n: (-len(n), n)))
    pattern = re.compile(rf"(?<!\w)(?:{words})(?!\w)", re.IGNORECASE)
    out = []
    for text, spans in zip(texts, found, strict=True):
        again = [Span(start=m.start(), end=m.end(), label="PERSON", detector="sweep", score=60)
                 for m in pattern.finditer(text) if _is_name(m.group())]
        out.append(settle((*spans, *again)) if again else spans)
    return out


def _folded(text: str) -> str:
    """Fold case so that whatever ``re.IGNORECASE`` holds equal is equal."""
    return (text if text.isascii() else text.translate(_DOTS)).casefold()


def _has_more(texts: Sequence[str], mentions: Sequence[str], names: Sequence[str]) -> bool:
    """Tell whether a folded name may stand in texts more often than in the mentions found there.

    A pattern costs more to compile than this, and most names stand once. A name that repeats its first word may overlap
    itself, which a count does not see.
    """
    whole, inside = _folded("\n".join(texts)), _folded("\n".join(mentions))
    if any(whole.count(name) > inside.count(name) for name in names):
        return True
    return any(words[0] in words[1:] for name in names if len(words := re.findall(r"\w+", name)) > 1)


def _is_name(mention: str) -> bool:
    """Tell a name from the common word it may also be: a lower-case single word of up to four letters is a word."""
    return " " in mention or not mention.islower() or len(mention) > 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Masked:
    """The texts of one record after replacement, or why it is held; with what was found, for the people it names.

    ``entities`` are (label, canonical form) of all that was found, replaced or not; ``replaced`` are (stand-in, the words
    it stands for).
    """

    texts: tuple[str, ...] = field(repr=False)
    reason: str = ""
    counts: dict[str, int] = field(default_factory=dict)
    entities: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    replaced: tuple[tuple[str, str], ...] = field(default=(), repr=False)


def replace_all(ids: Sequence[str], texts: Sequence[Sequence[str]], languages: Sequence[str],
                detectors: Sequence[Detector], settings: DeidentifySettings, key: bytes) -> list[Masked]:
    """Find, settle, replace and look again until nothing changes, over all texts of all records at once.

    ``ids`` name the records for their stand-ins, ``languages`` is a hint for each. A record is held where a detector
    could not look, or where the last look still changed something.
    """
    pending = {i: Masked(texts=tuple(parts)) for i, parts in enumerate(texts)}
    done: dict[int, Masked] = {}
    seen: dict[tuple[str, str], Found] = {}
    for _ in range(_LOOKS):
        new = dict.fromkeys(asked for i, masked in pending.items() for text in masked.texts
                            if (asked := (text, languages[i])) not in seen)
        seen.update(zip(new, find_all(detectors, [text for text, _ in new], [hint for _, hint in new],
                                      seconds=settings.seconds), strict=True))
        following: dict[int, Masked] = {}
        for i, before in pending.items():
            spans = [seen[text, languages[i]] for text in before.texts]
            whole = [item for item in spans if item is not None]
            if len(whole) < len(spans) or not detectors:
                done[i] = replace(before, reason="detector-failed", entities=(), replaced=())
                continue
            again = mask(key, ids[i], before.texts, sweep_names(before.texts, whole), settings.labels)
            if again.texts == before.texts:
                done[i] = replace(before, entities=before.entities + again.entities)
            else:
                following[i] = Masked(texts=again.texts, counts=_sum(before.counts, again.counts),
                                      entities=before.entities + again.entities,
                                      replaced=before.replaced + again.replaced)
        pending = following
    for i, masked in pending.items():
        done[i] = replace(masked, reason="second-look")
    return [done[i] for i in range(len(texts))]


def _sum(one: Mapping[str, int], two: Mapping[str, int]) -> dict[str, int]:
    return {name: one.get(name, 0) + two.get(name, 0) for name in {*one, *two}}


def stand_in(key: bytes, record: str, label: str, entity: str) -> str:
    """Give the stand-in of an entity in a record, such as ``[PERSON_k3f2a]``."""
    return f"[{label}_{short_text(keyed(key, 'licit/stand-in', record.encode(), label.encode(), entity.encode()), 5)}]"


def mask(key: bytes, record: str, texts: Sequence[str], found: Sequence[tuple[Span, ...]], labels: Sequence[str]
         ) -> Masked:
    """Replace what was found in a record's texts by stand-ins; labels not asked for stay."""
    wanted = frozenset(labels)
    entities: list[tuple[str, str]] = []
    for text, spans in zip(texts, found, strict=True):
        entities += [(span.label, canonical(span.label, text[span.start:span.end])) for span in spans]
    person = _one_name_each({name for label, name in entities if label == "PERSON"})
    out, counts, replaced = [], dict[str, int](), []
    for text, spans in zip(texts, found, strict=True):
        if not any(span.label in wanted for span in spans):
            out.append(text)
            continue
        taken = [(m.start(), m.end()) for m in STAND_IN.finditer(text)]
        edits = []
        for span, start, end in ((one, *piece) for one in spans if one.label in wanted
                                 for piece in _beside(text, one, taken)):
            entity = canonical(span.label, text[start:end])
            entity = person.get(entity, entity) if span.label == "PERSON" else entity
            name = stand_in(key, record, span.label, entity)
            edits.append(Edit(start=start, end=end, label=span.label, replacement=name))
            replaced.append((name, text[start:end]))
            counts[span.label] = counts.get(span.label, 0) + 1
        out.append(apply_edits(text, edits))
    return Masked(texts=tuple(out), counts=counts, entities=tuple(dict.fromkeys(entities)),
                  replaced=tuple(dict.fromkeys(replaced)))


def _beside(text: str, span: Span, taken: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Give the pieces of a finding outside every stand-in: what somebody types like one shields nothing beside it."""
    pieces = [(span.start, span.end)]
    for a, b in taken:
        pieces = [piece for start, end in pieces for piece in
                  (((start, end),) if end <= a or b <= start else ((start, a), (b, end))) if piece[0] < piece[1]]
    if len(pieces) == 1 and pieces[0] == (span.start, span.end):
        return pieces
    return [(start, end) for start, end in pieces if re.search(r"\w", text[start:end])]


def _one_name_each(names: set[str]) -> dict[str, str]:
    """Map a part of a name to the longest full name that holds it, so that one person has one stand-in."""
    full = sorted(names, key=lambda name: (-len(name.split()), name))
    out: dict[str, str] = {}
    for name in names:
        words = set(name.split())
        out[name] = next((other for other in full if words <= set(other.split())), name)
    return out
