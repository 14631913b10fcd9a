"""Second views of a text: the same words as somebody could have disguised them.

Each view is read beside the folded text, never instead of it: much that looks disguised is not.
All of them are bounded: few rewritten places, of limited length, two layers of encoding at most.
"""

import base64
import binascii
import re
import sys
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ironcage.firewall.normalise import CharTable, NormalisedText, fold_char

_MOST_PLACES = 16
# Patterns stay strings here: `re` compiles and caches them on first use, not on import.
# Letters of other scripts that look like Latin ones, in pairs; lower case only.
_PAIRS = (
    "аaеeоoрpсcуyхxіiјjѕsһhԁdԛqԝwӏlкkмmнhтtвbгrпn"  # noqa: RUF001  # Cyrillic
    "αaοoνvρpιiκkτtυuηnωwγyεeχxβbσo"  # noqa: RUF001  # Greek
    "ɑaɡgıiʟlɩiօoսuոnհhզqցgɪiɴnʀrꜱsᴀaᴄcᴅdᴇeᴋkᴍmᴏoᴘpᴛtᴜuᴠvᴡwᴢzøođdłl"  # noqa: RUF001
)
_LOOKALIKES = dict(zip(_PAIRS[::2], _PAIRS[1::2], strict=True))
_LEET = "013457@$"
_LEET_VIEWS = (str.maketrans(_LEET + "!", "oieastasi"), str.maketrans(_LEET + "|", "oleastasl"))
_IS_LEET = r"[a-z][013457@$!|]|[013457@$!|][a-z]"
_SPACED = r"(?<![a-z0-9])[a-z](?:[ .\-_*]{1,3}[a-z](?![a-z0-9])){3,400}"
_WORD_GAP = r"[ .\-_*]{2,3}"
_LETTER_GAP = r"[.\-_*]| (?! )"
_BASE64 = r"(?<![A-Za-z0-9+/_\-])[A-Za-z0-9+/_\-]{16,8192}={0,2}"
_HEX = r"(?<![0-9A-Za-z])(?:[0-9A-Fa-f]{2}[ :]?){7,4095}[0-9A-Fa-f]{2}"
_PERCENT = r"(?:%[0-9A-Fa-f]{2}){1,4096}"
_ENTITY = r"&#(?:([0-9]{2,7})|[xX]([0-9A-Fa-f]{2,6}));"
_ENTITIES = r"(?:&#(?:[0-9]{2,7}|[xX][0-9A-Fa-f]{2,6});){4,4096}"
# Rules, dot leaders, blanks to fill in: four signs alike, or more. No word can hide there.
_DRAWN = r"([!-/:-@\[-`{-~\u2022\u00b7\u2500-\u259f])\1{3,}"
_ROT13 = str.maketrans("abcdefghijklmnopqrstuvwxyz", "nopqrstuvwxyzabcdefghijklm")

Locate = Callable[[int, int], tuple[int, int]]


@dataclass(frozen=True, slots=True)
class View:
    """A lower-case text to look at, and where each span of it stands in the original."""

    text: str
    locate: Locate


def _skeleton_char(code: int) -> str:
    """Reduce a character to the plain lower-case Latin letters it looks like."""
    decomposed = unicodedata.normalize("NFKD", fold_char(code)).lower()
    bare = (c for c in decomposed if not unicodedata.combining(c))
    return "".join(_LOOKALIKES.get(c, c) for c in bare)


_SKELETON = CharTable(_skeleton_char)


def plain_letters(text: str) -> str:
    """Spell a text as its plain view does."""
    return text.translate(_SKELETON)


def plain_view(text: str) -> View:
    """View a text in plain lower-case letters, without accents, lookalikes or hidden characters."""
    mapped = NormalisedText(text, _SKELETON)
    return View(mapped.text.lower(), mapped.span)


def second_views(text: NormalisedText, plain: View) -> Iterator[View]:
    """Offer the disguises that a text could be wearing, each undone."""
    if re.search(_IS_LEET, plain.text):
        yield from (View(plain.text.translate(table), plain.locate) for table in _LEET_VIEWS)
    if spaced := _rewritten(plain, _SPACED, _collapse):
        yield spaced
    yield View(plain.text.translate(_ROT13), plain.locate)
    yield from _decoded(View(text.text, text.span), layers=2)


