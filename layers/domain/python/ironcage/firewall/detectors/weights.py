"""The local moderation model's weights: terms by their hash, each with a small number a category.

The file is one line of JSON (categories, scale and bias of each, how many terms), then the hashes
of the terms in order, then their rows of signed bytes; all of it deflated.
"""

import json
import zlib
from array import array
from collections.abc import Mapping, Sequence

Row = tuple[tuple[int, float], ...]
_HASH = 4


class Weights:
    """A linear model over hashed terms."""

    def __init__(self, packed: bytes) -> None:
        header, _, body = zlib.decompress(packed).partition(b"\n")
        facts = json.loads(header)
        self.categories: tuple[str, ...] = tuple(facts["categories"])
        self.bias: tuple[float, ...] = tuple(facts["bias"])
        self._scale: tuple[float, ...] = tuple(facts["scale"])
        count = int(facts["count"])
        hashes = memoryview(body[: _HASH * count]).cast("I")
        self._places: Mapping[int, int] = dict(zip(hashes, range(count), strict=True))
        self._read: dict[int, Row] = {}
        self._rows = memoryview(body)[_HASH * count :].cast("b")

    def row(self, term_hash: int) -> Row:
        """Give what a term adds to each category that it means anything to."""
        known = self._read.get(term_hash)
        if known is not None:
            return known
        place = self._places.get(term_hash)
        if place is None:
            return ()
        width = len(self.categories)
        row = self._rows[place * width : (place + 1) * width]
        known = self._read[term_hash] = tuple(
            (at, w * self._scale[at]) for at, w in enumerate(row) if w
        )
        return known


def pack(
    categories: Sequence[str], bias: Sequence[float], rows: Mapping[int, Sequence[float]]
) -> bytes:
    """Write weights as a file: each category's are rounded to a 127th of its largest."""
    largest = [max((abs(r[at]) for r in rows.values()), default=0) for at in range(len(categories))]
    scale = [round(most / 127, 6) or 1e-6 for most in largest]
    small = {
        term: [max(-127, min(127, round(w / s))) for w, s in zip(row, scale, strict=True)]
        for term, row in rows.items()
    }
    kept = sorted(term for term, row in small.items() if any(row))
    facts = {
        "categories": list(categories),
        "bias": [round(b, 4) for b in bias],
        "scale": scale,
        "count": len(kept),
    }
    numbers = array("b", [w for term in kept for w in small[term]])
    header = json.dumps(facts, sort_keys=True).encode() + b"\n"
    hashes = b"".join(term.to_bytes(_HASH, "little") for term in kept)
    return zlib.compress(header + hashes + numbers.tobytes(), 9)
