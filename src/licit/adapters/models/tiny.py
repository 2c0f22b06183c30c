"""A tiny language model of our own: bytes in, the next byte out, trained in a minute without any framework.

The last bytes are looked up in one table, go through dense layers, and come out as a weight for each of the 256 bytes. It is
there so that training and its audit can be tried for real on any machine; it is no model to talk to.

Rules kept here:

- The same texts, shape, seed and passes give the same bytes on the same machine; a limit in seconds may end it earlier, and is told.
- All work is on whole batches of positions; nothing loops over bytes.
- What is saved is safetensors and JSON: reading it runs nothing.
"""

import hashlib
import json
import struct
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits

from licit.core.errors import EvidenceError, InputError
from licit.core.models import Scored

Floats = npt.NDArray[np.float32]
Bytes = npt.NDArray[np.uint8]

#: How a saved model is known, and its files.
FORMAT, ABOUT, WEIGHTS = "licit-tiny-model/1", "licit-model.json", "weights.safetensors"

_VOCABULARY, _BATCH, _SCORING = 256, 256, 4096
_LARGEST = 1 << 30
#: A smaller model works on one core: threads would wait for each other longer than they work.
_THREADED = 500_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """How large a model is: the bytes it looks back on, the numbers that stand for a byte, and its layers' widths."""

    context: int
    width: int
    hidden: tuple[int, ...]

    def sizes(self) -> list[tuple[str, tuple[int, ...]]]:
        """Give each array's name and shape, in the order in which they are kept."""
        out: list[tuple[str, tuple[int, ...]]] = [("embed", (_VOCABULARY, self.width))]
        widths = (self.context * self.width, *self.hidden, _VOCABULARY)
        for n, (before, after) in enumerate(pairwise(widths)):
            out += [(f"layer{n}.weight", (before, after)), (f"layer{n}.bias", (after,))]
        return out

    @property
    def parameters(self) -> int:
        """Give the number of weights."""
        return sum(int(np.prod(size)) for _, size in self.sizes())


#: Shapes by name: about 30,000, 210,000 and a million weights.
SIZES: Mapping[str, Shape] = {"small": Shape(context=16, width=8, hidden=(80,)), "medium": Shape(context=32, width=12, hidden=(320, 192)),
                              "full": Shape(context=48, width=16, hidden=(672, 512))}


