"""The contract of detectors and screeners, run on every one there is."""

from collections.abc import Sequence

import pytest

from licit.core.spans import Span
from licit.detectors.registry import find_detectors, find_screeners
from licit.testing import (
    HOSTILE,
    FailingDetector,
    FixedDetector,
    NetworkError,
    check_detector,
    check_screener,
    no_network,
)


@pytest.mark.parametrize("detector", find_detectors(), ids=lambda one: one.name)
def test_every_detector_keeps_the_contract(detector):
    """Spans in range, sorted, declared, deterministic, whatever the batch; bounded time on hostile texts; no network."""
    check_detector(detector)


@pytest.mark.parametrize("screener", find_screeners(), ids=lambda one: one.name)
def test_every_screener_keeps_the_contract(screener):
    """A screener answers with declared reasons, the same whatever the batch, in bounded time."""
    check_screener(screener)


def test_a_known_good_detector_passes():
    """The contract can be kept."""
    check_detector(FixedDetector(strings=(("camille", "PERSON"),)), hostile=HOSTILE[:2])


class _Changed(FixedDetector):
    def find(self, texts: Sequence[str], languages: Sequence[str]) -> Sequence[Sequence[Span]]:
        return self.spoil(texts, FixedDetector.find(self, texts, languages))


class _BeyondTheEnd(_Changed):
    def spoil(self, texts, found):
        return [(Span(start=0, end=len(text) + 1, label="PERSON", detector=self.name),) for text in texts]


class _DependsOnTheBatch(_Changed):
    def spoil(self, texts, found):
        return found if len(texts) > 1 else [() for _ in texts]


class _LosesAText(_Changed):
    def spoil(self, texts, found):
        return found[:-1]


class _Unsorted(_Changed):
    def spoil(self, texts, found):
        return [tuple(reversed(spans)) for spans in found]


class _Undeclared(_Changed):
    def spoil(self, texts, found):
        return [tuple(Span(start=s.start, end=s.end, label="EMAIL", detector=s.detector) for s in spans)
                for spans in found]


@pytest.mark.parametrize("broken", [_BeyondTheEnd, _DependsOnTheBatch, _LosesAText, _Unsorted, _Undeclared])
def test_a_broken_detector_is_caught(broken):
    """Each rule of the contract can fail."""
    with pytest.raises(AssertionError):
        check_detector(broken(strings=(("a", "PERSON"), ("e", "PERSON"))), hostile=())


def test_a_failing_detector_is_not_mistaken_for_a_clean_text():
    """An error comes through."""
    with pytest.raises(Exception, match="on purpose"):
        check_detector(FailingDetector(), hostile=())


def test_the_network_is_closed_during_the_check():
    """A connection attempt raises, and works again afterwards."""
    import socket

    with no_network(), pytest.raises(NetworkError):
        socket.create_connection(("192.0.2.1", 9))
    assert socket.create_connection.__name__ == "create_connection"
