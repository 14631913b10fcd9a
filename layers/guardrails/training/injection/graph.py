"""The encoder as an ONNX graph with int8 weights, written node by node.

Weights have seven bits: on processors without VNNI the sums of eight-bit products overflow.
"""

from collections.abc import Sequence

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from layers.guardrails.training.injection.encoder import HEADS, HIDDEN, LAYERS

_MICROSOFT = "com.microsoft"
_WEIGHT_PEAK, _TABLE_PEAK = 63, 127
_EPSILON = 1e-12

Array = NDArray[np.float32]


class Graph:
    """Nodes and constants, collected in order."""

    def __init__(self, weights: dict[str, Array]) -> None:
        self._weights = weights
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []

    def constant(self, name: str, value: NDArray[np.generic]) -> str:
        """Keep a constant and give its name."""
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def op(self, kind: str, inputs: Sequence[str], out: str, **attributes: object) -> str:
        """Add a node with one output."""
        domain = str(attributes.pop("domain", ""))
        node = helper.make_node(kind, inputs, [out], name=out, domain=domain, **attributes)
        self.nodes.append(node)
        return out

    def dense(self, x: str, names: Sequence[str], out: str) -> str:
        """Multiply by int8 weights of one or several linear layers side by side, and add biases."""
        weight = np.concatenate([self._weights[f"{n}.weight"] for n in names]).T
        scale = np.maximum(np.abs(weight).max(0), 1e-8) / _WEIGHT_PEAK
        whole = np.rint(weight / scale).astype(np.int8)
        inputs = [
            x,
            self.constant(f"{out}.weight", whole),
            self.constant(f"{out}.scale", scale.astype(np.float32)),
            self.constant(f"{out}.zero", np.zeros(len(scale), np.int8)),
            self.constant(
                f"{out}.bias", np.concatenate([self._weights[f"{n}.bias"] for n in names])
            ),
        ]
        return self.op("DynamicQuantizeMatMul", inputs, out, domain=_MICROSOFT)

    def table(self, ids: str, name: str) -> str:
        """Look up rows of an embedding, kept as int8 with a scale for each row."""
        rows = self._weights[f"{name}.weight"]
        scale = np.maximum(np.abs(rows).max(1, keepdims=True), 1e-8) / _TABLE_PEAK
        whole = self.constant(f"{name}.rows", np.rint(rows / scale).astype(np.int8))
        scales = self.constant(f"{name}.scales", scale.astype(np.float32))
        picked = self.op("Gather", [whole, ids], f"{name}.picked")
        plain = self.op("Cast", [picked], f"{name}.plain", to=TensorProto.FLOAT)
        factor = self.op("Gather", [scales, ids], f"{name}.factor")
        return self.op("Mul", [plain, factor], f"{name}.value")

    def norm(self, x: str, skip: str, name: str) -> str:
        """Add a shortcut and normalise."""
        gamma = self.constant(f"{name}.gamma", self._weights[f"{name}.weight"])
        beta = self.constant(f"{name}.beta", self._weights[f"{name}.bias"])
        inputs = [x, skip, gamma, beta]
        out = f"{name}.out"
        kind = "SkipLayerNormalization"
        return self.op(kind, inputs, out, domain=_MICROSOFT, epsilon=_EPSILON)


def build_model(weights: dict[str, Array]) -> onnx.ModelProto:
    """Write the whole encoder; inputs are `ids`, `types` and `mask`, the output is `logit`."""
    graph = Graph(weights)
    x = _embed(graph)
    for at in range(LAYERS):
        x = _layer(graph, x, f"layers.{at}")
    _head(graph, x)
    inputs = [
        helper.make_tensor_value_info("ids", TensorProto.INT64, ["batch", "length"]),
        helper.make_tensor_value_info("types", TensorProto.INT64, ["batch", "length"]),
        helper.make_tensor_value_info("mask", TensorProto.INT32, ["batch", "length"]),
    ]
    output = helper.make_tensor_value_info("logit", TensorProto.FLOAT, ["batch"])
    made = helper.make_graph(graph.nodes, "injection", inputs, [output], graph.constants)
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid(_MICROSOFT, 1)]
    return helper.make_model(made, opset_imports=opsets, ir_version=9, producer_name="ironcage")


