"""The folded view of a text: what detectors read, with the way back to the original.

Folding works on each character alone, so a text folded in pieces equals the pieces folded, which
is what lets a stream be scanned: compatibility forms (full-width letters, ligatures, odd spaces)
become plain ones, invisible characters vanish, and tag characters become the ASCII they spell.
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Iterable
from functools import cached_property

GAP = "\0"  # stands in a masked text for each character of a value that was seen
_TAGS = range(0xE0020, 0xE007F)
_INVISIBLE = frozenset(
    [
        *(0x00AD, 0x034F, 0x061C, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x3164, 0xFEFF, 0xFFA0),
        *(*range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070)),
        *(*range(0x180B, 0x180F), *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)),
        *(0xE0001, 0xE007F),
    ]
)
_DASHES = frozenset([*range(0x2010, 0x2016), 0x2212, 0xFE58, 0xFE63, 0xFF0D])
# Letters of scripts that put spaces between words; combining accents too.
_SPACED = re.compile(
    r"[\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u060b\u0620-\u06d3\u0900-\u0dff\u10a0-\u1fff\uac00-\ud7a3]"
)


def is_held(char: str) -> bool:
    """Tell whether a trigger may hold a character: printable ASCII, or a letter beside spaces."""
    return "!" <= char <= "~" or (not char.isascii() and bool(_SPACED.match(char)))


def fold_char(code: int) -> str:
    """Fold one character; the empty string when a reader cannot see it."""
    if code in _INVISIBLE:
        return ""
    if code in _TAGS:
        return chr(code - 0xE0000)
    if code in _DASHES:
        return "-"
    return unicodedata.normalize("NFKC", chr(code))


def masked(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """Fill spans of a text with gaps; its length stays."""
    pieces, at = [], 0
    for start, end in sorted(spans):
        if end > at:
            pieces += [text[at : max(at, start)], GAP * (end - max(at, start))]
            at = end
    return "".join([*pieces, text[at:]]) if pieces else text


class CharTable(dict[int, str]):
    """A table for `str.translate` that works each entry out once, when it is first met."""

    def __init__(self, fold: Callable[[int], str]) -> None:
        super().__init__()
        self._fold = fold

    def __missing__(self, code: int) -> str:
        folded = self[code] = self._fold(code)
        return folded


_FOLDED = CharTable(fold_char)


class NormalisedText:
    """A text, its form under a table of characters, and the offsets between the two."""

    def __init__(self, original: str, table: CharTable = _FOLDED) -> None:
        self.original = original
        self._table = table
        self._is_aligned = original.isascii()
        self.text = original if self._is_aligned else original.translate(table)
        self.masked = self.text

    def mask(self, spans: Iterable[tuple[int, int]]) -> None:
        """Leave gaps in `masked` for spans of the original, for the detectors that come next."""
        folded = [(self.folded_index(start), self.folded_index(end)) for start, end in spans]
        self.masked = masked(self.masked, folded)

    @cached_property
    def _starts(self) -> list[int]:
        """Where each original character begins in the folded text, and the end of all."""
        at, starts = 0, [0]
        for char in self.original:
            at += len(self._table[ord(char)])
            starts.append(at)
        return starts

    def index(self, folded: int) -> int:
        """Tell which original character a folded offset falls into."""
        return folded if self._is_aligned else bisect_right(self._starts, folded) - 1

    def folded_index(self, original: int) -> int:
        """Tell where an original character begins in the folded text."""
        return original if self._is_aligned else self._starts[original]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Translate a non-empty folded span into the original characters it came from."""
        return self.index(start), self.index(end - 1) + 1
