"""Export: a trained network as two small integer networks that any onnxruntime runs.

Everything is multiplied as eight-bit integers with scales that were fixed here, on training text, so that what a text
gives never depends on the texts it is run with: sums of integers are exact in any order.

Rules kept here:

- The same network gives the same bytes.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper

from licit.detectors._features import NO_TRIGRAM, SIZES, TRIGRAMS

from .epoch import N_TAGS, Block
from .net import DILATIONS, HIDDEN, KIND, POOL, TRIGRAM_SHARE, WIDTH, WINDOW, Net, Rows, answer

FOLDER = Path(__file__).resolve().parent.parent / "src/licit/detectors/model"
Array = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What is chosen after training: how much is added to each tag's score, in general and in judgments, and the gates.

    Additions are for people, places, organisations, dates and numbers, in this order.
    """

    general: tuple[float, ...] = (0, 0, 0, 0, 0)
    court: tuple[float, ...] = (0, 0, 0, 0, 0)
    gate: float = 0
    register: float = 0

    def added(self) -> Array:
        """Give what is added to each score of both heads."""
        return np.concatenate([np.append(0, np.repeat(np.array(some, np.float32), 2)) for some in (self.general, self.court)])


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """A matrix and a bias, the scale and zero of the bytes that go in, and the scale of those that come out, if any."""

    weights: Array
    bias: Array
    scale: float
    zero: int = 0
    answer: float = 0


class Drawing:
    """An ONNX graph in the making."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.held: dict[str, onnx.TensorProto] = {}

    def keep(self, name: str, value: npt.ArrayLike) -> str:
        """Keep a constant."""
        self.held[name] = numpy_helper.from_array(np.asarray(value), name)
        return name

    def do(self, kind: str, *inputs: str, out: str, domain: str = "", **attributes: object) -> str:
        """Add a node."""
        self.nodes.append(helper.make_node(kind, list(inputs), [out], name=out, domain=domain, **attributes))
        return out

    def product(self, x: str, layer: Layer, out: str) -> str:
        """Multiply bytes by a layer's matrix; the answer is bytes where the layer says their scale, else float."""
        columns = (np.maximum(np.abs(layer.weights).max(0), 1e-8) / 127).astype(np.float32)
        steps = columns * np.float32(layer.scale)
        names = [x, self.keep(f"{out}.xs", np.float32(layer.scale)), self.keep(f"{out}.xz", np.array(layer.zero, np.uint8)),
                 self.keep(f"{out}.w", (np.clip(np.rint(layer.weights / columns), -127, 127) + 128).astype(np.uint8)),
                 self.keep(f"{out}.ws", columns), self.keep(f"{out}.wz", np.full(columns.size, 128, np.uint8)),
                 self.keep(f"{out}.b", np.rint(layer.bias / steps).astype(np.int32))]
        if layer.answer:
            # Zero is the lowest byte: what is below zero becomes zero by itself.
            names += [self.keep(f"{out}.ys", np.float32(layer.answer)), self.keep(f"{out}.yz", np.array(0, np.uint8))]
        return self.do("QGemm", *names, out=out, domain="com.microsoft", transA=0, transB=0)

    def model(self, inputs: Sequence[tuple[str, int, Sequence[object]]], outputs: Sequence[tuple[str, int, Sequence[object]]]
              ) -> bytes:
        """Give the bytes."""
        graph = helper.make_graph(self.nodes, "licit", [helper.make_tensor_value_info(*one) for one in inputs],
                                  [helper.make_tensor_value_info(*one) for one in outputs],
                                  initializer=[self.held[name] for name in sorted(self.held)])
        made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17), helper.make_opsetid("com.microsoft", 1)],
                                 ir_version=8)
        return bytes(made.SerializeToString(deterministic=True))


