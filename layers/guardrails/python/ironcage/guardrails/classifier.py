"""Prompt injection, by trained models: in the text itself, and in what it could be hiding.

The phrase rules can make the models surer of a window; they never decide by themselves. Those of
orders in other languages do, since the models have read little in them.
"""

import hashlib
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path

from ironcage.firewall import (
    Finding,
    InjectionDetector,
    NormalisedText,
    OrderRules,
    Origin,
    View,
    plain_view,
    second_views,
    without_encoded,
)
from ironcage.guardrails.cascade import Cascade, Margin, allowance
from ironcage.guardrails.settings import MODEL
from ironcage.guardrails.shown import ORDERING, is_terse, shown

INJECTION = "PROMPT_INJECTION"
LOWEST_SCORE = 0.1
_FLAGGED = 0.5
_MOST_VIEWS = 6
# A disguise is worth a look when undoing it gives words that orders to a model are made of.
_TELLING = (*ORDERING, "your", "assistant", "send ", "tell ", "you ")


@dataclass(frozen=True, slots=True)
class Judgement:
    """How sure the models are of an injection, where, and how much of the text they looked at."""

    score: float
    findings: tuple[Finding, ...]
    windows: int
    encoded: int


class InjectionClassifier:
    """The detector `injection`; its models are read on first use."""

    name = "injection"

    def __init__(self, folder: Path = MODEL) -> None:
        self._cascade = Cascade(folder)
        self._phrases = InjectionDetector()
        self._orders = OrderRules()

    @cached_property
    def version(self) -> str:
        """Name models, thresholds, phrases and code by one hash; the settings hold the models'."""
        packs = self._cascade.settings.source + self._phrases.version + self._orders.version
        digest = hashlib.sha256(packs.encode())
        for file in sorted(Path(__file__).parent.glob("*.py")):
            digest.update(file.read_bytes())
        return digest.hexdigest()[:16]

    def detect(self, text: NormalisedText, origin: Origin) -> Sequence[Finding]:
        """See orders to the model in a whole text; offsets are those of the original."""
        return self.judge(text, origin).findings

    def detect_beside(
        self, text: NormalisedText, origin: Origin, *, task: str
    ) -> Sequence[Finding]:
        """See orders to the model in a document that is read for a task of the user."""
        return self.judge(text, origin, task=task).findings

    def scores(self, texts: Iterable[str], origin: Origin, *, task: str = "") -> list[float]:
        """Score texts from 0 to 1; 0.5 is the operating point of their origin."""
        return [self.judge(NormalisedText(text), origin, task=task).score for text in texts]

    def judge(self, text: NormalisedText, origin: Origin, *, task: str = "") -> Judgement:
        """Read a text and, where nothing stands there openly, everything it could be hiding."""
        phrases = [(f.start, f.end) for f in self._phrases.detect(text, origin)]
        seen = shown(without_encoded(text.text))
        known = [(text.folded_index(start), text.folded_index(end)) for start, end in phrases]
        margins = self._cascade.margins(seen, origin, task=task, known=known)
        encoded, penalty = sum(m.is_encoded for m in margins), self._cascade.settings.view_penalty
        findings = self._findings(margins, View(text.text, text.span), phrases)
        plain = plain_view(text.original)
        findings += self._orders.detect(plain)
        if not any(f.score >= _FLAGGED for f in findings):
            left = max(1, allowance(len(margins)) - encoded)
            for view in islice(_disguises(text, plain), _MOST_VIEWS):
                hidden = self._cascade.margins(shown(view.text), origin, most=left)
                left -= sum(m.is_encoded for m in hidden)
                encoded += sum(m.is_encoded for m in hidden)
                findings += self._findings(hidden, view, phrases, penalty=penalty)
        return Judgement(
            score=max((f.score for f in findings), default=0.0),
            findings=merged(f for f in findings if f.score >= LOWEST_SCORE),
            windows=len(margins),
            encoded=encoded,
        )

    def _findings(
        self,
        margins: Iterable[Margin],
        view: View,
        phrases: Sequence[tuple[int, int]],
        *,
        penalty: float = 0.0,
    ) -> list[Finding]:
        """Give each window its place in the original, and its score."""
        lift = self._cascade.settings.phrase_lift
        penalty += self._cascade.settings.terse_penalty if is_terse(view.text) else 0.0
        findings = []
        for margin in margins:
            start, end = view.locate(margin.start, margin.end)
            is_known = any(first < end and start < last for first, last in phrases)
            value = margin.value - penalty + (lift if is_known else 0.0)
            findings.append(_finding(start, end, value))
        return findings


def merged(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Join windows that touch each other, flagged with flagged and doubted with doubted."""
    kept: list[Finding] = []
    for new in sorted(findings, key=lambda f: (f.score < _FLAGGED, f.start, f.end)):
        last = kept[-1] if kept else None
        is_alike = last is not None and (last.score >= _FLAGGED) == (new.score >= _FLAGGED)
        if last is None or not is_alike or new.start > last.end:
            kept.append(new)
            continue
        end, score = max(last.end, new.end), max(last.score, new.score)
        kept[-1] = Finding(last.type, last.detector, last.start, end, score=score)
    return tuple(sorted(kept, key=lambda f: (f.start, f.end)))


def _finding(start: int, end: int, margin: float) -> Finding:
    score = 1 / (1 + math.exp(-max(-30.0, min(30.0, margin))))
    return Finding(INJECTION, "injection/model", start, end, score=round(score, 4))


def _disguises(text: NormalisedText, plain: View) -> Iterator[View]:
    """Offer what a text could be hiding, where that tells more than the text itself."""
    told = _telling(text.text.lower())
    for view in (plain, *second_views(text, plain)):
        if _telling(view.text) > told:
            yield view


def _telling(text: str) -> int:
    return sum(text.count(word) for word in _TELLING)
