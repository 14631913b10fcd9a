"""People, by what gives them away: a title or a role before the name, or a common given name."""

from collections.abc import Iterator, Sequence

from ironcage.ner.hits import PERSON, Hit
from ironcage.ner.words import Word, is_given, is_ordinary, word_set

_LONGEST_NAME = 4
_SHORTEST_SURNAME = 3  # in lower case, shorter words are taken for none


def find_people(text: str, words: Sequence[Word]) -> Iterator[Hit]:
    """See names after titles and roles, given names with what follows them, and introductions."""
    for at, word in enumerate(words):
        if word.plain in word_set("words", "titles") and word.text[0].isupper():
            yield from _titled(text, words, at)
        elif is_given(word):
            yield from _given(text, words, at)
        elif word.plain in word_set("words", "roles"):
            yield from _named_after_role(text, words, at)


def _titled(text: str, words: Sequence[Word], at: int) -> Iterator[Hit]:
    end = _name_end(text, words, at + 1)
    if end > at + 1 and _is_joined(text, words[at], words[at + 1]):
        yield _person(words[at + 1 : end], 0.9, "title")


def _given(text: str, words: Sequence[Word], at: int) -> Iterator[Hit]:
    word = words[at]
    if word.is_capitalised:
        end = _name_end(text, words, at)
        yield _person(words[at:end], 0.85 if end > at + 1 else 0.6, "given_name")
    elif at and word.text.islower() and _introduces(words[at - 1]):
        has_surname = at + 1 < len(words) and _is_surname(text, word, words[at + 1])
        yield _person(words[at : at + 1 + has_surname], 0.6, "introduction")


def _named_after_role(text: str, words: Sequence[Word], at: int) -> Iterator[Hit]:
    if at + 1 < len(words) and text[words[at].end : words[at + 1].start] in {" ", ", "}:
        end = _name_end(text, words, at + 1)
        if end > at + 1:
            yield _person(words[at + 1 : end], 0.7, "role")


def _introduces(word: Word) -> bool:
    return word.plain in word_set("words", "introductions")


def _is_surname(text: str, given: Word, word: Word) -> bool:
    """Tell whether a word in lower case could be a surname."""
    is_long = len(word.text) >= _SHORTEST_SURNAME
    is_other = is_ordinary(word, given) or word.plain in word_set("words", "followers")
    return is_long and not is_other and _is_joined(text, given, word)


def _name_end(text: str, words: Sequence[Word], at: int) -> int:
    """Tell up to which word a name goes that begins at one."""
    end = at
    for index in range(at, min(at + _LONGEST_NAME, len(words))):
        word = words[index]
        if index > at and not _is_joined(text, words[index - 1], word):
            break
        if word.is_capitalised and not is_ordinary(word, words[index - 1] if index > at else None):
            end = index + 1
        elif word.plain not in word_set("words", "particles"):
            break
    return end


def _is_joined(text: str, one: Word, two: Word) -> bool:
    """Tell whether two words stand side by side; an initial or a title may have its full stop."""
    between = text[one.end : two.start]
    is_short = len(one.text) == 1 or one.plain in word_set("words", "titles")
    return between == " " or (is_short and between in {". ", "."})


def _person(words: Sequence[Word], score: float, rule: str) -> Hit:
    return Hit(PERSON, words[0].start, words[-1].end, score, rule)
