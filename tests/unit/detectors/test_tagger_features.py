"""Features: what the tagger sees of a token."""

import unicodedata

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from licit.core.errors import SetupError
from licit.detectors import _features, _places
from licit.detectors._features import cut, distinct
from licit.detectors._plain import plain


def told(texts):
    """Give for each text its tokens and what is known of each."""
    page = plain(texts)
    found = cut(page)
    rows = [(page.text[a:b], *found.rows[kind].tolist(), *found.trigrams[kind].tolist())
            for a, b, kind in zip(found.starts, found.ends, found.kinds, strict=True)]
    return [rows[found.texts[i]:found.texts[i + 1]] for i in range(len(texts))]


@settings(deadline=None)
@given(st.lists(st.text(max_size=30), max_size=6))
@example(["\0", "\0\0"])
@example(["\x01", "\x01\0"])
def test_a_text_is_seen_alike_in_every_batch(texts):
    """Row numbers come from spelling alone, never from what stands beside."""
    assert told(texts) == [told([text])[0] for text in texts]


def test_tokens_are_runs_of_one_class():
    """Letters, digits, one sign, line breaks; spaces are none."""
    assert [row[0] for row in told(["L'été 2024, à 10h30 !!\n\nOui_non"])[0]] == [
        "L", "'", "ete", "2024", ",", "a", "10", "h", "30", "!!", "\n\n", "Oui", "_", "non"]


@pytest.mark.parametrize(("one", "other"), [("Camille", "Cam\u200bille"), ("Camille", "Ｃａｍｉｌｌｅ"), ("Élodie", "\u200dÉlodie")])
def test_what_shows_nothing_changes_nothing(one, other):
    """Joiners, and letters of full width, lead to the same words and lists."""
    a, b = told([one])[0][0], told([other])[0][0]
    assert (a[1], a[2], a[10]) == (b[1], b[2], b[10])


def test_case_accents_and_spacing_are_told_apart():
    """As kinds, while the folded word stays the same."""
    rows = told(["ete été Été x,ete"])[0]
    folded = [row[1] for row in rows if row[0].lower() == "ete"]
    shapes = {row[1:11] for row in rows if row[0].lower() == "ete"}
    assert len(set(folded)) == 1
    assert len(shapes) == 4
    assert told([unicodedata.normalize("NFD", "Été")])[0][0][1] == folded[0]


def test_long_numbers_are_alike_but_for_the_century():
    """A number of many digits says its length; a year its century."""
    rows = told(["48213 99999 1987 1954 2024 12 13"])[0]
    assert rows[0][2:] != rows[1][2:]  # the first one starts the text
    assert rows[1][1:] == told(["x 55555"])[0][1][1:]
    assert rows[2][1:] == rows[3][1:] != rows[4][1:]
    assert rows[5][1:] != rows[6][1:]


@settings(deadline=None)
@given(st.lists(st.integers(0, 40), max_size=50))
def test_kinds_are_the_distinct_keys(keys):
    """Two tokens are of one kind if and only if their keys are equal, also when keys share a slot."""
    # Multiples of a great power of two all fall into slot 0.
    values = np.array(keys, np.uint64) << np.uint64(40)
    first, number = distinct(values)
    assert values[first][number].tolist() == values.tolist()
    assert len(first) == len(set(keys))


def test_half_of_the_lists_can_be_hidden_for_training():
    """Stable for one number, another half for another, and everything is there without."""
    names = ["Marie Jean Pierre Michel Nathalie Isabelle Philippe Catherine Alain Sylvie Martine Christophe Nicolas"]
    page = plain(names)
    flags = [cut(page, hidden).rows[:, 9].tolist() for hidden in (0, 1, 1, 2)]
    assert flags[1] == flags[2]
    assert flags[0] != flags[1] != flags[3]


def test_a_list_that_cannot_be_read_stops_the_run(monkeypatch, tmp_path):
    """A missing list would look like a text without places."""
    monkeypatch.setattr(_places, "files", lambda _: tmp_path)
    with pytest.raises(SetupError, match="list of places"):
        _places.places.__wrapped__()


def test_a_place_is_known_by_its_hash():
    """Whole names and parts of names, nothing else."""
    found = _places.places().look_up(_features._mix(_features._Sums(plain(["x"]).points).of(np.array([0]), np.array([1]))))
    assert found.tolist() == [0]
    flags = {row[0]: (row[10] - _features.OFFSETS[9]) % 3 for row in told(["Lyon Aix zzyzzq"])[0]}
    assert flags == {"Lyon": 2, "Aix": 1, "zzyzzq": 0}
