"""Screening is measured: on sentences written by hand, by language and family, with rules that are data."""

import json
import re
import shutil
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[3]))

from bench import screening
from licit.core.reasons import REASONS
from licit.detectors.sensitive import ANSWERS, PRECISION, RECALL, SCREENS, SensitiveScreener, good_enough, read_screens

FAMILIES = {"health", "religion", "politics", "union", "origin", "genetic", "biometric", "sex", "offence", "minor", "pasted-chat",
            "intimate"}
GERMAN = """\
language = "de"
word = "Deutsch"
unless = []
[parts]
me = "(?:ich|mein|meine)"
[frames]
near = "{me} [^.!?\\\\x00]*(?:{terms})"
loose = ""
[health]
reason = "special-category"
near = ["diabetes", "krebs"]
"""


@pytest.fixture(scope="module")
def screener():
    return SensitiveScreener()


@pytest.fixture(scope="module")
def measures(screener):
    return screening.measures(screener)


@pytest.fixture
def folder(tmp_path):
    return shutil.copytree(SCREENS, tmp_path / "screens")


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_measure_beside_the_rules_is_current(measures, language):
    """What is written beside the rules is what they give today on the set: run python -m bench.screening --write.

    Law: SEN-02
    """
    assert json.loads((SCREENS / f"measured/{language}.json").read_text()) == json.loads(json.dumps(measures[language]))


@pytest.mark.parametrize("language", ["en", "fr"])
def test_quality_does_not_fall(measures, language):
    """Tuned sentences are found; unseen ones well enough to count as measured; hard negatives of both stay.

    Law: SEN-01
    """
    measure = measures[language]
    assert measure["dev"]["overall"]["recall"]["share"] >= 0.95
    assert measure["dev"]["overall"]["precision"]["share"] >= 0.95
    assert min(one["recall"]["share"] for one in measure["dev"]["families"].values()) >= 0.90
    assert good_enough(measure)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_family_and_many_hard_negatives_are_measured(measures, language):
    """Each half holds every family and sentences without any; two hundred sentences a language at the least."""
    measure = measures[language]
    assert sum(measure[half]["sentences"] for half in screening.HALVES) >= 200
    for half in screening.HALVES:
        assert set(measure[half]["families"]) == FAMILIES
        assert measure[half]["without"] >= 25


def test_the_halves_share_nothing():
    """No sentence stands twice, in one half or in both, and no id."""
    both = [row for half in screening.HALVES for row in screening.rows(half)]
    assert len({re.sub(r"\W+", " ", row["text"]).casefold() for row in both}) == len({row["id"] for row in both}) == len(both)


def test_a_new_language_is_one_new_file(folder):
    """A file dropped in is looked for at once; its language stays unmeasured until somebody measures it."""
    (folder / "de.toml").write_text(GERMAN)
    screener = SensitiveScreener(folder)
    assert [one.family for one in screener.look(["Ich habe leider Diabetes, was nun?", "Was ist Diabetes?"], ["", ""])[0]] == ["health"]
    assert screener.look(["Was ist Diabetes?"], [""]) == [()]
    assert screener.languages == {"en", "fr"}


def test_a_measure_of_other_rules_counts_for_nothing(folder, screener):
    """One changed rule makes a measure stale; a language that was never measured has none."""
    rules = folder / "fr.toml"
    rules.write_text(rules.read_text().replace("shabbat", "sabbat"))
    (folder / "measured/en.json").unlink()
    changed = SensitiveScreener(folder)
    assert (changed.languages, screener.languages) == (set(), {"en", "fr"})
    assert changed.digest != screener.digest


@pytest.mark.parametrize(("recall", "precision", "enough"), [
    (RECALL, PRECISION, True), (RECALL - 0.01, 1.0, False), (1.0, PRECISION - 0.01, False)])
def test_a_poor_measure_is_not_enough(folder, recall, precision, enough):
    """A language measured below the bar counts as unmeasured."""
    file = folder / "measured/fr.json"
    measure = json.loads(file.read_text())
    measure["held"]["overall"]["recall"]["share"], measure["held"]["overall"]["precision"]["share"] = recall, precision
    file.write_text(json.dumps(measure))
    assert ("fr" in SensitiveScreener(folder).languages) is enough


@pytest.mark.parametrize(("old", "new"), [
    ("near = [", "neer = ["), ('"special-category"', '"no-such-reason"'), ('"special-category"', '"empty"'), ("{me} ", "{nobody} "), ("(?:ich|mein|meine)", "{me}")])
def test_a_file_that_is_wrong_stops(tmp_path, old, new):
    """An unknown frame, reason or part, or parts in a circle, is an error: no rule stays away unseen."""
    (tmp_path / "de.toml").write_text(GERMAN.replace(old, new, 1))
    with pytest.raises(ValueError, match=r"de\.toml"):
        read_screens(tmp_path)


def test_terms_are_in_plain_form():
    """Rules meet texts without accents: a term with one would never be found."""
    for file in SCREENS.glob("*.toml"):
        lines = [line for line in file.read_text(encoding="utf-8").splitlines() if not line.startswith(("#", "word = "))]
        assert [line for line in lines if not line.isascii()] == []


def test_every_answer_is_given():
    """The files answer with each reason of screening, all of them real, and with no other."""
    assert {family.reason for screen in read_screens() for family in screen.families} == set(ANSWERS)
    assert set(ANSWERS) <= set(REASONS)


def test_time_stays_linear(screener):
    """Openers without an end, ten thousand times, take no longer than their length says."""
    for text in ("je suis " * 20_000, "my mother has " * 20_000, "i " * 50_000, "Sam: a\n" * 20_000, "10:22 - a: b\n" * 10_000, "I have a, " * 20_000):
        screener.look([text], [""])