def train(texts: Sequence[str], *, size: str | Shape = "medium", epochs: int = 4, seconds: float = 0, seed: int = 0,
          progress: Callable[[str, int, int], None] = lambda step, done, known: None) -> "TinyModel":
    """Train a model on texts, each from its beginning to its end.

    Args:
        texts: what to learn; every one is seen ``epochs`` times.
        size: a name of :data:`SIZES`, or a shape.
        epochs: passes over all texts.
        seconds: end after so long, wherever it is then (0: no limit); the result then depends on the machine.
        seed: decides the first weights and the order.
        progress: told how many bytes are done, of how many.

    Raises:
        InputError: there is nothing to learn from.
    """
    shape = SIZES[size] if isinstance(size, str) else size
    stream, places = _stream([("", text) for text in texts], shape.context, ends=True)
    if not any(texts):
        raise InputError("there is no text to train on", reason="no-text")
    draw = np.random.default_rng(seed)
    flat = np.concatenate([draw.normal(0, _spread(name, dims), int(np.prod(dims))) for name, dims in shape.sizes()]).astype(np.float32)
    learning = _Learning(flat, max(1, epochs * -(-len(places) // _BATCH)))
    weights, slopes = _named(flat, shape), _named(learning.slope, shape)
    windows = np.lib.stride_tricks.sliding_window_view(stream, shape.context)
    started, done, whole = time.monotonic(), 0, epochs * len(places)
    orders = (order[at:at + _BATCH] for _ in range(epochs) for order in (draw.permutation(places),) for at in range(0, len(places), _BATCH))
    with _cores(shape):
        for some in orders:
            if seconds and time.monotonic() - started > seconds:
                break
            _slope(weights, slopes, windows[some - shape.context], stream[some])
            learning.step()
            done += len(some)
            progress("train", done, whole)
    return TinyModel(shape=shape, weights=weights, trained={"texts": len(texts), "bytes": len(places) - len(texts), "epochs": epochs,
                                                            "seed": seed, "seen": done, "ended_early": done < whole})


def _cores(shape: Shape) -> AbstractContextManager[Any]:
    limited: AbstractContextManager[Any] = threadpool_limits(None if shape.parameters > _THREADED else 1)
    return limited


def _spread(name: str, dims: tuple[int, ...]) -> float:
    return 0.0 if name.endswith("bias") else 0.3 if name == "embed" else float(np.sqrt(1.6 / dims[0]))


def _named(flat: Floats, shape: Shape) -> dict[str, Floats]:
    """Give the arrays of a shape as views into one long one."""
    out, at = {}, 0
    for name, dims in shape.sizes():
        end = at + int(np.prod(dims))
        out[name], at = flat[at:end].reshape(dims), end
    return out


def _stream(items: Sequence[tuple[str, str]], context: int, *, ends: bool = False) -> tuple[Bytes, npt.NDArray[np.int64]]:
    """Lay texts one after the other, empty places before each; give all bytes, and where those to be told are.

    Of each pair the second part is to be told, given the first; with ``ends`` the end of the text as well.
    """
    empty, pieces, places, at = bytes(context), [], [], 0
    for before, text in items:
        first, second = _bytes(before), _bytes(text)
        start = at + context + len(first)
        pieces += [empty, first, second]
        places.append(np.arange(start, start + len(second) + ends))
        at = start + len(second)
    pieces.append(empty)
    return np.frombuffer(b"".join(pieces), dtype=np.uint8), np.concatenate([np.empty(0, dtype=np.int64), *places])


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "replace").replace(b"\0", b" ")


def _layers(weights: Mapping[str, Floats], windows: Bytes) -> list[Floats]:
    """Give what comes out of each layer, the last one as weights of the next byte."""
    out = [np.take(weights["embed"], windows, axis=0).reshape(len(windows), -1)]
    depth = len(weights) // 2
    for n in range(depth):
        layer = out[-1] @ weights[f"layer{n}.weight"]
        layer += weights[f"layer{n}.bias"]
        out.append(np.maximum(layer, 0, out=layer) if n < depth - 1 else layer)
    return out


def _logs(weights: Mapping[str, Floats], windows: Bytes) -> Floats:
    """Give the natural logarithm of each byte's probability at each place."""
    logits = _layers(weights, windows)[-1]
    logits -= logits.max(axis=1, keepdims=True)
    logits -= np.log(np.exp(logits).sum(axis=1, keepdims=True))
    return logits


def _slope(weights: Mapping[str, Floats], slopes: Mapping[str, Floats], windows: Bytes, wanted: Bytes) -> None:
    """Write how the mean loss of a batch changes with each weight."""
    layers = _layers(weights, windows)
    back = layers.pop()
    back -= back.max(axis=1, keepdims=True)
    np.exp(back, out=back)
    back /= back.sum(axis=1, keepdims=True)
    back[np.arange(len(wanted)), wanted] -= 1
    back /= len(wanted)
    for n in reversed(range(len(layers))):
        np.matmul(layers[n].T, back, out=slopes[f"layer{n}.weight"])
        back.sum(axis=0, out=slopes[f"layer{n}.bias"])
        back = back @ weights[f"layer{n}.weight"].T
        if n:
            back *= layers[n] > 0
    flat = windows.ravel()
    order = np.argsort(flat, kind="stable")
    seen, starts = np.unique(flat[order], return_index=True)
    slopes["embed"][:] = 0
    slopes["embed"][seen] = np.add.reduceat(back.reshape(len(flat), -1)[order], starts, axis=0)


class _Learning:
    """Adam on one long vector; the rate falls to nothing at the last step."""

    def __init__(self, flat: Floats, steps: int, *, rate: float = 3e-3) -> None:
        self._flat, self._steps, self._rate, self._at = flat, steps, rate, 0
        self.slope = np.zeros_like(flat)
        self._mean, self._square, self._some = np.zeros_like(flat), np.zeros_like(flat), np.zeros_like(flat)

    def step(self) -> None:
        """Move every weight once."""
        self._at += 1
        slope, some = self.slope, self._some
        size = float(np.sqrt(np.dot(slope, slope)))
        if size > 1:
            slope *= 1 / size
        self._mean *= 0.9
        self._mean += np.multiply(slope, 0.1, out=some)
        np.multiply(slope, slope, out=slope)
        self._square *= 0.99
        self._square += np.multiply(slope, 0.01, out=some)
        np.sqrt(self._square, out=some)
        some *= 1 / np.sqrt(1 - 0.99 ** self._at)
        some += 1e-8
        np.divide(self._mean, some, out=some)
        warm, left = min(1.0, self._at / 50), 0.5 + 0.5 * np.cos(np.pi * self._at / self._steps)
        some *= self._rate * warm * max(float(left), 0.01) / (1 - 0.9 ** self._at)
        self._flat -= some


@dataclass(frozen=True, slots=True, kw_only=True)
class TinyModel:
    """A trained model: a :class:`~licit.core.ports.LanguageModel` whose tokens are bytes."""

    shape: Shape
    weights: Mapping[str, Floats] = field(repr=False)
    trained: Mapping[str, Any] = field(default_factory=dict)
    name: str = "tiny"
    kind: str = "licit-tiny"
    unit: str = "bytes"

    @property
    def parameters(self) -> int:
        """Give the number of weights."""
        return self.shape.parameters

    @property
    def can(self) -> frozenset[str]:
        """Say what can be asked: everything."""
        return frozenset({"score", "moments", "continue"})

    @property
    def digest(self) -> str:
        """Name the model by its files' bytes."""
        return "sha256:" + hashlib.sha256(self._about() + _tensors(self.weights)).hexdigest()

    def cut(self, texts: Sequence[str], before: int, after: int) -> list[tuple[str, str] | None]:
        """Give so many bytes of each text and so many behind them, moved to whole characters; None of one too short."""
        return [_cut(_bytes(text), before, after) for text in texts]

    def score(self, items: Sequence[tuple[str, str]]) -> list[Scored]:
        """Say how likely each text's bytes are, given what stands before it."""
        stream, places = _stream(items, self.shape.context)
        windows = np.lib.stride_tricks.sliding_window_view(stream, self.shape.context)
        found = np.empty((3, len(places)), dtype=np.float64)
        with _cores(self.shape):
            self._score(windows, stream, places, found)
        ends = np.cumsum([len(_bytes(text)) for _, text in items])
        return [Scored(logs=part[0], means=part[1], variances=part[2])
                for part in np.split(found, ends[:-1] if len(ends) else [], axis=1)] if items else []

    def _score(self, windows: Bytes, stream: Bytes, places: npt.NDArray[np.int64], found: npt.NDArray[np.float64]) -> None:
        for at in range(0, len(places), _SCORING):
            some = places[at:at + _SCORING]
            logs = _logs(self.weights, windows[some - self.shape.context])
            chances = np.exp(logs)
            mean = (chances * logs).sum(axis=1)
            found[0, at:at + len(some)] = logs[np.arange(len(some)), stream[some]]
            found[1, at:at + len(some)] = mean
            found[2, at:at + len(some)] = np.maximum((chances * logs * logs).sum(axis=1) - mean * mean, 0)

    def continue_(self, prefixes: Sequence[str], *, tokens: int, temperature: float = 0, seed: int = 0) -> list[str]:
        """Go on with each text for so many bytes: the likeliest at temperature 0, else drawn."""
        draw, context = np.random.default_rng(seed), self.shape.context
        out = np.zeros((len(prefixes), context + tokens), dtype=np.uint8)
        for row, prefix in zip(out, prefixes, strict=True):
            last = _bytes(prefix)[-context:]
            row[context - len(last):context] = np.frombuffer(last, dtype=np.uint8)
        with _cores(self.shape):
            for at in range(context, context + tokens if len(prefixes) else 0):
                logs = _logs(self.weights, out[:, at - context:at])
                if temperature:
                    logs = logs / np.float32(temperature) + draw.gumbel(size=logs.shape).astype(np.float32)
                out[:, at] = logs.argmax(axis=1)
        return [row[context:].tobytes().split(b"\0")[0].decode("utf-8", "ignore") for row in out]

    def save(self, folder: str | Path) -> Path:
        """Write the model into a folder."""
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / WEIGHTS).write_bytes(_tensors(self.weights))
        (folder / ABOUT).write_bytes(self._about())
        return folder

    def _about(self) -> bytes:
        shape = {"context": self.shape.context, "width": self.shape.width, "hidden": list(self.shape.hidden)}
        return (json.dumps({"format": FORMAT, "shape": shape, "parameters": self.parameters, "trained": dict(self.trained)},
                           sort_keys=True, indent=1) + "\n").encode()


def _cut(data: bytes, before: int, after: int) -> tuple[str, str] | None:
    if len(data) < before + after:
        return None
    first, last = (next((at for at in range(place, len(data)) if data[at] & 0xC0 != 0x80), len(data)) for place in (before, before + after))
    return (data[:first].decode(), data[first:last].decode()) if first < last else None


def load_tiny(folder: Path) -> TinyModel:
    """Read a saved model.

    Raises:
        EvidenceError: its files are not what was saved.
    """
    try:
        about = json.loads((folder / ABOUT).read_bytes())
        told = about["shape"]
        shape = Shape(context=int(told["context"]), width=int(told["width"]), hidden=tuple(map(int, told["hidden"])))
        if about["format"] != FORMAT or not 0 < shape.parameters * 4 < _LARGEST or min(shape.context, shape.width, *shape.hidden) < 1:
            raise ValueError("its format or shape is unknown")
        weights = dict(_read_tensors((folder / WEIGHTS).read_bytes(), shape))
        return TinyModel(shape=shape, weights=weights, trained=dict(about["trained"]), name=folder.resolve().name)
    except (OSError, ValueError, KeyError, TypeError, struct.error) as error:
        raise EvidenceError(f"the model cannot be read: {type(error).__name__}", about=folder.name, reason="file-unreadable",
                            remedy="Save it again, or take it from where it was saved.") from None


def _tensors(weights: Mapping[str, Floats]) -> bytes:
    """Write arrays as safetensors."""
    head, at = {}, 0
    for name, array in weights.items():
        head[name] = {"dtype": "F32", "shape": list(array.shape), "data_offsets": [at, at + 4 * array.size]}
        at += 4 * array.size
    text = json.dumps(head, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + b"".join(array.astype("<f4").tobytes() for array in weights.values())


def _read_tensors(data: bytes, shape: Shape) -> Iterator[tuple[str, Floats]]:
    """Read exactly the arrays of a shape."""
    (length,) = struct.unpack_from("<Q", data)
    head, body = json.loads(data[8:8 + length]), data[8 + length:]
    if len(body) != 4 * shape.parameters or set(head) != {name for name, _ in shape.sizes()}:
        raise ValueError("the arrays are not those of the shape")
    for name, dims in shape.sizes():
        start, end = head[name]["data_offsets"]
        if head[name]["dtype"] != "F32" or tuple(head[name]["shape"]) != dims or end - start != 4 * int(np.prod(dims)):
            raise ValueError("an array is not of the shape")
        array = np.frombuffer(body[start:end], dtype="<f4").astype(np.float32).reshape(dims)
        yield name, array
