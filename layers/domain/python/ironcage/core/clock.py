"""Time comes from a clock that the caller hands in."""

import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """What we ask of time."""

    def now_ms(self) -> int:
        """Tell the wall clock, in milliseconds since 1970 (UTC)."""
        ...

    def monotonic(self) -> float:
        """Tell seconds that never run backwards, for durations."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now_ms(self) -> int:
        """Tell the wall clock, in milliseconds since 1970 (UTC)."""
        return time.time_ns() // 1_000_000

    def monotonic(self) -> float:
        """Tell seconds that never run backwards, for durations."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)


def iso_utc(moment_ms: int) -> str:
    """Write a moment as ISO-8601 in UTC with milliseconds and `Z`."""
    moment = datetime.fromtimestamp(moment_ms / 1000, tz=UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
