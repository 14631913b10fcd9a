"""A cache forgets by age on either clock, and by number."""

from dataclasses import dataclass

from ironcage.core import ExpiringCache
from support.fakes_ledger import ManualClock


@dataclass
class SplitClock(ManualClock):
    """A clock whose two hands are moved one by one."""

    uptime: float = 0.0

    def monotonic(self) -> float:
        """Tell the hand that a frozen environment stops."""
        return self.uptime


def test_value_is_found_until_it_is_too_old() -> None:
    clock = ManualClock()
    cache = ExpiringCache[str, int](clock, seconds=5, size=2)
    cache.put("a", 1)

    clock.advance(4.999)
    assert cache.get("a") == 1
    clock.advance(0.001)

    assert cache.get("a") is None


def test_age_counts_from_the_moment_before_a_slow_read() -> None:
    clock = ManualClock()
    cache = ExpiringCache[str, int](clock, seconds=5, size=2)
    asked_at = cache.moment()
    clock.advance(3)
    cache.put("a", 1, asked_at)

    clock.advance(1.999)
    assert cache.get("a") == 1
    clock.advance(0.001)

    assert cache.get("a") is None


def test_value_is_forgotten_when_an_environment_was_frozen() -> None:
    clock = SplitClock()
    cache = ExpiringCache[str, int](clock, seconds=5, size=2)
    cache.put("a", 1)

    clock.advance(600)

    assert clock.monotonic() == 0
    assert cache.get("a") is None


def test_value_is_forgotten_when_the_wall_clock_is_set_back() -> None:
    clock = SplitClock()
    cache = ExpiringCache[str, int](clock, seconds=5, size=2)
    cache.put("a", 1)

    clock.advance(-1)

    assert cache.get("a") is None


def test_value_is_forgotten_when_the_wall_clock_stands_still() -> None:
    clock = SplitClock()
    cache = ExpiringCache[str, int](clock, seconds=5, size=2)
    cache.put("a", 1)

    clock.uptime = 5

    assert cache.get("a") is None


def test_oldest_value_makes_room() -> None:
    cache = ExpiringCache[str, int](ManualClock(), seconds=5, size=2)
    for number, name in enumerate("abac"):
        cache.put(name, number)

    assert (cache.get("a"), cache.get("b"), cache.get("c")) == (2, None, 3)


def test_value_of_use_outlasts_those_that_nobody_asked_for() -> None:
    cache = ExpiringCache[str, int](ManualClock(), seconds=5, size=2)
    cache.put("a", 1)
    cache.put("b", 2)

    assert cache.get("a") == 1
    cache.put("c", 3)

    assert (cache.get("a"), cache.get("b"), cache.get("c")) == (1, None, 3)


def test_dropped_value_is_gone() -> None:
    cache = ExpiringCache[str, int](ManualClock(), seconds=5, size=2)
    cache.put("a", 1)

    cache.drop("a")
    cache.drop("never there")

    assert cache.get("a") is None
