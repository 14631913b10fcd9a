"""Circuits shared by environments: opened by one, obeyed by all, probed by one at a time."""

from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ironcage.core.errors import ProviderLimited, ProviderUnavailable
from ironcage.gateway import CLOSED, Breakers
from ironcage.gateway.breakers import OPENED, STORE_DOWN, Turn
from ironcage.gateway.routing import CIRCUIT_OPEN, Mode, Sign
from support.fakes_breakers import MemoryBreakerStore, a_deployment
from support.fakes_ledger import ManualClock

D = a_deployment()
ANSWERS = (Sign.WELL, Sign.ILL, Sign.LIMITED, Sign.NONE)


@dataclass
class World:
    """Some environments, one store, one clock."""

    clock: ManualClock = field(default_factory=ManualClock)
    store: MemoryBreakerStore = field(default_factory=MemoryBreakerStore)
    facts: list[str] = field(default_factory=list)

    def environment(self) -> Breakers:
        """Start an environment."""
        return Breakers(self.store, self.clock)

    def turn(self, breakers: Breakers, *, seconds: float = 20) -> Turn | None:
        """Take a turn, or None when there is none."""
        try:
            return breakers.take_turn(D, seconds=seconds, facts=self.facts)
        except ProviderUnavailable as error:
            check_is_open(error)
            return None

    def see(self, breakers: Breakers, *signs: Sign) -> None:
        """Let attempts end so, one after the other."""
        for sign in signs:
            turn = self.turn(breakers)
            assert turn is not None
            breakers.report(turn, sign)

    def opened(self) -> Breakers:
        """Start an environment that has just opened the circuit."""
        breakers = self.environment()
        self.see(breakers, *[Sign.ILL] * 5)
        assert self.mode() is Mode.OPEN
        return breakers

    def mode(self) -> Mode:
        """Tell how the shared circuit stands."""
        return self.store.circuits.get(D, CLOSED).mode(self.clock.now_ms())


def check_is_open(error: ProviderUnavailable) -> None:
    assert (error.details["reason"], error.sent) == (CIRCUIT_OPEN, False)


def test_five_failures_in_a_row_open_the_circuit() -> None:
    world = World()
    breakers = world.environment()

    world.see(breakers, *[Sign.ILL] * 4)
    before = world.mode()
    world.see(breakers, Sign.ILL)

    assert (before, world.mode()) == (Mode.CLOSED, Mode.OPEN)
    assert world.facts == [OPENED]
    assert world.turn(breakers) is None


@pytest.mark.parametrize("sign", [Sign.NONE, Sign.LIMITED])
def test_mistakes_of_clients_and_rate_limits_never_open_it(sign: Sign) -> None:
    world = World()

    world.see(world.environment(), *[sign] * 50)

    assert world.store.writes == 0


def test_answer_ends_a_row_of_failures() -> None:
    world = World()

    world.see(world.environment(), *[Sign.ILL] * 4, Sign.WELL, *[Sign.ILL] * 4)

    assert world.mode() is Mode.CLOSED


def test_six_failures_of_ten_open_the_circuit_without_five_in_a_row() -> None:
    world = World()

    world.see(world.environment(), *[Sign.ILL, Sign.ILL, Sign.WELL] * 3, Sign.ILL)

    assert world.mode() is Mode.OPEN


def test_failures_of_long_ago_do_not_count() -> None:
    world = World()
    breakers = world.environment()
    world.see(breakers, *[Sign.ILL] * 4)

    world.clock.advance(301)
    world.see(breakers, Sign.ILL)

    assert world.mode() is Mode.CLOSED


def test_other_environments_obey_within_a_second() -> None:
    world = World()
    other = world.environment()
    world.see(other, Sign.WELL)
    world.opened()

    at_once = world.turn(other)
    world.clock.advance(1)

    assert at_once is not None
    assert world.turn(other) is None


def test_healthy_deployment_costs_one_read_a_second_and_no_write() -> None:
    world = World()
    breakers = world.environment()

    for _ in range(100):
        world.see(breakers, Sign.WELL)
        world.clock.advance(0.1)

    assert world.store.reads == 10
    assert world.store.writes == 0


def test_failures_are_not_written_until_they_open_the_circuit() -> None:
    world = World()

    world.see(world.environment(), *[Sign.WELL, Sign.ILL] * 50)

    assert world.store.writes == 0


@pytest.mark.parametrize(
    ("sign", "mode", "pause"), [(Sign.WELL, Mode.CLOSED, 0), (Sign.ILL, Mode.OPEN, 60_000)]
)
def test_one_probe_decides_after_half_a_minute(sign: Sign, mode: Mode, pause: int) -> None:
    world = World()
    breakers = world.opened()
    world.clock.advance(30)

    world.see(breakers, sign)

    assert world.mode() is mode
    assert breakers.wait_ms(D, world.facts) == pause
    assert world.facts.count(OPENED) == (2 if sign is Sign.ILL else 1)


def test_probe_that_said_nothing_leaves_the_next_one_to_try() -> None:
    world = World()
    breakers = world.opened()
    world.clock.advance(30)

    world.see(breakers, Sign.NONE, Sign.WELL)

    assert world.mode() is Mode.CLOSED


def test_only_one_environment_probes_and_the_rest_waits() -> None:
    world = World()
    world.opened()
    world.clock.advance(30)
    environments = [world.environment() for _ in range(20)]

    turns = [world.turn(breakers) for breakers in environments]

    assert [turn.is_probe for turn in turns if turn] == [True]


