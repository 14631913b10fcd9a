"""Figures of a classifier from scores and labels."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Scored:
    """A text's score, whether it is an injection, and which group of texts it belongs to."""

    score: float
    is_attack: bool
    kind: str
    source: str


@dataclass(frozen=True)
class Figures:
    """How well scores tell attacks from harmless texts at one threshold."""

    accuracy: float
    balanced: float
    f1: float
    recall: float
    false_positives: float
    recall_at_one_percent: float


def figures(rows: Sequence[Scored], threshold: float) -> Figures:
    """Compute all figures at a threshold."""
    attacks = [r.score for r in rows if r.is_attack]
    harmless = [r.score for r in rows if not r.is_attack]
    caught = sum(score >= threshold for score in attacks)
    wrong = sum(score >= threshold for score in harmless)
    recall, rate = caught / len(attacks), wrong / len(harmless)
    return Figures(
        accuracy=(caught + len(harmless) - wrong) / len(rows),
        balanced=(recall + 1 - rate) / 2,
        f1=2 * caught / (len(attacks) + caught + wrong),
        recall=recall,
        false_positives=rate,
        recall_at_one_percent=recall_at(rows, rate=0.01),
    )


def recall_at(rows: Sequence[Scored], *, rate: float) -> float:
    """Give the recall where at most this share of the harmless texts is flagged."""
    limit = limit_at(rows, rate=rate)
    attacks = [r.score for r in rows if r.is_attack]
    return sum(score > limit for score in attacks) / len(attacks)


def limit_at(rows: Sequence[Scored], *, rate: float) -> float:
    """Give the score above which at most this share of the harmless texts stands."""
    harmless = sorted((r.score for r in rows if not r.is_attack), reverse=True)
    return harmless[int(len(harmless) * rate)]


def best_threshold(rows: Sequence[Scored]) -> float:
    """Give the threshold with the best balanced accuracy on these very rows: a peer's best case."""
    candidates = sorted({r.score for r in rows})
    step = max(1, len(candidates) // 200)
    return max(candidates[::step], key=lambda t: figures(rows, t).balanced)


def share_flagged(rows: Sequence[Scored], threshold: float) -> float:
    """Give the share of rows at or above a threshold."""
    return sum(r.score >= threshold for r in rows) / max(1, len(rows))


def say(text: str) -> None:
    """Print a line of the report."""
    print(text)  # noqa: T201 - the report
