"""Testing: what the author of a plug-in needs to show that it keeps its contract, and detectors that fail on purpose.

``check_detector`` is the contract that every detector passes, ours included; it raises ``AssertionError`` and names
the rule that is broken. It needs no test framework.
"""

import copy
import socket
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from licit.core.errors import UnavailableError
from licit.core.ports import Detector, Screener
from licit.core.reasons import REASONS
from licit.core.spans import LABELS, Span

#: Texts that have broken detectors: none, marks, emoji, right-to-left, NUL, odd spaces and digits, halves of pairs.
SAMPLES: tuple[str, ...] = (
    "", " ", "\n", "\0", "a\0b", "\ufeff", "\ud800 half a pair",
    "Bonjour, je m'appelle Camille Exemple, mon adresse est camille@example.org et mon numéro 01 99 00 12 34.",
    "Ring me on +33 6 39 98 12 34, or write to Sam.Example@EXAMPLE.COM — thanks.",
    "Cami\u0301lle e\u0301crit a\u0300 cami\u0301lle@example.org",
    "👩‍👩‍👧 appelle le 01 99 00 12 34 👍🏽 merci",
    "\u202eמספר הטלפון שלי 01 99 00 12 34 \u202c וזה הכול",
    "الرقم ٠١٩٩٠٠١٢٣٤ والبريد user@example.org",
    "ＣＡＭＩＬＬＥ＠ｅｘａｍｐｌｅ．ｏｒｇ　０１ ９９ ００ １２ ３４",
    "ca\u200bmille@example.org et 01\u00a099\u202f00\u00a012\u00a034",
    "İstanbul ıstanbul ŞIŞLI ßtraße ﬁn", "e\u0301" * 50, "\u0301\u0301", "İ" * 40,
    "一二三 camille@example.org 四五六",
)

#: Inputs that make a careless pattern take for ever.
HOSTILE: tuple[str, ...] = (
    "a" * 1_000_000, "é" * 500_000, "1" * 200_000, "1 " * 100_000, "12-" * 70_000, "a@" * 100_000, "a." * 100_000,
    "a@a." * 50_000, "http://" * 30_000, "@a" * 100_000, "1:" * 100_000, "A1" * 100_000, "-" * 200_000,
    "Aa " * 70_000, "rue " * 50_000, "(" * 200_000, "\n" * 200_000, "Mme " * 50_000,
)


class NetworkError(AssertionError):
    """A detector tried to open a connection."""


def check_detector(detector: Detector, samples: Sequence[str] = SAMPLES, *, hostile: Sequence[str] = HOSTILE,
                   seconds: float = 10.0) -> None:
    """Check that a detector keeps its contract.

    Declared labels are known; spans lie in their text, are sorted and carry declared labels and the detector's name;
    the same texts give the same spans, again, one by one and in another order; texts are not changed; nothing is
    fetched; every hostile text is answered within ``seconds``.

    Raises:
        AssertionError: the contract is broken; says how, never with what text.
    """
    _rule(detector.name and detector.version, "a detector has a name and a version")
    _rule(detector.labels and detector.labels <= set(LABELS), "declared labels are not all known")
    with no_network():
        texts, hints = list(samples), [""] * len(samples)
        before = copy.copy(texts)
        at_once = _found(detector, texts, hints)
        _rule(texts == before and hints == [""] * len(samples), "the input was changed")
        for number, (text, spans) in enumerate(zip(texts, at_once, strict=True)):
            _check_spans(detector, text, spans, number)
        _rule(_found(detector, texts, hints) == at_once, "the same texts gave other spans the second time")
        one_by_one = [_found(detector, [text], [""])[0] for text in texts]
        _rule(one_by_one == at_once, "a text gave other spans alone than in a batch")
        backwards = _found(detector, texts[::-1], hints)[::-1]
        _rule(backwards == at_once, "a text gave other spans in another order")
        _rule(_found(detector, [], []) == [], "no texts must give no answers")
        for number, text in enumerate(hostile):
            start = time.monotonic()
            _check_spans(detector, text, _found(detector, [text], [""])[0], number)
            took = time.monotonic() - start
            _rule(took <= seconds, f"hostile text {number} took {took:.1f} s, more than {seconds} s")


