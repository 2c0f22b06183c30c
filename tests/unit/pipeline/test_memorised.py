"""Statistics of a model's audit, held against answers known otherwise."""

import math

import numpy as np
import pytest

from licit.core.models import Scored
from licit.pipeline import memorised


def test_exposure_is_the_bits_between_space_and_rank():
    """Exposure is log2 |R| - log2 rank: all bits for the likeliest, none for the least likely; ties count against.

    Law: MOD-02
    """
    assert memorised.exposure(1, 1024) == 10
    assert memorised.exposure(1024, 1024) == 0
    assert memorised.exposure(3, 96) == 5
    assert memorised.rank(-3.0, [-1.0, -2.0, -4.0]) == 3
    assert memorised.rank(-3.0, [-3.0, -3.0]) == 3
    assert memorised.together([0.5]) == pytest.approx(0.5)
    assert memorised.together([0.1, 0.1]) == pytest.approx(0.01 * (1 - math.log(0.01)))


def test_tries_follow_from_the_probability():
    """A text of probability 1/2 is drawn at least once in one try with certainty .5, and in two with .75; one of 0 never.

    Law: MOD-03
    """
    assert memorised.tries_needed(math.log(0.5), 0.5) == pytest.approx(1)
    assert memorised.tries_needed(math.log(0.5), 0.75) == pytest.approx(2)
    assert memorised.tries_needed(0.0, 0.99) == 1
    assert memorised.tries_needed(-1e6, 0.5) == math.inf


def test_the_area_is_the_share_of_pairs():
    """The area counts pairs, ties half; it is .5 where both sides are the same, and its chance follows.

    Law: MOD-05
    """
    members, others = np.array([3.0, 2.0, 2.0]), np.array([1.0, 2.0])
    assert memorised.area(members, others) == pytest.approx((2 + 1.5 + 1.5) / 6)
    same = np.arange(50.0)
    assert memorised.area(same, same) == 0.5
    assert memorised.area_chance(same, same) > 0.5
    assert memorised.area_chance(same + 40, same) < 1e-9


def test_a_rate_at_few_false_alarms_needs_enough_others():
    """The limit lies above all but the share allowed; where one in so few is more than that, nothing is told.

    Law: MOD-05
    """
    others, members, draw = np.arange(100.0), np.array([98.5, 99.0, 99.5, 5.0]), np.random.default_rng(1)
    assert memorised.found_at(members, others, 0.01, draw)[0] == 3
    assert memorised.found_at(members, others, 0.001, draw) is None
    assert memorised.found_at(np.full(10, 7.0), np.full(100, 7.0), 0.01, draw)[0] == 0


def test_the_interval_of_such_a_rate_covers_it():
    """The limit comes of few rows, and the interval counts that: of a hundred draws whose true rate is known, nine in ten hold it.

    Law: MOD-05
    """
    draw, truth, held = np.random.default_rng(6), 0.5 * math.erfc((1.6449 - 1) / math.sqrt(2)), 0
    for _ in range(100):
        _, (low, high) = memorised.found_at(draw.normal(1, 1, 300), draw.normal(0, 1, 100), 0.05, draw, times=200)
        held += low <= truth <= high
    assert held >= 90


def test_intervals_are_those_of_clopper_and_pearson():
    """Known bounds: none of ten is under .3085, five of ten .1871 to .8129; and a share is covered as often as is said."""
    assert memorised.interval(0, 10) == (0.0, pytest.approx(0.3085, abs=1e-4))
    assert memorised.interval(5, 10) == (pytest.approx(0.1871, abs=1e-4), pytest.approx(0.8129, abs=1e-4))
    for truth in (0.02, 0.3):
        bounds = [memorised.interval(hits, 40) for hits in range(41)]
        chances = [math.comb(40, hits) * truth ** hits * (1 - truth) ** (40 - hits) for hits in range(41)]
        assert sum(chance for chance, (low, high) in zip(chances, bounds, strict=True) if low <= truth <= high) >= 0.95


def test_the_interval_of_an_area_covers_it():
    """Of two hundred draws whose true area is known, about 95 in 100 intervals hold it."""
    draw, held = np.random.default_rng(5), 0
    truth = 0.5 * math.erfc(-0.7 / 2)
    for _ in range(200):
        low, high = memorised.area_interval(draw.normal(0.7, 1, 60), draw.normal(0, 1, 50), draw, times=100)
        held += low <= truth <= high
    assert 178 <= held <= 199
    low, high = memorised.area_interval(np.arange(30.0) + 99, np.arange(20.0), draw, times=20)
    assert (round(low, 3), high) == (0.832, 1.0)  # twenty pairs all alike come in one of forty draws where each is so in .832
    assert memorised.area_interval(np.arange(20.0), np.arange(30.0) + 99, draw, times=20)[1] == pytest.approx(1 - low)


def test_fisher_and_kolmogorov_smirnov_know_what_is_uneven():
    """The tea taster's table gives 17/70; equal samples are not apart, and shifted ones and uneven counts are."""
    assert memorised.more_often(3, 4, 1, 4) == pytest.approx(17 / 70)
    assert memorised.more_often(4, 4, 0, 4) == pytest.approx(1 / 70)
    assert memorised.apart(range(100), range(100)) == 1
    assert memorised.apart(range(100), range(60, 160)) < 1e-6
    assert memorised.counts_apart({"a": 50, "b": 50}, {"a": 5, "b": 5}) == 1
    assert memorised.counts_apart({"a": 100}, {"b": 10}) < 1e-9


def test_members_are_scored_by_each_way():
    """Each way is its formula, by hand: mean, sum over packed length, least fifth, that of standard scores, and less a reference's."""
    logs = np.log(np.array([0.5, 0.25, 0.5, 0.5, 0.125]))
    one = Scored(logs=logs, means=np.full(5, -1.0), variances=np.full(5, 4.0 - 1e-6))
    found = memorised.members_by([one], ["abcde"], [Scored(logs=logs - 1)])
    assert found["loss"][0] == pytest.approx(logs.mean())
    assert found["zlib"][0] == pytest.approx(logs.sum() / 13)
    assert found["min-k"][0] == pytest.approx(math.log(0.125))
    assert found["min-k++"][0] == pytest.approx((math.log(0.125) + 1) / 2)
    assert found["reference"][0] == pytest.approx(1)
    assert set(memorised.members_by([Scored(logs=logs)], ["abcde"])) == {"loss", "zlib", "min-k"}


def test_the_longest_run_is_of_whole_words_in_a_row():
    """Words count in a row and in order only.

    Law: MOD-07
    """
    assert memorised.longest_run("a b c d e".split(), "x b c d y e".split()) == 3
    assert memorised.longest_run("a b".split(), "c d".split()) == memorised.longest_run([], ["a"]) == 0
