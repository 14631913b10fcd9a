"""Print one table: `make bench-gateway`."""

import json
import statistics
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.gateways.peers import TARGETS, Target
from benchmarks.gateways.processes import (
    ROOT,
    Running,
    free_port,
    our_environment,
    our_python,
    start,
)
from benchmarks.gateways.upstream import CHUNKS

SECONDS = 3.0
CONCURRENCIES = (1, 8, 32)
_PROMPT = "Tell me about the quick brown fox and the lazy dog near the river. " * 4
_ROW = "{:<14} {:>8} {:>13}   {:>17} {:>17} {:>17}   {:>10} {:>10} {:>8}"


@dataclass(frozen=True)
class Load:
    """What one load measured."""

    latencies_ms: Sequence[float]
    cpu_ms_each: float

    def p50(self) -> float:
        """Give the median latency, in ms."""
        return statistics.median(self.latencies_ms)

    def p95(self) -> float:
        """Give the 95th percentile, in ms."""
        return self.latencies_ms[int(len(self.latencies_ms) * 0.95)]


def ask(target: Target, *, concurrency: int, is_stream: bool = False) -> Load:
    """Put a load on a target, after a short one that warms it up."""
    body = {
        "model": target.model,
        "messages": [{"role": "user", "content": _PROMPT}],
        "max_tokens": 200,
        **({"stream": True, "stream_options": {"include_usage": True}} if is_stream else {}),
    }
    _load(target, body, concurrency=concurrency, seconds=SECONDS / 3)
    before = target.running.cpu_seconds()
    latencies = _load(target, body, concurrency=concurrency, seconds=SECONDS)
    spent = target.running.cpu_seconds() - before
    return Load(latencies, spent * 1000 / len(latencies))


def _load(target: Target, body: object, *, concurrency: int, seconds: float) -> list[float]:
    told = (target.running.port, concurrency, seconds, json.dumps(dict(target.headers)))
    command = our_python("benchmarks.gateways.load", *map(str, told), json.dumps(body))
    done = subprocess.run(  # noqa: S603 - our own program
        command, capture_output=True, text=True, check=False, env=our_environment(), cwd=ROOT
    )
    if done.returncode:
        raise RuntimeError(done.stderr[-300:])
    latencies: list[float] = json.loads(done.stdout)
    return latencies


def measure(name: str, upstream: Running, base: dict[int, Load]) -> None:
    """Start a target, measure it, print its row and stop it."""
    target = TARGETS[name](upstream)
    is_direct = target.running is upstream
    try:
        loads = {many: ask(target, concurrency=many) for many in CONCURRENCIES}
        if is_direct:
            base.update(loads)
        say(_ROW.format(name, *_cells(target, loads, base), *_stream_cells(target), _rss(target)))
    finally:
        if not is_direct:
            target.running.stop()


def _cells(target: Target, loads: dict[int, Load], base: dict[int, Load]) -> list[str]:
    added = [
        f"{load.p50() - base[many].p50():.2f} / {load.p95() - base[many].p95():.2f}"
        for many, load in loads.items()
    ]
    return [
        f"{target.running.started_seconds:.1f}",
        f"{loads[1].cpu_ms_each:.2f} / {loads[8].cpu_ms_each:.2f}",
        *added,
    ]


def _stream_cells(target: Target) -> list[str]:
    try:
        load = ask(target, concurrency=8, is_stream=True)
    except RuntimeError as error:
        say(f"  a stream failed: {str(error).strip().splitlines()[-1][:150]}")
        return ["-", "-"]
    return [f"{load.cpu_ms_each / CHUNKS * 1000:.0f}", f"{load.p50():.1f}"]


def _rss(target: Target) -> str:
    return f"{target.running.rss_mb():.0f}"


def say(text: str) -> None:
    """Print a line of the report."""
    print(text, flush=True)  # noqa: T201 - the report


def main() -> None:
    """Measure each gateway in turn in front of one upstream; say which could not run, and why."""
    port = free_port()
    command = our_python("benchmarks.gateways.upstream", str(port))
    upstream = start(command, port, environment=our_environment())
    say(f"One run, {SECONDS:.0f} s a load, upstream answers at once, {CHUNKS} chunks a stream.")
    say("Added = over direct, p50 / p95 in ms. CPU and memory are the gateway's whole tree.")
    say(_ROW.format("", "start s", "CPU ms c=1/8", *(f"added ms at c={c}" for c in CONCURRENCIES),
                      "µs a chunk", "stream ms", "RSS MB"))  # fmt: skip
    base: dict[int, Load] = {}
    try:
        for name in TARGETS:
            try:
                measure(name, upstream, base)
            except RuntimeError as error:
                say(f"{name:<14} could not run: {str(error).strip()[-200:]}")
    finally:
        upstream.stop()


if __name__ == "__main__":
    main()