def check_screener(screener: Screener, samples: Sequence[str] = SAMPLES, *, hostile: Sequence[str] = HOSTILE,
                   seconds: float = 10.0) -> None:
    """Check that a screener keeps its contract: as :func:`check_detector`, with declared reasons for answers.

    Raises:
        AssertionError: the contract is broken; says how, never with what text.
    """
    _rule(screener.name and screener.version, "a screener has a name and a version")
    with no_network():
        texts = list(samples)
        at_once = [tuple(found) for found in screener.look(texts, [""] * len(texts))]
        _rule(len(at_once) == len(texts), "a screener answers once for each text")
        _rule({found.reason for each in at_once for found in each} <= set(REASONS), "an undeclared reason")
        _rule([tuple(found) for found in screener.look(texts, [""] * len(texts))] == at_once, "not deterministic")
        _rule([tuple(screener.look([text], [""])[0]) for text in texts] == at_once, "the batch changes the answer")
        for number, text in enumerate(hostile):
            start = time.monotonic()
            screener.look([text], [""])
            took = time.monotonic() - start
            _rule(took <= seconds, f"hostile text {number} took {took:.1f} s, more than {seconds} s")


@contextmanager
def no_network() -> Iterator[None]:
    """Make every attempt to open a connection raise NetworkError."""
    def refuse(*_: Any, **__: Any) -> Any:
        raise NetworkError("a detector opens no connection")

    kept = {name: getattr(socket, name) for name in ("create_connection", "getaddrinfo")}
    connect = socket.socket.connect
    try:
        for name in kept:
            setattr(socket, name, refuse)
        socket.socket.connect = refuse  # type: ignore[method-assign]
        yield
    finally:
        for name, was in kept.items():
            setattr(socket, name, was)
        socket.socket.connect = connect  # type: ignore[method-assign]


def _rule(kept: object, broken: str) -> None:
    # Not an assert statement: python -O would drop it, and every detector would pass.
    if not kept:
        raise AssertionError(broken)


def _found(detector: Detector, texts: Sequence[str], hints: Sequence[str]) -> list[tuple[Span, ...]]:
    answer = [tuple(spans) for spans in detector.find(texts, hints)]
    _rule(len(answer) == len(texts), "a detector answers once for each text")
    return answer


def _check_spans(detector: Detector, text: str, spans: Sequence[Span], number: int) -> None:
    for span in spans:
        _rule(span.end <= len(text), f"sample {number}: a span ends beyond its text")
        _rule(span.label in detector.labels, f"sample {number}: {span.label} is not declared")
        _rule(span.detector == detector.name, f"sample {number}: a span names another detector")
    places = [(span.start, span.end) for span in spans]
    _rule(places == sorted(places), f"sample {number}: spans are not sorted")


@dataclass(frozen=True, slots=True, kw_only=True)
class FixedDetector:
    """Finds given strings wherever they stand: a detector whose answers a test knows beforehand."""

    strings: tuple[tuple[str, str], ...] = field(repr=False)
    name: str = "fixed"
    version: str = "1"
    languages: frozenset[str] = frozenset()

    @property
    def labels(self) -> frozenset[str]:
        """Give the labels of the strings."""
        return frozenset(label for _, label in self.strings)

    def find(self, texts: Sequence[str], languages: Sequence[str]) -> Sequence[Sequence[Span]]:
        """Find every occurrence of every string."""
        return [tuple(sorted((Span(start=at, end=at + len(string), label=label, detector=self.name)
                              for string, label in self.strings for at in _occurrences(text, string)),
                             key=lambda span: (span.start, span.end, span.label))) for text in texts]


def _occurrences(text: str, string: str) -> Iterator[int]:
    at = text.find(string)
    while at >= 0:
        yield at
        at = text.find(string, at + len(string))


@dataclass(frozen=True, slots=True, kw_only=True)
class FailingDetector:
    """Raises at every call, or only when a text holds ``only_on``: what a caller must survive by holding."""

    only_on: str = field(default="", repr=False)
    name: str = "failing"
    version: str = "1"
    labels: frozenset[str] = frozenset({"PERSON"})
    languages: frozenset[str] = frozenset()

    def find(self, texts: Sequence[str], languages: Sequence[str]) -> Sequence[Sequence[Span]]:
        """Fail.

        Raises:
            UnavailableError: whenever a text holds ``only_on``.
        """
        if any(self.only_on in text for text in texts):
            raise UnavailableError("This detector fails on purpose.")
        return [() for _ in texts]


@dataclass(frozen=True, slots=True, kw_only=True)
class SlowDetector:
    """Sleeps before it answers that there is nothing: what a caller must survive by holding."""

    seconds: float = 1.0
    name: str = "slow"
    version: str = "1"
    labels: frozenset[str] = frozenset({"PERSON"})
    languages: frozenset[str] = frozenset()

    def find(self, texts: Sequence[str], languages: Sequence[str]) -> Sequence[Sequence[Span]]:
        """Sleep, then find nothing."""
        time.sleep(self.seconds)
        return [() for _ in texts]
