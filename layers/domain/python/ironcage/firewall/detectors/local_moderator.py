"""The local moderator: a linear model in pure Python, read from its file on first use."""

import hashlib
import importlib
import math
from collections.abc import Sequence
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple
from zlib import crc32

from ironcage.firewall.detectors.packs import read_data, read_pack
from ironcage.firewall.detectors.terms import (
    Lexicon,
    class_pairs,
    encoded,
    term_hash,
    word_terms,
    words_of,
)
from ironcage.firewall.detectors.weights import Row, Weights
from ironcage.firewall.ports import Scores
from ironcage.firewall.views import plain_view

_REACH = 160
_EXCUSE = 1.5  # so much at most, or a threat could hide between calm sentences
_PACK = "moderation"


class LocalModerator:
    """Scores pieces of text by what is in them and around them; nothing leaves the process."""

    reach = _REACH
    most_words = 20_000  # to remember: what a word weighs is worked out once

    def __init__(self) -> None:
        self._known: dict[str, _Known] = {}

    @cached_property
    def _packed(self) -> bytes:
        return read_data("moderation.bin")

    @cached_property
    def _lexicon_source(self) -> str:
        return read_pack(_PACK)

    @cached_property
    def weights(self) -> Weights:
        """Read the model."""
        return Weights(self._packed)

    @cached_property
    def lexicon(self) -> Lexicon:
        """Read the classes of words."""
        tomllib = importlib.import_module("tomllib")  # only a cold start needs it
        return Lexicon(tomllib.loads(self._lexicon_source))

    @cached_property
    def version(self) -> str:
        """Name this very model by its hash."""
        return hashlib.sha256(self._packed + self._lexicon_source.encode()).hexdigest()[:16]

    def score(self, pieces: Sequence[str]) -> Sequence[Scores]:
        """Score each piece together with its neighbours, where it holds the evidence itself."""
        read = [self._read(words_of(plain_view(piece).text)) for piece in pieces]
        return [self._scores(read, at) for at in range(len(read))]

    def _read(self, words: Sequence[str]) -> "_Piece":
        known = [self._known.get(word) or self._learn(word) for word in words]
        return _Piece(known, self.weights, self.lexicon)

    def _scores(self, read: Sequence["_Piece"], at: int) -> Scores:
        """Score a piece: neighbours excuse it a little, and add to it if they say less."""
        piece, bias = read[at], self.weights.bias
        if not piece.categories:
            return {}
        beside = [read[other].sums for other in (at - 1, at + 1) if 0 <= other < len(read)]
        scores = {}
        for index in piece.categories:
            own = piece.sums[index]
            context = (s[index] if s[index] <= own else 0.0 for s in beside)
            around = sum(max(-_EXCUSE, c) for c in context)
            scores[self.weights.categories[index]] = chance(bias[index] + own + around)
        return scores

    def _learn(self, word: str) -> "_Known":
        """Work out what a word weighs alone, and remember it."""
        sums = [0.0] * len(self.weights.categories)
        for term in word_terms(word, self.lexicon):
            _add(sums, self.weights.row(term_hash(term)))
        row = tuple((index, weight) for index, weight in enumerate(sums) if weight)
        if len(self._known) >= self.most_words:
            self._known.clear()
        classes = self.lexicon.classes_of(word)
        known = self._known[word] = _Known(row, classes, term_hash(word), encoded(" " + word))
        return known


class _Known(NamedTuple):
    """A word: what it weighs, its classes, its hash, and what follows that in a pair's."""

    row: Row
    classes: tuple[str, ...]
    hash: int
    tail: bytes


class _Piece:
    """A piece of text: the categories that it holds evidence for, and what its terms weigh."""

    def __init__(self, words: Sequence[_Known], weights: Weights, lexicon: Lexicon) -> None:
        self._words = words
        self._weights = weights
        classes = {name for word in words for name in word.classes}
        self.categories = [
            index
            for index, category in enumerate(weights.categories)
            if classes and lexicon.may_be(category, classes)
        ]

    @cached_property
    def sums(self) -> list[float]:
        """Add up what the terms weigh, by category."""
        words, row = self._words, self._weights.row
        sums = [0.0] * len(self._weights.categories)
        for word in words:
            _add(sums, word.row)
        for word, after in pairwise(words):
            _add(sums, row(crc32(after.tail, word.hash)))
        for pair in class_pairs([word.classes for word in words]):
            _add(sums, row(term_hash(pair)))
        return sums


def _add(sums: list[float], row: Row) -> None:
    for index, weight in row:
        sums[index] += weight


def chance(logit: float) -> float:
    """Turn a sum of weights into a score from 0 to 1."""
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, logit))))
