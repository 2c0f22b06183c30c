"""Looking: every detector on every text and on every further reading of it, in time or not at all.

Rules kept here:

- A text that a detector could not look at, in any of its readings, has no spans: None, never "nothing".
- A detector that fails costs its own texts only, found by halving; one that overruns is stopped.
- What is found in a reading is told where it stands in the text.
- The letters that a key gave a stand-in say nothing: all are read alike, so what stands beside one is found or not
  whatever the key.

Law: DEI-02
"""

import re
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

from ..core.ports import Detector
from ..core.spans import LABELS, Span, settle
from .reading import Reading, TooDeepError, hiding, readings

Found = tuple[Span, ...] | None

#: The shape of a stand-in; detectors' findings inside one are its own and are passed over.
STAND_IN = re.compile(r"\[(?:" + "|".join(LABELS) + r")_[a-z2-7]{5}\]")
#: What is read in place of a stand-in's letters and its bracket: as long, so that places stay.
_ALIKE = "aaaaa]"

#: Labels by which somebody who is no user may be named.
NAMING = frozenset({"EMAIL", "PHONE", "HANDLE", "PERSON"})


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


def find_all(detectors: Sequence[Detector], texts: Sequence[str], languages: Sequence[str], *, seconds: int = 20) -> list[Found]:
    """Give for each text its settled spans, or None where some detector could not look."""
    return [spans and settle(spans) for spans in find_each(detectors, texts, languages, seconds=seconds)]


def find_each(detectors: Sequence[Detector], texts: Sequence[str], languages: Sequence[str], *, seconds: int = 20) -> list[Found]:
    """Give for each text every span that some detector told, not settled, or None where some detector could not look."""
    found: dict[int, list[Span]] = {}
    texts = [_unkeyed(text) for text in texts]
    owners, chains, missed = _read_again(texts)
    every = [*texts, *(_unkeyed(chain[-1].words) for chain in chains)]
    hints = [*languages, *(languages[i] for i in owners)]
    for detector in detectors:
        for i, spans in _told(_find(detector, every, hints, seconds)):
            owner = i if i < len(texts) else owners[i - len(texts)]
            if spans is None:
                missed.add(owner)
            else:
                found.setdefault(owner, []).extend(
                    spans if i == owner else [back(span, chains[i - len(texts)]) for span in spans])
    out: list[Found] = [()] * len(texts) if detectors else [None] * len(texts)
    for i, every_span in found.items():
        out[i] = tuple(every_span)
    for i in missed:
        out[i] = None
    return out


def _unkeyed(text: str) -> str:
    """Read every stand-in of a label alike."""
    return STAND_IN.sub(lambda found: found.group()[:-len(_ALIKE)] + _ALIKE, text) if "[" in text else text


def _told(answers: Sequence[Found]) -> Iterator[tuple[int, Found]]:
    """Give the answers that say something, for most texts of a batch hold nothing."""
    return ((i, spans) for i, spans in enumerate(answers) if spans is None or spans)


def _read_again(texts: Sequence[str]) -> tuple[list[int], list[tuple[Reading, ...]], set[int]]:
    """Give every further reading, and the number of its text; and which texts cannot be read so."""
    owners, chains, missed = [], [], set()
    for i in hiding(texts):
        try:
            for chain in readings(texts[i]):
                owners.append(i)
                chains.append(chain)
        except TooDeepError:
            missed.add(i)
    return owners, chains, missed


def back(span: Span, chain: Sequence[Reading]) -> Span:
    """Lead a span of the last of some readings, each of the one before it, back to the text."""
    start, end = span.start, span.end
    for reading in reversed(chain):
        start, end = reading.back(start, end)
    return Span(start=start, end=end, label=span.label, detector=span.detector, score=span.score)


def _find(detector: Detector, texts: Sequence[str], languages: Sequence[str], seconds: float) -> Sequence[Found]:
    def look(some: Sequence[str], hints: Sequence[str]) -> Sequence[Found]:
        found = detector.find(some, hints)
        return [_checked(detector, text, spans) if spans else () for text, spans in zip(some, found, strict=True)]

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
