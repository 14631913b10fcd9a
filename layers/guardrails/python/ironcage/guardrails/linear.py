"""The cheap model: hashed runs of tokens, read in one pass over a text of any length."""

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from ironcage.guardrails.windows import Window

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

BUCKETS = 1 << 19
_FACTORS = (2_654_435_761, 2_246_822_519, 3_266_489_917)
_SALTS = (97, 7_919, 104_729, 1_299_709)
_OTHER_ORIGIN = 15_485_863
# Single tokens, pairs, triples, and pairs with one token between them.
_SHAPES: tuple[tuple[int, ...], ...] = ((0,), (0, 1), (0, 1, 2), (0, 2))
_LONGEST = 3


def buckets(ids: Sequence[int], *, is_document: bool) -> "NDArray[np.int64]":
    """Give the buckets of each run of tokens: one row a shape, without and with the origin.

    A run stands at its first token; runs that would leave the text stand in the bucket 0.
    """
    import numpy as np  # noqa: PLC0415  # only what is asked pays for it

    padded = np.zeros(len(ids) + _LONGEST, np.uint64)
    padded[: len(ids)] = ids
    rows = np.zeros((2 * len(_SHAPES), len(ids)), np.int64)
    for at, (shape, salt) in enumerate(zip(_SHAPES, _SALTS, strict=True)):
        mixed = np.full(len(ids), salt, np.uint64)
        for step, factor in zip(shape, _FACTORS, strict=False):
            mixed = (mixed ^ padded[step : step + len(ids)]) * np.uint64(factor)
            mixed ^= mixed >> np.uint64(29)
        own = mixed + np.uint64(_OTHER_ORIGIN if is_document else 0)
        own = own * np.uint64(_FACTORS[0])
        last = max(0, len(ids) - shape[-1])
        for row, hashed in ((at, mixed), (at + len(_SHAPES), own ^ (own >> np.uint64(31)))):
            rows[row, :last] = (hashed % np.uint64(BUCKETS - 1)).astype(np.int64)[:last] + 1
    return rows


class LinearModel:
    """Weights of one byte a bucket; they are read on first use."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @cached_property
    def _weights(self) -> "tuple[NDArray[np.float32], NDArray[np.float32]]":
        import numpy as np  # noqa: PLC0415

        with np.load(self._path) as kept:
            weights = kept["weights"].astype(np.float32) * kept["scale"]
            return weights, kept["bias"]

    def logits(
        self, ids: Sequence[int], windows: Sequence[Window], *, is_document: bool
    ) -> list[float]:
        """Give the logit of each window of a text."""
        import numpy as np  # noqa: PLC0415

        weights, bias = self._weights
        per_token = weights[buckets(ids, is_document=is_document)].sum(0)
        total = np.concatenate([np.zeros(1, np.float64), np.cumsum(per_token, dtype=np.float64)])
        first = np.array([w.first for w in windows], np.int64)
        last = np.array([w.last for w in windows], np.int64)
        runs = np.sqrt((last - first) * float(2 * len(_SHAPES)))
        logits = (total[last] - total[first]) / runs + bias[int(is_document)]
        return [float(logit) for logit in logits]
