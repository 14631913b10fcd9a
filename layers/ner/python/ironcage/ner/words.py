"""The words of a text, and the lists of words that the rules know."""

import importlib
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property

_OWN = "['\u2019][sS](?!\\w)"
_WORD = rf"([^\W\d_](?:[^\W\d_]|(?!{_OWN})['\u2019\-](?=[^\W\d_])){{0,40}})(?:{_OWN})?"
_PLAIN = str.maketrans({"\u0142": "l", "\u00df": "ss", "\u00f8": "o", "\u0111": "d", "\u2019": "'"})


@dataclass(frozen=True)
class Word:
    """A word where it stands: letters with inner hyphens and apostrophes, without its `'s`."""

    text: str
    start: int

    @property
    def end(self) -> int:
        """Tell where it ends."""
        return self.start + len(self.text)

    @property
    def is_capitalised(self) -> bool:
        """Tell whether it is written as a name is: one capital, and not only capitals."""
        return self.text[0].isupper() and (len(self.text) == 1 or not self.text.isupper())

    @cached_property
    def plain(self) -> str:
        """Give it in lower case and without accents, as the lists have it."""
        return plain(self.text)


def plain(text: str) -> str:
    """Reduce a text to lower case without accents."""
    lower = text.lower()
    if lower.isascii():
        return lower
    decomposed = unicodedata.normalize("NFKD", lower.translate(_PLAIN))
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def words_of(text: str) -> list[Word]:
    """List the words of a text."""
    return [Word(found[1], found.start()) for found in re.finditer(_WORD, text)]


def read_rules(name: str) -> Mapping[str, str]:
    """Read one of this package's lists."""
    tomllib = importlib.import_module("tomllib")
    resources = importlib.import_module("importlib.resources")
    source = resources.files("ironcage.ner").joinpath("rules", f"{name}.toml").read_text("utf-8")
    lists: Mapping[str, str] = tomllib.loads(source)
    return lists


@cache
def word_set(name: str, key: str) -> frozenset[str]:
    """Give a list of single words."""
    return frozenset(read_rules(name)[key].split())


def phrases(name: str, key: str) -> list[str]:
    """Give a list of phrases that commas divide."""
    return [" ".join(phrase.split()) for phrase in read_rules(name)[key].split(",")]


def is_given(word: Word) -> bool:
    """Tell whether a word is a common given name, or two of them: `Anne-Marie`."""
    return word.plain.partition("-")[0] in word_set("names", "given")


def is_ordinary(word: Word, before: Word | None = None) -> bool:
    """Tell whether a word is no name, unless it is a surname behind the name before it."""
    if word.plain not in word_set("words", "ordinary"):
        return False
    is_surname = word.plain in word_set("words", "surnames")
    return before is None or not is_surname or is_ordinary(before)
