"""Names in chats: what was measured on the made-up messages kept apart stays true."""

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def names():
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(ROOT)
        from bench import names
        yield names


def test_marks_are_read_as_places(names):
    """A mark becomes a piece with its tag; what may be found but need not be is open."""
    pieces = dict(names.chats())["es"]
    assert all(tag in ("", "PER", "?") for _, tag in pieces)
    assert not any(sign in text for _, one in names.chats() for text, _ in one for sign in "⟦⟧|")


@pytest.mark.parametrize(("language", "people", "mistakes"), [("fr", .92, 23), ("en", .87, 27), ("es", .95, 45)])
def test_people_in_chats_are_found_and_little_else(names, language, people, mistakes):
    """A change may not lose people, nor buy them with everyday words taken for names."""
    got = names.found_in_chats(names.find_detectors(), language)
    assert got["people"] >= 20
    assert got["person"] >= people
    assert got["false"] <= mistakes


def test_a_bound_that_is_missed_is_said(names):
    """The table marks what falls short, and leaves open what was not measured."""
    lines = names.table({"here": {"echr-fr strict": .5, "chat spans": 1.5}})
    assert any("**0.500, a miss**" in line for line in lines)
    assert any("1.500 |" in line and "miss" not in line for line in lines)
    assert sum(line.endswith("| – |") for line in lines) == len(names.ASKED) - 2
