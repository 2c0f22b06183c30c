"""The flow as a picture: to scale, whole, and never a false balance."""

import re

from hypothesis import given, settings
from hypothesis import strategies as st
from sample_manifests import manifest, tally

from licit.core.reasons import REASONS
from licit.papers.flow import flow, read_counts
from licit.papers.words import ENGLISH, FRENCH, GATES

_NAMES = sorted(REASONS)
_SHAPE = re.compile(r'<path class="(trunk|held|refused|released)" d="([^"]*)"')


def _shapes(held: dict[str, int], refused: dict[str, int], released: int) -> list[tuple[str, list[float]]]:
    counts = read_counts(manifest(tally=tally(held, refused, released), rows=released))
    return [(kind, [float(number) for number in re.findall(r"-?\d*\.?\d+", path)])
            for kind, path in _SHAPE.findall(flow(counts, ENGLISH))]


@given(st.dictionaries(st.sampled_from(_NAMES), st.integers(1, 10**9), max_size=40),
       st.dictionaries(st.sampled_from(_NAMES), st.integers(1, 10**9), max_size=40), st.integers(0, 10**9))
@settings(max_examples=40, deadline=None)
def test_the_picture_has_one_ribbon_a_reason_and_stays_in_its_column(
        held: dict[str, int], refused: dict[str, int], released: int) -> None:
    """Every reason has its ribbon, and no shape starts left of the column or ends right of it."""
    shapes = _shapes(held, refused, released)
    if not (held or refused or released):
        assert shapes == []
        return
    kinds = [kind for kind, _ in shapes]
    assert (kinds.count("held"), kinds.count("refused")) == (len(held), len(refused))
    assert kinds.count("released") == bool(released)
    for kind, numbers in shapes:
        if kind != "trunk":
            assert 0 <= numbers[-3] <= numbers[0] < 100


def test_ribbons_are_to_scale() -> None:
    """A reason with twice the rows has a ribbon twice as thick; the thinnest can still be seen."""
    shapes = _shapes({"restricted": 200, "consent-missing": 400}, {"objection": 1}, 399_399)
    thick = {round(numbers[0] - numbers[-3], 2) for kind, numbers in shapes if kind != "trunk"}
    assert min(thick) == 1.2
    big = _shapes({"restricted": 200, "consent-missing": 400}, {}, 400)
    assert [round(n[0] - n[-3], 2) for kind, n in big if kind == "held"] == [34.4, 17.2]


def test_gates_stand_in_the_order_of_the_flow() -> None:
    """The reader follows the flow as it ran, with every gate there, whether it stopped something or not."""
    page = flow(read_counts(manifest()), ENGLISH)
    places = [page.index(f"<b>{GATES[gate][0]}</b>") for gate in
              ("arrive", "admit", "honour", "screen", "deidentify", "chunk", "dedupe", "seal", "other")]
    assert places == sorted(places)
    assert set(GATES) >= {reason.gate for reason in REASONS.values()}


def test_a_gate_stopped_nothing_only_when_no_count_was_merged() -> None:
    """Small counts are merged whatever their gate, so beside them nobody can say that a gate stopped nothing."""
    merged = flow(read_counts(manifest(tally=tally({"other": 3}, {}, 7040), rows=7040)), ENGLISH)
    clear = flow(read_counts(manifest(tally=tally({"restricted": 30}, {}, 7040), rows=7040)), ENGLISH)
    assert "nothing stopped here" not in merged
    assert "nothing stopped here" in clear


@given(st.integers(0, 10**7), st.integers(1, 10**7))
def test_a_share_never_rounds_to_all_or_nothing(number: int, more: int) -> None:
    """0 % means none and 100 % means all; anything between says so."""
    whole = number + more
    assert ENGLISH.share(whole, whole) == "100.0%"
    assert ENGLISH.share(number, whole) != "100.0%"
    assert (ENGLISH.share(number, whole) == "0.0%") == (number == 0)


def test_numbers_and_moments_are_written_as_each_language_does() -> None:
    """Thousands, decimals, months and spaces follow the language; an unreadable moment stays as it is."""
    assert (ENGLISH.number(1234567), FRENCH.number(1234567)) == ("1,234,567", "1\u202f234\u202f567")
    assert (ENGLISH.share(1, 8), FRENCH.share(1, 8)) == ("12.5%", "12,5\u00a0%")
    assert FRENCH.moment("2026-11-01T10:00:00Z") == "1er novembre 2026, 10:00 UTC"
    assert ENGLISH.moment("soon") == "soon"
