"""Measuring CPU time of one thread, and of a fresh interpreter."""

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROOTS = (
    *("functions", "layers/domain/python", "layers/adapters/python"),
    "layers/guardrails/python",
)

IMPORT = """
import json, sys, time
begun = time.process_time()
{code}
spent = (time.process_time() - begun) * 1000
rss = int(open("/proc/self/status").read().split("VmHWM:")[1].split()[0]) / 1024
print(json.dumps([spent, rss, len(sys.modules)]))
"""


@dataclass(frozen=True)
class Times:
    """CPU milliseconds a call."""

    median: float
    p99: float


def cpu_ms(action: Callable[[], object], *, rounds: int = 300, calls: int = 10) -> Times:
    """Measure an action: the median and the 99th percentile over rounds of several calls."""
    action()
    samples = []
    for _ in range(rounds):
        begun = time.process_time_ns()
        for _ in range(calls):
            action()
        samples.append((time.process_time_ns() - begun) / calls / 1e6)
    samples.sort()
    return Times(statistics.median(samples), samples[int(rounds * 0.99)])


def fresh_import(code: str, *, runs: int = 5) -> tuple[float, float, int]:
    """Run code in fresh interpreters: median CPU ms, median peak RSS in MB, modules."""
    path = ":".join(str(ROOT / root) for root in ROOTS)
    rows = []
    for _ in range(runs):
        done = subprocess.run(  # noqa: S603 - our own interpreter and code
            [sys.executable, "-c", IMPORT.format(code=code)],
            capture_output=True,
            check=True,
            env={"PYTHONPATH": path, "AWS_DEFAULT_REGION": "us-east-1"},
        )
        rows.append(json.loads(done.stdout))
    return (
        statistics.median(row[0] for row in rows),
        statistics.median(row[1] for row in rows),
        int(rows[0][2]),
    )


def line(name: str, value: str, *, target: str = "", peer: str = "") -> None:
    """Print one row."""
    print(f"{name:<58} {value:>24}  {target:<22} {peer}")  # noqa: T201 - the report
