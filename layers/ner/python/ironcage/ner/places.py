"""Places, by a list of countries, regions and large cities."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache

from ironcage.ner.hits import LOCATION, Hit
from ironcage.ner.words import Word, is_ordinary, phrases, plain, word_set, words_of

_SURE, _DOUBTFUL, _LOWER, _SETTLED = 0.85, 0.5, 0.6, 0.7


def find_places(words: Sequence[Word]) -> Iterator[Hit]:
    """See the places of the list (in lower case only after `in` or its like), and homes."""
    at = 0
    while at < len(words):
        size = _size(words, at)
        if size:
            place = words[at : at + size]
            yield from _judged(place, words[at - 1].plain if at else "")
        elif at > 1 and _is_settled(words, at):
            yield Hit(LOCATION, words[at].start, words[at].end, _SETTLED, "settling")
        at += size or 1


def is_place(name: str) -> bool:
    """Tell whether the list has this very name."""
    words = tuple(word.plain for word in words_of(name))
    return bool(words) and words in _listed().get(words[0], ())


def _is_settled(words: Sequence[Word], at: int) -> bool:
    """Tell whether somebody lives or something stands in what a word names."""
    verb, preposition, word = words[at - 2 : at + 1]
    is_near = word.start - verb.end <= len(" in ") and preposition.plain == "in"
    is_name = word.is_capitalised and not is_ordinary(word)
    return is_near and is_name and verb.plain in word_set("words", "settlings")


@cache
def _listed() -> Mapping[str, Sequence[tuple[str, ...]]]:
    """Index the names by their first word, long ones first."""
    names = [n for key in ("countries", "regions", "cities") for n in phrases("places", key)]
    split = {tuple(word.plain for word in words_of(name)) for name in names}
    index: dict[str, list[tuple[str, ...]]] = {}
    for words in sorted(split, key=lambda w: (-len(w), w)):
        index.setdefault(words[0], []).append(words)
    return index


@cache
def _ambiguous() -> frozenset[str]:
    return frozenset(map(plain, phrases("places", "ambiguous")))


def _size(words: Sequence[Word], at: int) -> int:
    """Tell how many words the longest name has that begins at a word."""
    for name in _listed().get(words[at].plain, ()):
        found = words[at : at + len(name)]
        is_close = found[-1].end - found[0].start <= sum(map(len, name)) + 2 * len(name)
        if is_close and tuple(word.plain for word in found) == name:
            return len(name)
    return 0


def _judged(place: Sequence[Word], before: str) -> Iterator[Hit]:
    is_ambiguous = len(place) == 1 and place[0].plain in _ambiguous()
    if place[0].text[0].isupper():
        score = _DOUBTFUL if is_ambiguous else _SURE
    elif before in word_set("words", "prepositions") and not is_ambiguous:
        score = _LOWER
    else:
        return
    yield Hit(LOCATION, place[0].start, place[-1].end, score, "gazetteer")
