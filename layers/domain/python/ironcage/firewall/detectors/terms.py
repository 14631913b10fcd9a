"""What the local moderation model reads in a piece of text: words, their letters, and classes.

A class is a set of words that play the same part (`KILL`, `PERSON`, `FICTION`). Two classes near
each other say who does what to whom, so that *kill the process* and *kill my neighbour* differ.
The model was trained on exactly these terms, so a change here asks for a new training.
"""

import re
import zlib
from collections.abc import Iterator, Mapping, Sequence, Set

_WORD = r"[^\W_]+(?:['’*@$][^\W_]+)*"  # noqa: RUF001  # the curly apostrophe is meant
_LEET = str.maketrans("013457@$", "oieastas")
_ROT13 = str.maketrans("abcdefghijklmnopqrstuvwxyz", "nopqrstuvwxyzabcdefghijklm")
_NEAR = 7
_GRAM = 4
_ENDINGS = ("", "s", "ies", "es", "ed", "d", "ing", "er", "ers", "ly", "'s")
LONGEST_WORD = 40


def words_of(text: str) -> list[str]:
    """Split a lower-case text into words; those written with digits in them are spelled out."""
    found = [w[:LONGEST_WORD].replace("’", "'") for w in re.findall(_WORD, text)]  # noqa: RUF001
    return [w if w.isalpha() else _spelled(w) for w in found]


def _spelled(word: str) -> str:
    return word if word.isdigit() else word.translate(_LEET)


def encoded(term: str) -> bytes:
    """Write a term in bytes, whatever is in it."""
    return term.encode("utf-8", "surrogatepass")


def term_hash(term: str) -> int:
    """Hash a term to 32 bits, the same on every machine; a pair's goes on from its first word's."""
    return zlib.crc32(encoded(term))


def word_terms(word: str, lexicon: "Lexicon") -> Iterator[str]:
    """List the terms of a word alone: itself, its letters four by four, and its classes."""
    yield word
    if len(word) > _GRAM:
        padded = f"<{word}>"
        for at in range(len(padded) - _GRAM + 1):
            yield "#" + padded[at : at + _GRAM]
    for name in lexicon.classes_of(word):
        yield "=" + name


def class_pairs(classes: Sequence[tuple[str, ...]]) -> set[str]:
    """Pair the classes of words that are near each other, in their order."""
    marked = [(at, name) for at, names in enumerate(classes) for name in names]
    pairs: set[str] = set()
    for first, (at, name) in enumerate(marked):
        for other, after in marked[first + 1 :]:
            if other - at > _NEAR:
                break
            if other > at:
                pairs.add(f"{name}>{after}")
    return pairs


class Lexicon:
    """The classes of words, and which of them a category cannot do without."""

    def __init__(self, pack: Mapping[str, Mapping[str, str]]) -> None:
        self._classes: dict[str, tuple[str, ...]] = {}
        plain = {name: words.translate(_ROT13) for name, words in pack["rotated"].items()}
        for name, words in {**pack["classes"], **plain}.items():
            for word in words.split():
                self._classes[word] = (*self._classes.get(word, ()), name)

        self._evidence = {
            category: [frozenset(side.split()) for side in needed.split("&")]
            for category, needed in pack["evidence"].items()
        }

    def may_be(self, category: str, classes: Set[str]) -> bool:
        """Tell whether a text with words of these classes may be of a category."""
        return all(not side.isdisjoint(classes) for side in self._evidence[category])

    def classes_of(self, word: str) -> tuple[str, ...]:
        """Tell the classes of a word, in its plain form or with a common ending."""
        for ending in _ENDINGS:
            if word.endswith(ending):
                for stem in _stems(word[: len(word) - len(ending)], ending):
                    if found := self._classes.get(stem):
                        return found
        return ()


def _stems(stem: str, ending: str) -> Iterator[str]:
    """List what a word may be without its ending: `bak(e)`, `stab(b)`, `bod(y)`."""
    yield stem
    if ending:
        yield stem + "e"
    if ending == "ies":
        yield stem + "y"
    if stem[-1:] == stem[-2:-1]:
        yield stem[:-1]