def test_only_one_environment_probes_when_all_saw_the_circuit_a_moment_ago() -> None:
    world = World()
    world.opened()
    environments = [world.environment() for _ in range(20)]
    world.clock.advance(29.5)
    before = [world.turn(breakers) for breakers in environments]
    world.clock.advance(0.5)

    turns = [world.turn(breakers) for breakers in environments]

    assert before == [None] * 20
    assert [turn.is_probe for turn in turns if turn] == [True]


def test_failures_that_began_before_the_circuit_opened_do_not_prolong_it() -> None:
    world = World()
    other = world.environment()
    begun = [world.turn(other) for _ in range(5)]
    world.opened()
    until_ms = world.store.circuits[D].until_ms
    world.clock.advance(2)

    for turn in begun:
        assert turn is not None
        other.report(turn, Sign.ILL)

    assert world.store.circuits[D].until_ms == until_ms
    assert world.facts == [OPENED]


def test_failures_from_before_an_outage_do_not_count_after_it() -> None:
    world = World()
    other = world.environment()
    world.see(other, *[Sign.ILL] * 4)
    prober = world.opened()
    world.clock.advance(2)
    assert world.turn(other) is None
    world.clock.advance(28)
    world.see(prober, Sign.WELL)
    world.clock.advance(1)

    world.see(other, Sign.ILL)

    assert world.mode() is Mode.CLOSED


def test_probe_of_an_environment_that_died_is_lent_again() -> None:
    world = World()
    breakers = world.opened()
    world.clock.advance(30)
    assert world.turn(breakers, seconds=20)

    world.clock.advance(20.9)
    early = world.turn(world.environment())
    world.clock.advance(0.1)
    late = world.turn(world.environment())

    assert early is None
    assert late is not None
    assert late.is_probe


def test_verdict_of_a_probe_that_was_given_up_no_longer_counts() -> None:
    world = World()
    slow = world.opened()
    world.clock.advance(30)
    given_up = world.turn(slow, seconds=1)
    world.clock.advance(5)
    world.see(world.environment(), Sign.WELL)

    assert given_up is not None
    slow.report(given_up, Sign.ILL)

    assert world.mode() is Mode.CLOSED


def test_environment_that_finds_the_circuit_closed_meanwhile_just_asks() -> None:
    world = World()
    other = world.environment()
    world.opened()
    world.clock.advance(29.5)
    assert world.turn(other) is None
    world.clock.advance(0.5)
    world.see(world.environment(), Sign.WELL)

    turn = world.turn(other)

    assert turn is not None
    assert not turn.is_probe


def test_two_environments_that_open_at_once_open_it_once() -> None:
    world = World()
    one, two = world.environment(), world.environment()
    world.see(one, *[Sign.ILL] * 4)
    world.see(two, *[Sign.ILL] * 4)

    world.see(one, Sign.ILL)
    world.clock.advance(0.1)
    world.see(two, Sign.ILL)

    assert world.store.circuits[D].trips == 1
    assert world.facts == [OPENED]
    assert world.turn(two) is None


def test_store_that_is_down_leaves_every_circuit_closed_and_is_reported() -> None:
    world = World()
    world.opened()
    world.store.is_down = True
    breakers = world.environment()

    world.see(breakers, Sign.WELL)

    assert world.facts[-1] == STORE_DOWN
    assert world.store.reads <= 3


def test_store_that_goes_down_before_a_probe_lets_the_request_through() -> None:
    world = World()
    breakers = world.opened()
    world.clock.advance(29.5)
    assert world.turn(breakers) is None
    world.clock.advance(0.5)
    world.store.is_down = True

    turn = world.turn(breakers)

    assert turn is not None
    assert STORE_DOWN in world.facts


def test_store_that_is_down_when_a_circuit_should_open_keeps_it_closed() -> None:
    world = World()
    breakers = world.environment()
    world.store.is_down = True

    world.see(breakers, *[Sign.ILL] * 20)

    assert OPENED not in world.facts
    assert STORE_DOWN in world.facts


def test_deployment_rests_as_long_as_its_provider_asked() -> None:
    world = World()
    breakers = world.environment()

    breakers.rest(D, 7)
    world.clock.advance(3.5)
    with pytest.raises(ProviderLimited) as resting:
        world.turn(breakers)
    world.clock.advance(3.5)

    assert resting.value.retry_after_seconds == 4
    assert world.turn(breakers) is not None


@given(
    steps=st.lists(
        st.tuples(
            st.integers(0, 2),
            st.sampled_from(("begin", "end", "pass", "tick")),
            st.sampled_from(ANSWERS),
        ),
        max_size=60,
    )
)
@settings(max_examples=300)
def test_never_more_than_one_probe_is_under_way(steps: list[tuple[int, str, Sign]]) -> None:
    world = World()
    environments = [world.opened(), world.environment(), world.environment()]
    probes: list[tuple[Breakers, Turn, int]] = []
    for at, step, sign in steps:
        breakers = environments[at]
        if step in {"pass", "tick"}:
            world.clock.advance(13 if step == "pass" else 0.5)
        probes = [probe for probe in probes if probe[2] > world.clock.now_ms()]
        if step == "end" and probes:
            owner, turn, _ = probes.pop()
            owner.report(turn, sign)
        if step == "begin" and (new := world.turn(breakers)) is not None and new.is_probe:
            probes.append((breakers, new, world.clock.now_ms() + 20_000))

        assert len(probes) <= 1
