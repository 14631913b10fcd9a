"""Starting a server, waiting for it, and reading what it used from `/proc`."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[3]
ROOTS = ("functions", "layers/domain/python", "layers/adapters/python", "tests")
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Running:
    """A server and everything that it started."""

    process: "subprocess.Popen[str]"
    port: int
    started_seconds: float = 0.0
    first_line: str = ""

    def cpu_seconds(self) -> float:
        """Add up the CPU time of the whole tree so far."""
        return sum(_cpu_of(pid) for pid in _tree(self.process.pid))

    def rss_mb(self) -> float:
        """Add up the memory of the whole tree now."""
        return sum(_rss_of(pid) for pid in _tree(self.process.pid))

    def stop(self) -> None:
        """Stop the tree."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def start(
    command: Sequence[str],
    port: int,
    *,
    environment: Mapping[str, str] | None = None,
    says_first_line: bool = False,
    patience_seconds: float = 90.0,
) -> Running:
    """Start a server and wait until it accepts connections.

    Raises:
        RuntimeError: it ended, or did not listen in time; with the end of what it said.
    """
    begun = time.perf_counter()
    log = ROOT / "build" / f"bench-{port}.log"
    with log.open("w") as errors:
        process = subprocess.Popen(  # noqa: S603 - the programs of this benchmark
            command,
            stdout=subprocess.PIPE if says_first_line else errors,
            stderr=errors,
            text=True,
            start_new_session=True,
            env=dict(environment or {}),
            cwd=ROOT,
        )
    running = Running(process, port)
    if says_first_line and process.stdout:
        running.first_line = process.stdout.readline().strip()
    while not _listens(port):
        if process.poll() is not None or time.perf_counter() - begun > patience_seconds:
            running.stop()
            raise RuntimeError(log.read_text()[-400:])
        time.sleep(0.02)
    running.started_seconds = time.perf_counter() - begun
    return running


def our_python(*arguments: str) -> list[str]:
    """Name a program of ours for `start`."""
    return [sys.executable, "-m", *arguments]


def our_environment() -> dict[str, str]:
    """Name what our programs need."""
    return {"PYTHONPATH": ":".join(str(ROOT / root) for root in ROOTS), "PATH": os.defpath}


def free_port() -> int:
    """Find a port that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(0.2)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _tree(pid: int) -> list[int]:
    """List a process and its descendants."""
    children = Path(f"/proc/{pid}/task/{pid}/children")
    found = [int(child) for child in children.read_text().split()] if children.exists() else []
    return [pid, *(each for child in found for each in _tree(child))]


def _cpu_of(pid: int) -> float:
    """Read user and system time, with those of its waited-for children."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(int(ticks) for ticks in fields[11:15]) / _TICKS


def _rss_of(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024
