"""Values inside base64, hexadecimal and percent-encoded words: decoded, and read by the same rules.

An encoded word behaves like the value of a rule: it has a trigger, is withheld by a stream until
it ends, and is then decided, so a stream equals the whole here too. What neither sees: words with
spaces or line ends inside the value, other encodings, more than two layers. What a stream alone
cannot see: a value that lies across a 16 kB mark of one encoded word, since no more is withheld.
"""

import base64
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from ironcage.firewall.detectors.rules import Value

_URL_SAFE = str.maketrans("-_", "+/")
_READABLE = r"[\t\n\r -~]{10,}"  # of random bytes, one in ten thousand words gets this far
_PIECE = r"[^=]+=*"
_OCTET = r"%([0-9A-Fa-f]{2})"
_URL_CHARS = r"A-Za-z0-9%._~+\-@:/=&?,;!$*#"

Look = Callable[[str], Iterable[Value]]


@dataclass(frozen=True)
class EncodedWord:
    """A way of encoding whole words; what is seen inside one is the word itself."""

    id: str
    chars: str
    least: int
    decode: Callable[[str], Iterable[bytes]]
    look: Look

    has_plain_run = True
    is_whole = True
    is_free = True

    @cached_property
    def _hop(self) -> re.Pattern[str]:
        """Compile the way over shorter words to the next one that is long enough."""
        short = rf"[{self.chars}]{{1,{self.least - 1}}}+(?![{self.chars}])"
        return re.compile(rf"(?:{short}|[^{self.chars}]++)*+([{self.chars}]{{{self.least}}})")

    @cached_property
    def _rest(self) -> re.Pattern[str]:
        return re.compile(f"[{self.chars}]*")

    def next_start(self, text: str, at: int) -> tuple[int, int] | None:
        """Find the next word that is long enough to hold a value."""
        if len(text) - at < self.least:
            return None
        hit = self._hop.match(text, at)
        return hit.span(1) if hit else None

    def extent(self, text: str, at: int) -> int:
        """Tell where the word ends."""
        rest = self._rest.match(text, at)
        return rest.end() if rest else at

    def values_at(self, text: str, start: int, extent: int) -> Iterator[Value]:
        """Give each type of value that the word holds, as the span of what encodes it."""
        for piece in re.finditer(_PIECE, text[start:extent]):
            span = start + piece.start(), start + piece.end()
            for value in self._inside(piece[0]):
                yield Value(value.type, f"{value.rule}/{self.id}", *span, value.score)

    def _inside(self, piece: str) -> Iterator[Value]:
        types = set()
        for data in self.decode(piece):
            for readable in re.findall(_READABLE, data.decode("latin-1")):
                for value in self.look(readable):
                    if value.type not in types:
                        types.add(value.type)
                        yield value


@dataclass(frozen=True)
class PercentEncoded:
    """Percent-encoding, in which each value keeps its own place."""

    look: Look

    id = "percent"
    has_plain_run = True
    is_whole = True
    is_free = True

    @cached_property
    def _starts(self) -> re.Pattern[str]:
        return re.compile(rf"(?=([{_URL_CHARS}]{{0,96}}?{_OCTET}))")

    @cached_property
    def _rest(self) -> re.Pattern[str]:
        return re.compile(f"[{_URL_CHARS}]*")

    def next_start(self, text: str, at: int) -> tuple[int, int] | None:
        """Find the next word that has an encoded character in it."""
        if text.find("%", at) < 0:
            return None
        hit = self._starts.search(text, at)
        return (hit.start(), hit.end(1)) if hit else None

    def extent(self, text: str, at: int) -> int:
        """Tell where the word ends."""
        rest = self._rest.match(text, at)
        return rest.end() if rest else at

    def values_at(self, text: str, start: int, extent: int) -> Iterator[Value]:
        """Give each value that shows once the word is decoded."""
        starts, chars = [], []
        for hit in re.finditer(f"{_OCTET}|.", text[start:extent]):
            starts.append(start + hit.start())
            chars.append(chr(int(hit[1], 16)) if hit[1] else hit[0])
        starts.append(extent)
        for value in self.look("".join(chars)):
            begin, end = starts[value.start], starts[value.end]
            yield Value(value.type, f"{value.rule}/{self.id}", begin, end, value.score)


EncodedRule = EncodedWord | PercentEncoded


def encoded_rules(look: Look) -> tuple[EncodedRule, ...]:
    """List the encodings that are undone, given who reads the decoded text."""
    return (
        EncodedWord("base64", r"A-Za-z0-9+/_\-=", 16, _from_base64, look),
        EncodedWord("hex", r"0-9A-Fa-fx:\\", 20, _from_hex, look),
        PercentEncoded(look),
    )


def _from_base64(word: str) -> Iterator[bytes]:
    """Decode from each of four places: what is encoded may have letters glued before it."""
    body = word.rstrip("=").translate(_URL_SAFE)
    for shift in range(4):
        piece = body[shift:]
        piece = piece[:-1] if len(piece) % 4 == 1 else piece
        yield base64.b64decode(piece + "=" * (-len(piece) % 4))


def _from_hex(word: str) -> Iterator[bytes]:
    digits = re.sub(r"\\x|0x|[:x\\]", "", word)
    for shift in (0, 1):
        piece = digits[shift:]
        yield bytes.fromhex(piece[: len(piece) & ~1])
