"""The local moderation model's weights: terms by their hash, each with a small number a category.

The file is one line of JSON (categories, scale and bias of each, how many terms), then the hashes
of the terms in order, then their rows of signed bytes; all of it deflated.
"""

import json
import zlib

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
        self._places: dict[int, int] = dict(zip(hashes, range(count), strict=True))
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
