"""Decoding: the best run of tags over each run of tokens, where a mention's inside follows its beginning.

Rules kept here:

- Runs are decoded side by side, one step at a time, so the number of Python steps is the length of the longest.
- A very long run is cut at fixed places from its own start, whatever the batch.
"""

import numpy as np
import numpy.typing as npt

from ._plain import Ints

Scores = npt.NDArray[np.float32]
_LONGEST = 64


def best(tokens: Ints, borders: Ints, scores: Scores) -> Ints:
    """Give the tag of each token: 0 nothing, then a beginning and an inside for each sort.

    ``tokens`` are in order, ``borders`` are the numbers at which texts begin; neighbours are tokens of one text whose
    numbers follow.
    """
    if not tokens.size:
        return np.zeros(0, np.int64)
    breaks = np.append(True, tokens[1:] != tokens[:-1] + 1)
    breaks |= np.isin(tokens, borders)
    start = np.flatnonzero(breaks)
    run = np.cumsum(breaks) - 1
    inside = np.arange(tokens.size) - start[run]
    breaks |= inside % _LONGEST == 0
    first = np.flatnonzero(breaks)
    length = np.diff(np.append(first, tokens.size))
    order = np.argsort(-length, kind="stable")
    return _walk(first[order], length[order], scores)


def _walk(first: Ints, length: Ints, scores: Scores) -> Ints:
    """Walk through runs, longest first, forwards for the best sums and back for the tags."""
    sums = scores[first].copy()
    sums[:, 2::2] = -np.inf
    every, mine = [sums], [np.zeros(0, np.int64)]
    insides: list[npt.NDArray[np.bool_]] = [np.zeros((0, 0), bool)]
    for step in range(1, int(length[0])):
        active = int(np.searchsorted(-length, -step, side="left"))
        before = every[-1][:active]
        top = before.argmax(1)
        highest = before[np.arange(active), top]
        now = scores[first[:active] + step] + highest[:, None]
        begun = before[:, 1::2] > before[:, 2::2]
        now[:, 2::2] = scores[first[:active] + step, 2::2] + np.maximum(before[:, 1::2], before[:, 2::2])
        every.append(now)
        mine.append(top)
        insides.append(begun)
    out = np.zeros(int(length.sum()), np.int64)
    tags = np.zeros(first.size, np.int64)
    for step in range(int(length[0]) - 1, -1, -1):
        active = int(np.searchsorted(-length, -step, side="left"))
        ends = length[:active] == step + 1
        tags[:active][ends] = every[step][:active][ends].argmax(1)
        out[first[:active] + step] = tags[:active]
        if step:
            here = tags[:active]
            sort = np.maximum(here - 1, 0) // 2
            back = 1 + 2 * sort + ~insides[step][np.arange(active), sort]
            tags[:active] = np.where((here > 0) & (here % 2 == 0), back, mine[step])
    return out
