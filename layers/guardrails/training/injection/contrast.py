"""Rows of our own: ordinary prompts full of trigger words, attacks, documents and their twins."""

import base64
import random
import re
from collections.abc import Sequence
from dataclasses import dataclass

from layers.guardrails.training.injection.formats import shape_texts
from layers.guardrails.training.injection.grammar import Grammar
from layers.guardrails.training.injection.pool import SEED, Row

_BENIGN, _ATTACKS, _DOCUMENTS, _DISGUISED = 8000, 5500, 6000, 1200
_FOREIGN, _FOREIGN_DOCUMENTS = 1400, 500
_LONGEST_SLOT, _LONGEST_PASSAGE = 400, 900
_SHORTEST_PASSAGE, _LONGEST_ATTACK, _LONGEST_TASK = 60, 200, 160
_SHORTEST_PROMPT = 12
_WITH_TASK, _FROM_POOL, _FROM_PROMPTS = 0.08, 0.2, 0.6
_INSTEAD, _BEHIND, _BEFORE = 0.12, 0.42, 0.52  # where an order stands; else between sentences
_LOWER, _UPPER, _OPEN, _MISTYPED = 0.12, 0.15, 0.25, 0.31  # how people write; else as it is
_SENTENCE_END = re.compile(r"(?<=[.!?\n])\s+")


@dataclass(frozen=True, slots=True)
class Grammars:
    """The grammars, and attacks of the pool, on one stream of random numbers."""

    benign: Grammar
    attacks: Grammar
    documents: Grammar
    languages: Grammar
    known_attacks: tuple[str, ...]
    prompts: tuple[str, ...]
    rng: random.Random


def generate(pool: Sequence[Row]) -> list[Row]:
    """Make all generated rows from the training part of the pool."""
    made = _grammars(pool)
    rows = [_benign(made) for _ in range(_BENIGN)]
    rows += [_attack(made) for _ in range(_ATTACKS)]
    for _ in range(_DOCUMENTS):
        rows += _twins(made)
    for _ in range(_FOREIGN):
        rows += _foreign(made)
    for _ in range(_FOREIGN_DOCUMENTS):
        rows += _foreign_twins(made)
    return rows + [_gibberish(made) for _ in range(_DISGUISED)]


def _grammars(pool: Sequence[Row]) -> Grammars:
    rng = random.Random(SEED)  # noqa: S311  # reproducible, not secret
    prompts = [r.text for r in pool if r.label == 0 and r.origin == "user"]
    passages = [
        r for r in pool if r.label == 0 and r.kind == "benign" and len(r.text) > _SHORTEST_PASSAGE
    ]
    attacks = [
        r.text
        for r in pool
        if r.label == 1 and r.kind == "direct" and len(r.text) < _LONGEST_ATTACK
    ]
    extra = {
        "pool_prompt": [text[:_LONGEST_SLOT] for text in prompts if len(text) < _LONGEST_SLOT],
        "pool_passage": [r.text[:_LONGEST_PASSAGE] for r in passages],
    }
    # A question inside a document is not what documents say; only answers and passages are.
    pages = extra | {
        "pool_passage": [r.text[:_LONGEST_PASSAGE] for r in passages if r.origin == "document"]
    }
    return Grammars(
        benign=Grammar("benign", rng, extra),
        attacks=Grammar("attacks", rng, extra),
        documents=Grammar("documents", rng, pages),
        languages=Grammar("languages", rng, {}),
        known_attacks=tuple(attacks),
        prompts=tuple(text for text in prompts if _SHORTEST_PROMPT < len(text) < _LONGEST_TASK),
        rng=rng,
    )


def _benign(made: Grammars) -> Row:
    text = _varied(made.benign.text(), made.rng)
    return Row(text, 0, "hard-benign", "user", "generated-benign")


def _attack(made: Grammars) -> Row:
    text = _varied(made.attacks.text(), made.rng)
    return Row(text, 1, "direct", "user", "generated-attack")


