"""What the model claims, corrected: trimmed, renamed, or not believed."""

import re
from collections.abc import Sequence
from dataclasses import replace

from ironcage.ner.hits import LOCATION, ORGANIZATION, PERSON, Hit
from ironcage.ner.places import is_place
from ironcage.ner.words import Word, is_given, is_ordinary, word_set, words_of

MODEL = "model"
_NEVER = r"[{}\[\]<>=_/\\@$%^*|~#+]|\w\(|\d{3}|(?<![A-Za-z])[A-Z]{1,2}\d"
_IDENTIFIER = r"[a-z][A-Z]|::|->"
_INNER_CAPITAL = r"\b(?:Mc|Mac|De|Di|Du|La|Le|Van|O['\u2019])[A-Z]"
# A single name behind one of these is a place, whatever the model takes it for.
_PLACED = r"(?:^|\s)(?:in|near|around|outside)\s\Z"
_HEADING = r"[ \t]{0,3}#{1,6}[ #]"
_LONGEST_ACRONYM = 5


def corrected(hit: Hit, text: str) -> Hit | None:
    """Give what is credible of a claim by the model, or nothing."""
    trimmed = _trimmed(hit, text)
    if trimmed is None:
        return None
    name = text[trimmed.start : trimmed.end]
    if is_place(name):
        return replace(trimmed, type=LOCATION, score=0.8)
    words = words_of(name)
    if not _is_credible(trimmed, name, words) or _is_in_heading(trimmed, text, words):
        return None
    if len(words) == 1 and re.search(_PLACED, text[max(0, trimmed.start - 8) : trimmed.start]):
        return replace(trimmed, type=LOCATION, score=0.55)
    return replace(trimmed, score=_score(trimmed, words))


def _trimmed(hit: Hit, text: str) -> Hit | None:
    """Cut a claim to its first line, and to what is left without words that no name has."""
    name = text[hit.start : hit.end]
    lead = len(name) - len(name.lstrip())
    line = re.split(r"\n|  ", name[lead:])[0]
    words = words_of(line)
    kept = [w for w, before in zip(words, [None, *words], strict=False) if _is_name(w, before)]
    if not kept:
        return None
    first, last = kept[0], kept[-1]
    start = hit.start + lead + (0 if first is words[0] and line[0].isdigit() else first.start)
    end = hit.start + lead + last.end
    return replace(hit, start=start, end=end)


def _is_name(word: Word, before: Word | None) -> bool:
    return not is_ordinary(word, before) and word.plain not in word_set("words", "titles")


def _is_credible(hit: Hit, name: str, words: Sequence[Word]) -> bool:
    if re.search(_NEVER, name) or (hit.type != ORGANIZATION and re.search(r"\d", name)):
        return False
    if re.search(_IDENTIFIER, re.sub(_INNER_CAPITAL, "", name)):
        return False
    if hit.type == PERSON and all(w.text.islower() for w in words):
        return is_given(words[0])
    if not any(w.text[0].isupper() for w in words):
        return False
    is_shouted = len(words) == 1 and name.isupper()
    return not is_shouted or (hit.type == ORGANIZATION and len(name) <= _LONGEST_ACRONYM)


def _is_in_heading(hit: Hit, text: str, words: Sequence[Word]) -> bool:
    """Tell whether this is Title Case of a heading, with nothing else that speaks for a name."""
    line = text.rfind("\n", 0, hit.start) + 1
    if not re.match(_HEADING, text[line : line + 12]):
        return False
    return not any(map(is_given, words))


def _score(hit: Hit, words: Sequence[Word]) -> float:
    if hit.type == PERSON:
        is_known = any(is_given(w) or w.plain in word_set("names", "words") for w in words)
        return 0.8 if is_known or len(words) > 1 else 0.55
    return 0.65 if hit.type == LOCATION else 0.5
