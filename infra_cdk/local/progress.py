"""What the person sees while the local cloud comes up: every step with its time."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager


class Progress:
    """Prints steps and how long they took, counted from the start of the command."""

    def __init__(self) -> None:
        self._began = time.monotonic()

    @contextmanager
    def step(self, title: str) -> Iterator[None]:
        """Announce a step and, when it is done, its duration."""
        began = time.monotonic()
        self._print(f"{title} …")
        yield
        self._print(f"{title}: done in {time.monotonic() - began:.1f} s")

    def detail(self, text: str) -> None:
        """Print one line inside a step."""
        self._print(f"  {text}")

    def _print(self, text: str) -> None:
        elapsed = time.monotonic() - self._began
        print(f"[{elapsed:6.1f} s] {text}", file=sys.stderr, flush=True)
