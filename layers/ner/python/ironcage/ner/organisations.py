"""Organisations, by the form of their names: a legal form at the end, or a word of institutions."""

import re
from collections.abc import Iterator
from functools import cache

from ironcage.ner.hits import ORGANIZATION, Hit
from ironcage.ner.words import is_ordinary, phrases, words_of

_CAPITAL = r"[^\W\d_a-z]"
_NAME = rf"(?:{_CAPITAL}|\d(?=[\w&]*[A-Z]))[\w&.'\u2019\-]{{0,30}}"
_LINK = r"(?: | & | de | f\u00fcr )"


def find_organisations(text: str) -> Iterator[Hit]:
    """See companies and institutions."""
    for pattern, score, rule in _patterns():
        for found in pattern.finditer(text):
            start = found.start() + _leading(found[0])
            if start < found.end("core"):
                yield Hit(ORGANIZATION, start, found.end(), score, rule)


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], float, str], ...]:
    suffixes = "|".join(map(re.escape, sorted(phrases("words", "suffixes"), key=len, reverse=True)))
    kinds = "|".join(map(re.escape, phrases("words", "institutions")))
    words = rf"(?<!\w){_NAME}(?:{_LINK}{_NAME}){{0,4}}?"
    tail = rf"(?: (?:of|for|de|f\u00fcr|at)(?: (?:the|la|of))?(?: {_NAME}){{1,3}})"
    return (
        (re.compile(rf"(?P<core>{words}),?(?: &| and)? (?:{suffixes})(?!\w)"), 0.9, "legal_form"),
        (re.compile(rf"(?P<core>{words}) (?:{kinds})(?!\w){tail}?"), 0.8, "institution"),
        (re.compile(rf"(?<!\w)(?P<core>(?:{kinds}){tail})"), 0.8, "institution"),
    )


def _leading(name: str) -> int:
    """Tell how much of a match stands before the name: `Dear`, `The`, `On Monday`."""
    for word in words_of(name):
        if not is_ordinary(word):
            return word.start
    return len(name)