def without_encoded(text: str) -> str:
    """Leave blanks, of the same length, where second views show what was encoded or spaced out.

    Beside such a view the letters of the code say nothing, and a model takes them for a disguise.
    """
    for pattern, decode in (*_ENCODINGS, (f"(?i:{_SPACED})", _collapse)):
        text = _blanked(text, pattern, decode)
    return text


def without_lines(text: str) -> str:
    """Leave blanks, of the same length, where lines are drawn with signs.

    They are no words, but a model that counts tokens takes enough of them for a disguise.
    """
    return re.sub(_DRAWN, lambda hit: " " * len(hit[0]), text)


def _blanked(text: str, pattern: str, decode: Callable[[str], str | None]) -> str:
    places = 0

    def blank(hit: re.Match[str]) -> str:
        nonlocal places
        if places == _MOST_PLACES or decode(hit[0]) is None:
            return hit[0]
        places += 1
        return " " * len(hit[0])

    return re.sub(pattern, blank, text)


def _decoded(source: View, *, layers: int) -> Iterator[View]:
    for pattern, decode in _ENCODINGS:
        found = _rewritten(source, pattern, decode)
        if found is None:
            continue
        plain = plain_view(found.text)
        yield View(plain.text, _through(plain.locate, found.locate))
        if layers > 1:
            yield from _decoded(found, layers=layers - 1)


def _rewritten(source: View, pattern: str, rewrite: Callable[[str], str | None]) -> View | None:
    """Rewrite the places that a pattern finds; each points back at the whole place."""
    pieces: list[str] = []
    starts, origins, at, size = [0], [(0, True)], 0, 0
    for hit in re.finditer(pattern, source.text):
        new = rewrite(hit[0]) if len(pieces) < 2 * _MOST_PLACES else None
        if new is None:
            continue
        pieces += [source.text[at : hit.start()], new]
        size += hit.start() - at
        starts += [size, size + len(new)]
        origins += [(hit.start(), False), (hit.end(), True)]
        at, size = hit.end(), size + len(new)
    if not pieces:
        return None
    ends = [start for start, _ in origins[1:]] + [len(source.text)]

    def locate(start: int, end: int) -> tuple[int, int]:
        first, last = bisect_right(starts, start) - 1, bisect_right(starts, end - 1) - 1
        (begin, is_literal), (finish, is_last_literal) = origins[first], origins[last]
        begin += start - starts[first] if is_literal else 0
        finish = finish + end - starts[last] if is_last_literal else ends[last]
        return source.locate(begin, finish)

    return View("".join([*pieces, source.text[at:]]), locate)


def _through(inner: Locate, outer: Locate) -> Locate:
    return lambda start, end: outer(*inner(start, end))


def _collapse(letters: str) -> str:
    """Join spaced letters; a wider gap is a gap between words."""
    return re.sub(_LETTER_GAP, "", re.sub(_WORD_GAP, "  ", letters))


def _from_base64(token: str) -> str | None:
    body = token.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        return _readable(base64.b64decode(body + "=" * (-len(body) % 4)))
    except binascii.Error:
        return None


def _from_hex(token: str) -> str | None:
    return _readable(bytes.fromhex(token.replace(":", "").replace(" ", "")))


def _from_percent(token: str) -> str | None:
    return _readable(bytes.fromhex(token.replace("%", "")))


def _from_entities(token: str) -> str | None:
    codes = (int(a or b, 10 if a else 16) for a, b in re.findall(_ENTITY, token))
    text = "".join(chr(code) if code <= sys.maxunicode else "?" for code in codes)
    return text if _is_readable(text) else None


def _readable(data: bytes) -> str | None:
    """Give bytes as text if people could read them."""
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return None
    return text if _is_readable(text) else None


def _is_readable(text: str) -> bool:
    return all(c.isprintable() or c.isspace() for c in text)


_ENCODINGS: tuple[tuple[str, Callable[[str], str | None]], ...] = (
    (_BASE64, _from_base64),
    (_HEX, _from_hex),
    (_PERCENT, _from_percent),
    (_ENTITIES, _from_entities),
)