def _embed(graph: Graph) -> str:
    shape = graph.op("Shape", ["ids"], "ids.shape")
    one = graph.constant("one", np.array([1]))
    length = graph.op("Gather", [shape, graph.constant("at.one", np.array(1))], "length")
    zero, step = graph.constant("zero", np.array(0)), graph.constant("step", np.array(1))
    row = graph.op("Range", [zero, length, step], "places.row")
    first = graph.constant("first", np.array([0]))
    places = graph.op("Unsqueeze", [row, first], "places")
    graph.op("Unsqueeze", ["mask", graph.constant("last", np.array([2]))], "mask.column")
    graph.op("Cast", ["mask.column"], "weight", to=TensorProto.FLOAT)
    words = graph.table("ids", "words")
    kinds = graph.table("types", "types")
    where = graph.table(places, "positions")
    batch = graph.op("Gather", [shape, graph.constant("at.zero", np.array([0]))], "batch")
    tall = graph.op("Concat", [batch, one, one], "tall", axis=0)
    spread = graph.op("Expand", [where, tall], "places.spread")
    return graph.norm(graph.op("Add", [words, kinds], "tokens"), spread, "norm")


def _layer(graph: Graph, x: str, name: str) -> str:
    joined = graph.dense(x, [f"{name}.{n}" for n in ("query", "key", "value")], f"{name}.qkv")
    parts = [f"{name}.q", f"{name}.k", f"{name}.v"]
    graph.nodes.append(
        helper.make_node(
            "Split", [joined, _sizes(graph, name)], parts, axis=2, name=f"{name}.split"
        )
    )
    seen = graph.op(
        "MultiHeadAttention",
        [*parts, "", "mask"],
        f"{name}.seen",
        domain=_MICROSOFT,
        num_heads=HEADS,
    )
    x = graph.norm(
        graph.dense(seen, [f"{name}.output"], f"{name}.mixed"), x, f"{name}.attention_norm"
    )
    inner = graph.dense(x, [f"{name}.inner"], f"{name}.wide")
    bent = graph.op("Gelu", [inner], f"{name}.bent", domain=_MICROSOFT)
    return graph.norm(graph.dense(bent, [f"{name}.outer"], f"{name}.narrow"), x, f"{name}.norm")


def _sizes(graph: Graph, name: str) -> str:
    return graph.constant(f"{name}.sizes", np.array([HIDDEN] * 3))


def _head(graph: Graph, x: str) -> None:
    axis = graph.constant("length.axis", np.array([1]))
    seen = graph.op("Mul", [x, "weight"], "seen")
    total = graph.op("ReduceSum", [seen, axis], "total", keepdims=0)
    count = graph.op("ReduceSum", ["weight", axis], "count", keepdims=0)
    mean = graph.op("Div", [total, count], "mean")
    less = graph.op("Sub", ["weight", graph.constant("unit", np.array(1, np.float32))], "less")
    away = graph.op("Mul", [less, graph.constant("far", np.array(1e4, np.float32))], "away")
    peak = graph.op(
        "ReduceMax", [graph.op("Add", [x, away], "present")], "peak", axes=[1], keepdims=0
    )
    both = graph.op("Concat", [mean, peak], "both", axis=1)
    weight = graph.constant("head.matrix", graph._weights["head.weight"].T)  # noqa: SLF001
    bias = graph.constant("head.offset", graph._weights["head.bias"])  # noqa: SLF001
    column = graph.op("Add", [graph.op("MatMul", [both, weight], "product"), bias], "column")
    graph.op("Squeeze", [column, graph.constant("column.axis", np.array([1]))], "logit")
