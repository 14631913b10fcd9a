"""How a text is given to the model: readable, and in pieces of bounded length.

The view has the length of the text, so that an offset in one is an offset in the other. The
model's tokenizer takes quadratic time over long runs of signs, and no name has any.
"""

import re
from collections.abc import Iterator

from ironcage.firewall import last_sentence_end

LONGEST_PIECE = 2_500
_OVERLAP = 200
_LONGEST_RUN = 60
_LONE_SURROGATES = "[\ud800-\udfff]"
# Marks of JSON, tables, Markdown and HTML: to a person they are space between the words.
_STRUCTURE = str.maketrans(dict.fromkeys('{}[]|*`<>"\t\r\0', " "))
# What a redaction leaves behind is no name again; only its own forms, or a name could hide in one.
_REDACTED = r"\[(?:REDACTED|REMOVED):[A-Z_]{1,40}(?::(?:[A-Za-z0-9*]{4}|[a-p]{24}))?\]"
_SIGNS = r"(?<=[^\w\s]{2})[^\w\s]|_(?=_)"
_RUN = rf"\S{{{_LONGEST_RUN}}}(?=\S)"
_SPLITTERS = r"[^\w\s]|_"


def readable(text: str) -> str:
    """Give the view of a text that the model can read: same length, same words."""
    plain = re.sub(_LONE_SURROGATES, "\ufffd", text)
    plain = re.sub(_REDACTED, lambda mark: " " * len(mark[0]), plain).translate(_STRUCTURE)
    return re.sub(_RUN, _broken, re.sub(_SIGNS, " ", plain))


def pieces(text: str) -> Iterator[tuple[int, str]]:
    """Cut a text after sentences; pieces of an endless sentence overlap, so that no name is cut."""
    at = 0
    while at < len(text):
        end = at + _cut(text[at : at + LONGEST_PIECE], is_last=at + LONGEST_PIECE >= len(text))
        yield at, text[at:end]
        is_whole = end == len(text) or text[end - 1] == "\n" or not text[end - 1].isspace()
        at = end if is_whole and end - at < LONGEST_PIECE else end - _OVERLAP
        if end == len(text):
            return


def _cut(window: str, *, is_last: bool) -> int:
    if is_last:
        return len(window)
    return max(last_sentence_end(window), 0) or len(window)


def _broken(run: re.Match[str]) -> str:
    """Break an endless run of characters at its signs, or else after so many letters."""
    spaced = re.sub(_SPLITTERS, " ", run[0])
    return spaced if " " in spaced else f"{spaced[:-1]} "
