"""A text as token ids, and the overlapping windows in which it is read."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tokenizers import Tokenizer

CLS, SEP = 101, 102
WINDOW, OVERLAP, LONGEST_TASK = 126, 32, 40
# A text is tokenised in pieces: one call per piece bounds the memory of its offsets.
_PIECE = 20_000
_SURROGATES = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Tokens:
    """The ids of a text, and where each token stands in it."""

    ids: list[int]
    offsets: list[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Window:
    """The tokens [first, last) of a text, as the characters [start, end)."""

    first: int
    last: int
    start: int
    end: int

    def holds(self, places: Sequence[tuple[int, int]]) -> bool:
        """Tell whether it has a part of one of these places."""
        return any(start < self.end and self.start < end for start, end in places)


class TextTokenizer:
    """The tokenizer of the encoder; its vocabulary is read on first use."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @cached_property
    def _tokenizer(self) -> "Tokenizer":
        from tokenizers import Tokenizer  # noqa: PLC0415  # only what is asked pays for it

        opened = Tokenizer.from_file(str(self._path))
        opened.no_truncation()
        opened.no_padding()
        return opened

    def tokens(self, text: str) -> Tokens:
        """Give the tokens of a text."""
        ids: list[int] = []
        offsets: list[tuple[int, int]] = []
        # Half a character is no text; it takes one place, and so does what stands for it.
        for at, piece in _pieces(_SURROGATES.sub("\ufffd", text)):
            encoded = self._tokenizer.encode(piece, add_special_tokens=False)
            ids += encoded.ids
            offsets += [(start + at, end + at) for start, end in encoded.offsets]
        return Tokens(ids, offsets)


def windows_of(tokens: Tokens) -> list[Window]:
    """Cut tokens into windows that overlap; a short text is one window, an empty one none."""
    size = len(tokens.ids)
    if not size:
        return []
    steps = range(0, max(1, size - OVERLAP), WINDOW - OVERLAP)
    return [_window(tokens, first, min(size, first + WINDOW)) for first in steps]


def _window(tokens: Tokens, first: int, last: int) -> Window:
    return Window(first, last, tokens.offsets[first][0], tokens.offsets[last - 1][1])


def _pieces(text: str) -> Iterator[tuple[int, str]]:
    at = 0
    while len(text) - at > _PIECE:
        cut = text.rfind(" ", at + _PIECE // 2, at + _PIECE)
        end = cut if cut > at else at + _PIECE
        yield at, text[at:end]
        at = end
    yield at, text[at:]
