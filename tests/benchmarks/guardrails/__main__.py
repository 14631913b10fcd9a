"""Print every part, or those named: `make bench-guardrails PARTS="injection secrets"`."""

import sys
from collections.abc import Callable

from benchmarks.guardrails import answers, ner, pii, secrets
from benchmarks.guardrails.figures import say
from benchmarks.guardrails.injection import bench_injection
from benchmarks.guardrails.speed import bench_speed

PARTS: dict[str, Callable[[], None]] = {
    "injection": bench_injection,
    "speed": bench_speed,
    "secrets": lambda: secrets.report(say),
    "pii": lambda: pii.report(say),
    "ner": lambda: ner.report(say),
    "answers": lambda: answers.report(say),
}

if __name__ == "__main__":
    for part in sys.argv[1:] or PARTS:
        PARTS[part]()
