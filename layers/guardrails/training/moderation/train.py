"""Train the local moderation model and write its file: `make train-moderation`.

Logistic regression over hashed terms, one for each category, by FTRL-proximal: most weights end at
zero. Seeds are fixed, so the same texts give the same file.
"""

import argparse
import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from ironcage.firewall import views
from ironcage.firewall.detectors.local_moderator import LocalModerator
from ironcage.firewall.detectors.terms import Lexicon, class_pairs, term_hash, word_terms, words_of
from ironcage.firewall.severity import ModerationCategory
from layers.guardrails.training.moderation.packing import pack
from layers.guardrails.training.moderation.texts import (
    PROMPTS,
    SEED,
    Example,
    among_others,
    ordinary,
    published,
    written,
)

MODEL = Path("layers/domain/python/ironcage/firewall/rules/moderation.bin")
EPOCHS = 4
ALPHA, BETA, L1, L2 = 0.12, 1.0, 0.25, 0.5
FEWEST = 4  # texts that a term must be in
# The share of a text's terms that is left out, each time it is read: no one term may carry it all,
# and classes more than the words of our templates.
DROPPED = {"#": 0.4, "=": 0.1, ">": 0.1, " ": 0.5, "": 0.3}
SHARPER = 1.35  # terms are left out in learning, so with all of them there it may be surer
# Added to every logit: under 1 % of the consulted ordinary texts shall be medium or worse.
BOLDER = 0.25
ORDINARY = 2.5  # so much more counts a false alarm on a real text than on one of our templates
MOST_TERMS = 30_000
FLOOR = 0.02


def terms_of(words: Sequence[str], lexicon: Lexicon) -> Iterator[str]:
    """List the terms of a text, as the moderator reads them."""
    for word in words:
        yield from word_terms(word, lexicon)
    for word, after in pairwise(words):
        yield f"{word} {after}"
    yield from class_pairs([lexicon.classes_of(word) for word in words])


def kind_of(term: str) -> str:
    """Tell what kind of term this is, by the mark that it bears."""
    return next((mark for mark in DROPPED if mark and mark in term), "")


class Learner:
    """Weights that are being learned: a row for each term, a column for each category."""

    def __init__(self, terms: int) -> None:
        self._z = np.zeros((terms + 1, len(ModerationCategory)))
        self._n = np.zeros((terms + 1, len(ModerationCategory)))

    def weights(self, at: "np.ndarray | slice" = slice(None)) -> np.ndarray:
        """Work out the weights of some terms."""
        z, n = self._z[at], self._n[at]
        shrunk = np.sign(z) * np.maximum(np.abs(z) - L1, 0)
        return -shrunk / ((BETA + np.sqrt(n)) / ALPHA + L2)

    def learn(
        self, at: np.ndarray, counts: np.ndarray, *, target: np.ndarray, mask: np.ndarray
    ) -> None:
        """Take one text into account, for the categories that it holds evidence for."""
        w = self.weights(at)
        logits = np.clip(counts @ w, -30, 30)
        error = (1 / (1 + np.exp(-logits)) - target) * mask
        gradient = counts[:, None] * error[None, :]
        grown = self._n[at] + gradient**2
        self._z[at] += gradient - (np.sqrt(grown) - np.sqrt(self._n[at])) / ALPHA * w
        self._n[at] = grown


@dataclass(frozen=True, slots=True)
class Read:
    """A text as it is learned: its terms, the scores to learn, and how much each counts."""

    terms: Mapping[str, int]
    target: np.ndarray
    mask: np.ndarray


def read(examples: Sequence[Example], lexicon: Lexicon) -> Iterator[Read]:
    """Read the texts that hold evidence for a category; the others teach nothing."""
    for example in examples:
        words = words_of(views.plain_view(example.text).text)
        classes = {name for word in words for name in lexicon.classes_of(word)}
        mask = np.array([lexicon.may_be(c, classes) for c in ModerationCategory], dtype=float)
        if mask.any():
            target = np.array([example.labels.get(c, FLOOR) for c in ModerationCategory])
            weight = ORDINARY if example.source == "ordinary" else 1.0
            yield Read(Counter(terms_of(words, lexicon)), target, mask * weight)


def train(texts: Sequence[Read]) -> tuple[list[float], dict[int, list[float]]]:
    """Learn the bias of each category, and the weights of the terms that mean something."""
    seen = Counter(term for text in texts for term in text.terms)
    known = sorted(term for term, n in seen.items() if n >= FEWEST)
    places = {term: at + 1 for at, term in enumerate(known)}  # 0 is the bias
    shares = np.array([1.0, *(1 - DROPPED[kind_of(term)] for term in known)])
    rows = [_row(text.terms, places) for text in texts]
    learner, chance = Learner(len(known)), np.random.default_rng(SEED)
    order = list(range(len(rows)))
    for epoch in range(EPOCHS):
        random.Random(SEED + epoch).shuffle(order)  # noqa: S311  # reproducible
        for index in order:
            (at, counts), text = rows[index], texts[index]
            kept = chance.random(len(at)) < shares[at]
            learner.learn(at[kept], counts[kept], target=text.target, mask=text.mask)
    weights = learner.weights() * shares[:, None] * SHARPER
    return (weights[0] + BOLDER).tolist(), _strongest(places, weights)


def _row(counts: Mapping[str, int], places: Mapping[str, int]) -> tuple[np.ndarray, np.ndarray]:
    # In their order: sets have none that is the same in every process, and the draw follows it.
    known = sorted((places[term], n) for term, n in counts.items() if term in places)
    at = np.array([0, *(place for place, _ in known)])
    return at, np.array([1.0, *(float(n) for _, n in known)])


def _strongest(places: Mapping[str, int], weights: np.ndarray) -> dict[int, list[float]]:
    strength = {term: float(np.abs(weights[at]).max()) for term, at in places.items()}
    best = sorted(strength, key=lambda term: (-strength[term], term))[:MOST_TERMS]
    return {term_hash(term): weights[places[term]].tolist() for term in best if strength[term]}


def main() -> None:
    """Read the texts, learn, and write the model."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--prompts", type=Path, default=PROMPTS, help="the ordinary texts")
    parser.add_argument("--model", type=Path, default=MODEL, help="the file to write")
    asked = parser.parse_args()
    lexicon = LocalModerator().lexicon
    calm = list(ordinary(asked.prompts))
    templates = list(written(held_out=False))
    examples = [*among_others(templates, calm), *(e for e in published() for _ in range(4)), *calm]
    print("texts:", dict(Counter(e.source for e in examples)))
    texts = list(read(examples, lexicon))
    print(f"{len(texts)} of them hold evidence")
    bias, rows = train(texts)
    asked.model.write_bytes(pack([*ModerationCategory], bias, rows))
    print(f"{len(rows)} terms, {asked.model.stat().st_size} bytes: {asked.model}")


if __name__ == "__main__":
    main()
