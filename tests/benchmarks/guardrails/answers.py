"""Ordinary answers of language models: what the default policy sees in them, and should not."""

import gzip
import json
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks.measure import ROOT
from ironcage.firewall import Origin, default_policies, standard_firewall

POOL = ROOT / "layers" / "guardrails" / "training" / "data" / "train.jsonl.gz"
KIND = "-answers"
FEWEST = 2_000

Say = Callable[[str], None]


def answers(pool: Path) -> Iterator[str]:
    """Read the answers of the training pool: stories, code and sums that nobody planted data in."""
    with gzip.open(pool, "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            if str(row["source"]).endswith(KIND):
                yield row["text"]


def report(say: Say, pool: Path = POOL) -> None:
    """Say how many findings there are in a thousand answers, by type."""
    firewall, policy = standard_firewall(), default_policies().output
    found: Counter[str] = Counter()
    flagged = total = 0
    for text in answers(pool):
        findings = firewall.inspect(text, Origin.MODEL, policy).findings
        found.update({finding.type for finding in findings})
        flagged += bool(findings)
        total += 1
    enough = "" if total >= FEWEST else f", fewer than the {FEWEST} that say something"
    say(f"{total} ordinary answers{enough}: {1000 * flagged / max(total, 1):.2f} of 1,000 flagged")
    for kind, count in found.most_common():
        say(f"  {kind:<28}{1000 * count / total:>8.2f} of 1,000")


if __name__ == "__main__":
    report(print)