class Scales:
    """The range of every layer's answers, from some training text."""

    def __init__(self, net: Net, rows: Rows, some: Sequence[Block]) -> None:
        self.tops: dict[str, list[float]] = {}
        handles = [net.kind_norm.register_forward_hook(self._note("kind")), net.pool_in.register_forward_hook(self._note("pool"))]
        handles += [norm.register_forward_hook(self._note(f"layer{i}")) for i, norm in enumerate(net.norms)]
        for block in some:
            answer(net, rows, block)
        for handle in handles:
            handle.remove()

    def _note(self, name: str) -> Callable[[object, object, torch.Tensor], None]:
        def note(_: object, __: object, told: torch.Tensor) -> None:
            flat = torch.relu(told).flatten()
            rank = max(1, int(flat.numel() * 1e-4))
            self.tops.setdefault(name, []).append(float(flat.topk(rank).values[-1]))
        return note

    def of(self, name: str) -> float:
        """Give the size of one step."""
        return float(np.float32(np.median(self.tops[name]) * 1.05 / 255))


def _folded(weights: torch.Tensor, norm: torch.nn.BatchNorm1d) -> tuple[Array, Array]:
    factor = norm.weight / torch.sqrt(norm.running_var + norm.eps)
    return ((weights * factor[:, None]).detach().numpy().T.astype(np.float32),
            (norm.bias - norm.running_mean * factor).detach().numpy())


def _matrix(layer: torch.nn.Linear) -> tuple[Array, Array]:
    bias = np.zeros(layer.out_features, np.float32) if layer.bias is None else layer.bias.detach().numpy()
    return layer.weight.detach().numpy().T, bias


def export(net: Net, rows: Rows, some: Sequence[Block], choices: Choices, folder: Path = FOLDER) -> None:
    """Write both networks."""
    net.eval()
    scales = Scales(net, rows, some)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "kinds.onnx").write_bytes(_kinds(net, rows, scales, choices))
    (folder / "tokens.onnx").write_bytes(_tokens(net, scales, choices))


def _kinds(net: Net, rows: Rows, scales: Scales, choices: Choices) -> bytes:
    d = Drawing()
    step = _embedding(d, rows)
    weights, bias = _folded(net.kind.weight, net.kind_norm)
    v = scales.of("kind")
    d.product("x", Layer(weights=weights, bias=bias, scale=step, zero=128, answer=v), "v")
    weights, bias = _folded_window(net)
    d.product("v", Layer(weights=weights, bias=bias, scale=v), "parts")
    weights, bias = _matrix(net.gate)
    bias = bias - np.float32(choices.gate) * (np.arange(len(WINDOW)) == WINDOW.index(0))
    d.product("v", Layer(weights=weights, bias=bias, scale=v), "gate")
    weights, bias = _matrix(net.pool_in)
    d.product("v", Layer(weights=weights, bias=bias, scale=v, answer=scales.of("pool")), "u")
    weights, bias = _matrix(net.register)
    d.product("u", Layer(weights=weights, bias=bias - np.float32(choices.register), scale=scales.of("pool")), "r.f")
    d.do("Mul", "r.f", d.keep("r.s", np.float32(256)), out="r.m")
    d.do("Round", "r.m", out="r.r")
    d.do("Cast", "r.r", out="register", to=TensorProto.INT32)
    return d.model([("rows", TensorProto.INT32, [None, len(SIZES)]), ("trigrams", TensorProto.INT32, [None, TRIGRAMS])],
                   [("parts", TensorProto.FLOAT, [None, len(WINDOW) * HIDDEN]), ("gate", TensorProto.FLOAT, [None, len(WINDOW)]),
                    ("u", TensorProto.UINT8, [None, POOL]), ("register", TensorProto.INT32, [None, 1])])


