"""Decoding: the best run of tags."""

import numpy as np
import pytest

from licit.detectors import _decode
from licit.detectors._decode import best


def slow(scores):
    """Give the best tags of one run by trying every step the plain way."""
    sums = [list(scores[0])]
    sums[0][2::2] = [-np.inf] * len(sums[0][2::2])
    back = []
    for row in scores[1:]:
        came = [max([k - 1, k] if k and k % 2 == 0 else range(len(row)), key=lambda j: sums[-1][j]) for k in range(len(row))]
        sums.append([sums[-1][came[k]] + row[k] for k in range(len(row))])
        back.append(came)
    tags = [int(np.argmax(sums[-1]))]
    for came in reversed(back):
        tags.append(came[tags[-1]])
    return tags[::-1]


@pytest.mark.parametrize("seed", range(12))
def test_runs_decoded_side_by_side_are_decoded_as_alone(seed):
    """Whatever their lengths, and where texts begin, against the plain way run by run."""
    rng = np.random.default_rng(seed)
    tokens = np.flatnonzero(rng.random(60) < .7)
    scores = rng.normal(size=(tokens.size, 11)).astype(np.float32) * 2
    borders = np.sort(rng.choice(60, 5, replace=False))
    found, start = best(tokens, borders, scores), 0
    while start < tokens.size:
        stop = start + 1
        while stop < tokens.size and tokens[stop] == tokens[stop - 1] + 1 and tokens[stop] not in borders:
            stop += 1
        assert found[start:stop].tolist() == slow(scores[start:stop])
        start = stop


def test_an_inside_follows_a_beginning_of_its_own_sort():
    """Also where every score speaks for an inside."""
    scores = np.zeros((5, 11), np.float32)
    scores[:, 4] = 9
    assert best(np.arange(5), np.array([0, 5]), scores).tolist() == [3, 4, 4, 4, 4]


def test_a_long_run_is_cut_at_places_of_its_own(monkeypatch):
    """What stands before it in the batch moves no cut."""
    monkeypatch.setattr(_decode, "_LONGEST", 4)
    scores = np.random.default_rng(1).normal(size=(30, 11)).astype(np.float32)
    alone = best(np.arange(30), np.array([0, 30]), scores)
    beside = best(np.arange(37), np.array([0, 7, 37]), np.concatenate([scores[:7], scores]))
    assert beside[7:].tolist() == alone.tolist()


def test_nothing_gives_nothing():
    """No tokens, no tags."""
    assert best(np.zeros(0, np.int64), np.zeros(1, np.int64), np.zeros((0, 11), np.float32)).size == 0
