"""The network: what each token of many texts is, by two small integer networks that ship with licit.

The first says once for each kind of token what it lends to its neighbours; the second mixes neighbours, but only near
tokens that a gate lets through: most of what people type is plainly nothing.

Rules kept here:

- Answers are exact sums of integers and single operations on floats, so a text gives the same alone as in any batch.
- Nothing is mixed across the border of a text.
- onnxruntime is loaded when the first text is looked at, not before.
"""

import functools
from dataclasses import dataclass, field
from importlib.resources import files
from importlib.util import find_spec
from typing import Any

import numpy as np
import numpy.typing as npt

from licit.core.errors import SetupError
from licit.core.ids import hex_digest

from ._features import Cut
from ._plain import Ints

Scores = npt.NDArray[np.float32]

WINDOW = (-3, -2, -1, 0, 1, 2, 3)
#: How many convolutions follow, each of a token and its two neighbours.
CONVOLUTIONS = 2
_GAP = WINDOW[-1]
_BLOCK = 2_048
_FILES = ("kinds.onnx", "tokens.onnx")


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """The shipped network: its files' bytes and their digest."""

    models: tuple[bytes, ...] = field(repr=False)
    digest: str


@functools.cache
def network() -> Network:
    """Read the shipped network.

    Raises:
        SetupError: it is missing, or onnxruntime is.
    """
    if find_spec("onnxruntime") is None:
        raise SetupError("The names tagger needs onnxruntime.", about="onnxruntime", remedy="pip install onnxruntime")
    try:
        models = tuple((files(__package__) / "model" / name).read_bytes() for name in _FILES)
    except OSError as error:
        raise SetupError(f"The names tagger cannot be read ({type(error).__name__}).", about="model",
                         remedy="Install licit again; without it names would pass unseen.") from error
    return Network(models=models, digest=hex_digest("licit/tagger", *models))


@functools.cache
def _sessions() -> tuple[Any, ...]:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 4
    return tuple(onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
                 for model in network().models)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the network says: tokens worth a look, in order, their scores for each head's tags, whose text is a judgment's."""

    tokens: Ints = field(repr=False)
    scores: Scores = field(repr=False)
    judgment: npt.NDArray[np.bool_] = field(repr=False)


_NOTHING = Told(tokens=np.zeros(0, np.int64), scores=np.zeros((0, 0), np.float32), judgment=np.zeros(0, bool))


def look(cut: Cut) -> Told:
    """Give the scores of the tokens that the gate lets through; all others are nothing."""
    size = cut.kinds.size
    if not size:
        return _NOTHING
    kinds_session, tokens_session = _sessions()
    parts, gate, pooled, register = kinds_session.run(None, {"rows": cut.rows, "trigrams": cut.trigrams})
    counts = np.diff(cut.texts)
    counts = counts[counts > 0]
    text = np.repeat(np.arange(counts.size, dtype=np.int32), counts)
    # Tokens with a gap between texts that stands for nobody and reaches as far as a token sees.
    place = np.arange(size, dtype=np.int32) + _GAP * (text + 1)
    kinds = np.full(size + _GAP * (counts.size + 1), cut.rows.shape[0], np.int32)
    kinds[place] = cut.kinds
    kept = place[_gate(kinds, gate)[place] > 0]
    if not kept.size:
        return _NOTHING
    near = np.zeros(kinds.size, bool)
    for step in range(-CONVOLUTIONS, CONVOLUTIONS + 1):
        near[kept + step] = True
    around = np.flatnonzero(near[place])
    hidden = parts.shape[1] // len(WINDOW)
    fed = {"parts": np.concatenate([parts.reshape(-1, hidden), np.zeros((len(WINDOW), hidden), np.float32)])}
    mean = (_total(pooled, cut.kinds, counts) + counts[:, None] // 2) // counts[:, None]
    stretch = _Stretch(kinds=kinds, at=place[around], text=text[around], mean=mean.astype(np.uint8))
    out = np.concatenate([tokens_session.run(None, fed | stretch.fed(start, stop))[0][own]
                          for start, stop, own in stretch.blocks()])
    mine = np.searchsorted(stretch.at, kept)
    tokens = around[mine]
    judgment = _total(register[:, 0], cut.kinds, counts) > 0
    return Told(tokens=tokens, scores=out[mine], judgment=judgment[text[tokens]])


def _gate(kinds: npt.NDArray[np.int32], gate: Scores) -> Scores:
    """Sum for each place what its neighbours' kinds say on whether it is worth a look."""
    lets = np.concatenate([gate, np.zeros((1, gate.shape[1]), np.float32)]).T.copy()
    total = np.zeros(kinds.size, np.float32)
    for number, step in enumerate(WINDOW):
        total[_GAP:-_GAP] += lets[number][kinds[_GAP + step:kinds.size - _GAP + step]]
    return total


def _total(values: npt.NDArray[Any], kinds: Ints, counts: Ints) -> Ints:
    """Sum what kinds say over each text, as whole numbers."""
    return np.add.reduceat(values[kinds], np.cumsum(counts) - counts, axis=0, dtype=np.int64)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stretch:
    """The tokens near those let through, as the second network wants them, block by block."""

    kinds: npt.NDArray[np.int32]
    at: npt.NDArray[np.int32]
    text: npt.NDArray[np.int32]
    mean: npt.NDArray[np.uint8]

    def blocks(self) -> list[tuple[int, int, slice]]:
        """Give for each block where it starts and stops, borders included, and which of its answers are its own."""
        out = []
        for start in range(0, self.at.size, _BLOCK):
            first = max(0, start - CONVOLUTIONS)
            out.append((first, min(self.at.size, start + _BLOCK + CONVOLUTIONS),
                        slice(start - first, min(start + _BLOCK, self.at.size) - first)))
        return out

    def fed(self, start: int, stop: int) -> dict[str, npt.NDArray[Any]]:
        """Give one block's inputs: kinds around each token, and its neighbours' places in the block."""
        at, text, sides = self.at[start:stop], self.text[start:stop], len(WINDOW)
        fed: dict[str, npt.NDArray[Any]] = {
            f"at{number}": self.kinds[at + step] * np.int32(sides) + np.int32(number) for number, step in enumerate(WINDOW)}
        size = stop - start
        here = np.arange(size, dtype=np.int32)
        joined = np.append(at[1:] == at[:-1] + 1, False)
        fed["after"] = np.where(joined, here + 1, size).astype(np.int32)
        fed["before"] = np.where(np.append(False, joined[:-1]), here - 1, size).astype(np.int32)
        fed["text"] = text - text[0]
        fed["mean"] = self.mean[text[0]:text[-1] + 1]
        return fed
