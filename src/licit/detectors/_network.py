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

#: How many convolutions follow the window, each of a token and its two neighbours.
CONVOLUTIONS = 2
#: At least as many places between texts as a token sees to one side.
_GAP = 3
_BLOCK = 1_024
#: How much less than training asks for makes a text a judgment, a token: few other texts are near, and a judgment with few set
#: phrases is one too.
READY = 2
#: The network tells the register in such steps.
_STEPS = 256
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
    stretch = _Stretch(kinds=kinds, text=np.full(kinds.size, -1, np.int32), kept=place[_gate(kinds, gate)[place] > 0])
    if not stretch.kept.size:
        return _NOTHING
    stretch.text[place] = text
    sides = gate.shape[1]
    hidden = parts.shape[1] // sides
    held = {"parts": np.concatenate([parts.reshape(-1, hidden), np.zeros((sides, hidden), np.float32)])}
    begins = np.cumsum(counts) - counts
    mean = np.add.reduceat(pooled[cut.kinds], begins, axis=0, dtype=np.int32)
    mean = ((mean + counts[:, None] // 2) // counts[:, None]).astype(np.uint8)
    judgment = np.add.reduceat(register[:, 0][cut.kinds], begins, dtype=np.int64) > -_STEPS * READY * counts
    out = [tokens_session.run(None, held | stretch.fed(start, mean, sides))[0] for start in range(0, stretch.kept.size, _BLOCK)]
    where = stretch.text[stretch.kept]
    return Told(tokens=stretch.kept - _GAP * (where + 1), scores=np.concatenate(out), judgment=judgment[where])


def _gate(kinds: npt.NDArray[np.int32], gate: Scores) -> Scores:
    """Sum for each place what its neighbours' kinds say on whether it is worth a look."""
    lets = np.concatenate([gate, np.zeros((1, gate.shape[1]), np.float32)]).T.copy()
    total = np.zeros(kinds.size, np.float32)
    for number, each in enumerate(lets):
        step = number - len(lets) // 2
        total[_GAP:-_GAP] += each[kinds[_GAP + step:kinds.size - _GAP + step]]
    return total


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stretch:
    """All places with the kind and text of their token (-1 where there is none), and the places let through."""

    kinds: npt.NDArray[np.int32]
    text: npt.NDArray[np.int32]
    kept: npt.NDArray[np.int32]

    def fed(self, start: int, mean: npt.NDArray[np.uint8], sides: int) -> dict[str, npt.NDArray[Any]]:
        """Give one block's inputs: the kinds around each place that is needed, and who neighbours whom in each layer."""
        layers = [self.kept[start:start + _BLOCK]]
        # One place more on either side than is ever needed, for the outermost is never marked below.
        first, last = int(layers[0][0]) - CONVOLUTIONS - 1, int(layers[0][-1]) + CONVOLUTIONS + 2
        real = self.text[first:last] >= 0
        wanted = np.zeros(last - first, bool)
        wanted[layers[0] - first] = True
        fed: dict[str, npt.NDArray[Any]] = {}
        for number in reversed(range(CONVOLUTIONS)):
            # What a layer needs of the one below: its own places and their neighbours.
            wanted[1:-1] |= wanted[2:] | wanted[:-2]
            wanted &= real
            below = (np.flatnonzero(wanted) + first).astype(np.int32)
            number_of = np.full(last - first + 2, below.size, np.int32)
            number_of[below - (first - 1)] = np.arange(below.size, dtype=np.int32)
            for side, step in (("before", -1), ("here", 0), ("after", 1)):
                fed[f"{side}{number}"] = number_of[layers[-1] - (first - 1) + step]
            layers.append(below)
        at = layers[-1]
        for number in range(sides):
            fed[f"at{number}"] = self.kinds[at + (number - sides // 2)] * np.int32(sides) + np.int32(number)
        text = self.text[at]
        fed["text"], fed["mean"] = text - text[0], mean[text[0]:text[-1] + 1]
        return fed