def _foreign(made: Grammars) -> list[Row]:
    harmless, attack = made.languages.text(), made.languages.text("attack")
    return [
        Row(harmless, 0, "hard-benign", "user", "generated-languages"),
        Row(attack, 1, "direct", "user", "generated-languages"),
    ]


def _twins(made: Grammars) -> list[Row]:
    """Give a clean document, and the same with an order to the model somewhere inside."""
    texts = [made.documents.text() for _ in range(made.rng.choice([1, 1, 1, 2, 3, 4]))]
    return _spoil(texts, _order(made), made)


def _foreign_twins(made: Grammars) -> list[Row]:
    texts = [made.languages.text("document") for _ in range(made.rng.choice([1, 2]))]
    return _spoil(texts, made.languages.text("inject"), made)


def _spoil(texts: Sequence[str], order: str, made: Grammars) -> list[Row]:
    rng, seed = made.rng, made.rng.random()
    clean = shape_texts(texts, random.Random(seed))  # noqa: S311
    at = rng.randrange(len(texts))
    spoiled = [*texts[:at], _insert(texts[at], order, rng), *texts[at + 1 :]]
    text = shape_texts(spoiled, random.Random(seed))  # noqa: S311
    start = max(0, _differs_at(clean, text) - 1)
    end = min(len(text), start + len(order) + len(order) // 4 + 8)
    task = rng.choice(made.prompts)[:_LONGEST_ATTACK] if rng.random() < _WITH_TASK else ""
    return [
        Row(clean, 0, "hard-benign", "document", "generated-clean", task),
        Row(text, 1, "indirect", "document", "generated-injected", task, start, end),
    ]


def _order(made: Grammars) -> str:
    if made.rng.random() < _FROM_POOL:
        return made.rng.choice(made.known_attacks)
    return made.attacks.text("inject")


def _insert(text: str, order: str, rng: random.Random) -> str:
    """Put an order at the start, at the end or between two sentences, or in place of the text."""
    place = rng.random()
    if place < _INSTEAD:
        return order
    gap = rng.choice([" ", " ", "\n", "\n\n"])
    if place < _BEHIND:
        return text + gap + order
    if place < _BEFORE:
        return order + gap + text
    ends = [hit.end() for hit in _SENTENCE_END.finditer(text)] or [len(text)]
    cut = rng.choice(ends)
    return text[:cut] + order + gap + text[cut:]


def _differs_at(one: str, other: str) -> int:
    for at, (left, right) in enumerate(zip(one, other, strict=False)):
        if left != right:
            return at
    return min(len(one), len(other))


def _varied(text: str, rng: random.Random) -> str:
    """Write as people do: in lower case, in capitals, without the full stop, with a typo."""
    kind = rng.random()
    if kind < _LOWER:
        return text.lower()
    if kind < _UPPER:
        return text.upper()
    if kind < _OPEN:
        return text.rstrip(".!? ")
    if kind < _MISTYPED and len(text) > _SHORTEST_PROMPT:
        at = rng.randrange(len(text) - 2)
        return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    return text


def _gibberish(made: Grammars) -> Row:
    """Give an ordinary text in disguise, or what a wrong decoding makes of it."""
    rng = made.rng
    text = rng.choice(made.prompts) if rng.random() < _FROM_PROMPTS else made.benign.text()[:200]
    disguise = rng.choice(DISGUISES)
    origin = rng.choice(["user", "document"])
    return Row(disguise(text), 0, "hard-benign", origin, "generated-disguised")


def _leet(text: str) -> str:
    return text.lower().translate(str.maketrans("oieast", "013457"))


def _rot13(text: str) -> str:
    plain = "abcdefghijklmnopqrstuvwxyz"
    return text.lower().translate(str.maketrans(plain, plain[13:] + plain[:13]))


def _spaced(text: str) -> str:
    return " ".join(text[:80])


def _base64(text: str) -> str:
    return base64.b64encode(text[:120].encode()).decode()


def _hex(text: str) -> str:
    return text[:60].encode().hex()


def _backwards(text: str) -> str:
    return text[:160][::-1]


DISGUISES = (_leet, _rot13, _rot13, _spaced, _base64, _hex, _backwards)
