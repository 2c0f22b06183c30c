"""Which languages may pass: those a plan names and a screener is measured in, or that the plan accepts by name."""

import json

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from licit.core.ids import canonical_json
from licit.detectors.sensitive import SensitiveScreener
from licit.pipeline.screen import _LANGUAGE_OF, ACCEPT_UNMEASURED_SCREENING, language_of, screening_stated, unmeasured
from licit.usecases.plan import parse_plan


class Measured:
    """A screener that was measured in French."""

    name, version, languages = "x", "1", frozenset({"fr"})

    def look(self, texts, languages):
        """Find nothing."""
        return [() for _ in texts]


@pytest.mark.parametrize(("language", "wanted", "accepted", "held"), [
    ("fr", ("fr",), False, False), ("", ("fr",), False, False), ("fr", ("en",), False, True), ("de", ("fr",), False, True),
    ("de", ("fr", "de"), False, True), ("de", ("fr", "de"), True, False), ("de", ("fr",), True, True), ("und", ("fr",), True, True)])
def test_a_language_needs_a_name_and_a_measure(language, wanted, accepted, held):
    """Naming a language in the plan is not enough; accepting lets those pass that the plan names, no others.

    Law: SEN-02
    """
    assert unmeasured(language, wanted, [Measured()], accepted=accepted) == ("language-unmeasured" if held else "")


def test_without_screeners_no_language_is_measured():
    """Nobody stands behind any language then."""
    assert unmeasured("fr", ("fr",), []) == "language-unmeasured"


def test_the_plan_accepts_by_name():
    """The switch is off unless it is set, and then recorded."""
    assert parse_plan({}).accepted == ()
    assert parse_plan({ACCEPT_UNMEASURED_SCREENING: True}).accepted == (ACCEPT_UNMEASURED_SCREENING,)


def test_evidence_says_what_stands_behind_each_language():
    """Each language of the plan is named, with the measure of the unseen sentences, or with nothing; no floats, no texts."""
    said = screening_stated([SensitiveScreener(), Measured()], ("fr", "de"))
    assert said["de"] == []
    (line,) = said["fr"]
    assert (line["screener"], line["counts"]) == ("sensitive@3", True)
    assert 0 < float(line["recall"]["low"]) < float(line["recall"]["share"]) < float(line["recall"]["high"]) < 1
    assert json.loads(canonical_json(said)) == said


@settings(deadline=None)
@given(st.lists(st.sampled_from([*_LANGUAGE_OF, "QUÉ", "i\xdfo", "Straße", "x", "²", "µ", "ª", "1", "_", "'", "\xa0", "\x85", "\x1c"]), max_size=40).map(" ".join))
@example("is\xdfo issO i\xdfo")
def test_a_sign_beyond_latin_1_changes_no_language(text):
    """Texts of Latin-1 are read by a table, all others by the slow way: both tell the same words."""
    assert language_of(text) == language_of(f"{text} ·…")