def _embedding(d: Drawing, rows: Rows) -> float:
    """Draw how row numbers become bytes around 128; gives the size of a step."""
    table = rows.table.numpy()
    assert table.shape[0] == NO_TRIGRAM + 1
    step = float(np.float32(np.quantile(np.abs(table).max(1), .999) / 127))
    d.keep("table", (np.clip(np.rint(table / step), -127, 127) + 128).astype(np.uint8))
    d.do("Gather", "table", "rows", out="e")
    d.do("Reshape", "e", d.keep("wide", np.array([0, len(SIZES) * WIDTH], np.int64)), out="words")
    d.do("Gather", "table", "trigrams", out="t")
    d.do("Cast", "t", out="t.f", to=TensorProto.FLOAT)
    d.do("ReduceSum", "t.f", d.keep("one", np.array([1], np.int64)), out="t.sum", keepdims=0)
    # Each byte is 128 too large, so that the sum is by 128 for every trigram.
    d.do("Sub", "t.sum", d.keep("t.zero", np.float32(128 * TRIGRAMS)), out="t.centred")
    d.do("QuantizeLinear", "t.centred", d.keep("t.q", np.float32(1 / TRIGRAM_SHARE)), d.keep("128", np.array(128, np.uint8)),
         out="letters")
    d.do("Concat", "words", "letters", out="x", axis=1)
    return step


def _folded_window(net: Net) -> tuple[Array, Array]:
    """Fold the first norm over tokens into the kinds' parts; its bias goes to the part of the token itself."""
    norm = net.norms[0]
    factor = (norm.weight / torch.sqrt(norm.running_var + norm.eps)).detach()
    weights = net.window.weight.detach().view(len(WINDOW), HIDDEN, KIND) * factor[None, :, None]
    bias = np.zeros((len(WINDOW), HIDDEN), np.float32)
    bias[WINDOW.index(0)] = (norm.bias - norm.running_mean * factor).detach().numpy()
    return weights.reshape(-1, KIND).numpy().T, bias.reshape(-1)


def _tokens(net: Net, scales: Scales, choices: Choices) -> bytes:
    d = Drawing()
    norm = net.norms[0]
    factor = (norm.weight / torch.sqrt(norm.running_var + norm.eps)).detach().numpy()
    d.product("mean", Layer(weights=net.pool_out.weight.detach().numpy().T * factor, bias=np.zeros(HIDDEN, np.float32),
                            scale=scales.of("pool")), "pooled")
    total = d.do("Gather", "pooled", "text", out="around")
    for number in range(len(WINDOW)):
        d.do("Gather", "parts", f"at{number}", out=f"near{number}")
        total = d.do("Add", total, f"near{number}", out=f"sum{number}")
    h = first = d.do("QuantizeLinear", total, d.keep("h.s", np.float32(scales.of("layer0"))),
                     d.keep("h.z", np.array(0, np.uint8)), out="h0")
    d.keep("none", np.zeros((1, HIDDEN), np.uint8))
    for number in range(len(DILATIONS)):
        d.do("Concat", h, "none", out=f"h{number}.none", axis=0)
        for side in ("before", "here", "after"):
            d.do("Gather", f"h{number}.none", f"{side}{number}", out=f"h{number}.{side}")
        d.do("Concat", *(f"h{number}.{side}" for side in ("before", "here", "after")), out=f"x{number}", axis=1)
        first = d.do("Gather", first, f"here{number}", out=f"first{number}")
        weights, bias = _folded(net.convs[number].weight, net.norms[number + 1])
        h = d.product(f"x{number}", Layer(weights=weights, bias=bias, scale=scales.of(f"layer{number}"),
                                          answer=scales.of(f"layer{number + 1}")), f"h{number + 1}")
    weights, bias = _matrix(net.head)
    bias = bias + choices.added()
    d.product(first, Layer(weights=weights[:HIDDEN], bias=np.zeros_like(bias), scale=scales.of("layer0")), "head0")
    d.product(h, Layer(weights=weights[HIDDEN:], bias=bias, scale=scales.of(f"layer{len(DILATIONS)}")), "head1")
    d.do("Add", "head0", "head1", out="scores")
    ids = [*(f"at{n}" for n in range(len(WINDOW))), "text",
           *(f"{side}{n}" for n in range(len(DILATIONS)) for side in ("before", "here", "after"))]
    return d.model([("parts", TensorProto.FLOAT, [None, HIDDEN]), ("mean", TensorProto.UINT8, [None, POOL]),
                    *((name, TensorProto.INT32, [None]) for name in ids)], [("scores", TensorProto.FLOAT, [None, 2 * N_TAGS])])
