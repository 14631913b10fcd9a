"""Fallback end to end in memory: who is asked, how often, at what price, and how it ends."""

from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ironcage.core.errors import (
    DeadlineExceeded,
    IronCageError,
    ProviderLimited,
    ProviderRejected,
    ProviderUnavailable,
)
from ironcage.gateway import ProviderCall, Usage
from support.builders_budgets import KEY
from support.fakes_gateway import (
    MODEL,
    Step,
    a_body,
    a_chunk,
    a_provider,
    a_stream,
    a_view,
    an_answer,
)
from support.fakes_ledger import ManualClock
from support.fakes_routing import ONE, TWO, RoutedRig, a_routed_rig, reasons

DOWN = ProviderUnavailable(sent=False, reason="no_connection")
BUSY = ProviderUnavailable(sent=False, status=503)
BAD_KEY = ProviderUnavailable(sent=False, status=401)
LOST = ProviderUnavailable(sent=True, reason="hung_up")
STREAM = a_body(stream=True)


def limited(seconds: int) -> ProviderLimited:
    error = ProviderLimited()
    error.retry_after_seconds = seconds
    return error


@pytest.mark.parametrize(
    ("failure", "asked"),
    [
        pytest.param(DOWN, 3, id="down"),
        pytest.param(BUSY, 3, id="busy"),
        pytest.param(BAD_KEY, 1, id="bad-key"),
        pytest.param(limited(1), 1, id="limited-is-not-waited-for-when-another-can-answer"),
    ],
)
@pytest.mark.parametrize("body", [a_body(), STREAM], ids=["whole", "stream"])
def test_next_provider_answers(
    failure: IronCageError, asked: int, *, body: dict[str, object]
) -> None:
    answer = a_stream("Hello.") if body is STREAM else an_answer()
    rig = a_routed_rig(one=[failure], two=[answer])

    response = rig.ask(body)

    assert response.status == 200
    assert (rig.chat.asked(ONE), rig.chat.asked(TWO)) == (asked, 1)
    assert rig.records.records[0]["provider_id"] == TWO
    assert "provider_failover" in rig.observer.closings[0][1]
    assert rig.ledger.read(KEY).held == 0


def test_first_provider_that_answers_is_no_failover() -> None:
    rig = a_routed_rig(one=[an_answer()], two=[an_answer()])

    rig.ask()

    assert reasons(rig) == ["answered"]
    assert rig.chat.asked(TWO) == 0
    assert rig.observer.closings[0][1] == []


def test_blip_is_repeated_at_the_same_provider_after_pauses_that_grow() -> None:
    rig = a_routed_rig(one=[BUSY, BUSY, an_answer()], two=[an_answer()])

    answer = rig.ask()

    assert answer.status == 200
    assert rig.clock.slept == [0.2, 0.4]  # type: ignore[attr-defined]  # the rig's clock is manual
    assert reasons(rig) == ["http_503", "http_503", "answered"]
    assert rig.records.records[0]["provider_id"] == ONE


def test_record_lists_every_attempt_with_provider_reason_and_time() -> None:
    rig = a_routed_rig(one=[BAD_KEY], two=[an_answer()])
    rig.chat.takes = lambda _: rig.clock.sleep(0.25)

    rig.ask()

    assert rig.records.records[0]["attempts"] == [
        {"provider_id": ONE, "reason": "http_401", "ms": 250.0},
        {"provider_id": TWO, "reason": "answered", "ms": 250.0},
    ]


@pytest.mark.parametrize("lost", [LOST, DeadlineExceeded(sent=True)])
@pytest.mark.parametrize("body", [a_body(), STREAM], ids=["whole", "stream"])
def test_request_of_unknown_outcome_goes_nowhere_else(
    lost: IronCageError, body: dict[str, object]
) -> None:
    rig = a_routed_rig(one=[BUSY, lost], two=[an_answer()])

    answer = rig.ask(body)

    assert answer.status in {503, 504}
    assert (rig.chat.asked(ONE), rig.chat.asked(TWO)) == (2, 0)
    assert rig.records.records[0]["outcome"] == "unknown"
    assert rig.ledger.read(KEY).held > 0


def test_clients_mistake_is_answered_at_once_and_counts_against_nobody() -> None:
    rig = a_routed_rig(one=[ProviderRejected(status=400)], two=[an_answer()])

    codes = [rig.ask(request_id=f"req_{n:06d}").code for n in range(12)]

    assert set(codes) == {"PROVIDER_REJECTED"}
    assert rig.chat.asked(ONE) == 12
    assert rig.breakers.writes == 0


def test_provider_that_keeps_failing_is_left_alone_and_tried_again_later() -> None:
    rig = a_routed_rig(one=[BAD_KEY] * 5 + [an_answer()], two=[an_answer()])
    for n in range(5):
        rig.ask(request_id=f"req_{n:06d}")

    rig.ask(request_id="req_000005")
    left_alone = reasons(rig)
    rig.clock.sleep(30)
    rig.ask(request_id="req_000006")

    assert "breaker_opened" in rig.observer.closings[4][1]
    assert left_alone == ["circuit_open", "answered"]
    assert reasons(rig) == ["answered"]
    assert rig.records.records[-1]["provider_id"] == ONE


def test_retry_stops_as_soon_as_the_circuit_opens() -> None:
    rig = a_routed_rig(one=[BUSY], two=[an_answer()])

    rig.ask(request_id="req_000001")
    rig.ask(request_id="req_000002")

    assert reasons(rig) == ["http_503", "http_503", "answered"]
    assert rig.chat.asked(ONE) == 5


def test_all_circuits_open_says_when_the_first_may_be_back() -> None:
    rig = a_routed_rig(one=[BAD_KEY])
    for n in range(5):
        rig.ask(request_id=f"req_{n:06d}")
    rig.clock.sleep(10.5)

    answer = rig.ask(request_id="req_000005")

    assert (answer.status, answer.code) == (503, "ALL_PROVIDERS_DOWN")
    assert answer.headers["retry-after"] == "20"
    assert rig.chat.asked(ONE) == 5
    assert rig.ledger.read(KEY).spent == rig.ledger.read(KEY).held == 0


def test_provider_that_may_be_back_at_once_gets_no_delay() -> None:
    answer = a_routed_rig(one=[BAD_KEY]).ask()

    assert (answer.status, answer.code) == (503, "ALL_PROVIDERS_DOWN")
    assert "retry-after" not in answer.headers


def test_all_limited_is_a_429_with_the_shortest_delay_and_nobody_is_asked_meanwhile() -> None:
    rig = a_routed_rig(one=[limited(9)], two=[limited(5)])

    first = rig.ask()
    rig.clock.sleep(1)
    second = rig.ask(request_id="req_000002")

    assert [(a.status, a.headers["retry-after"]) for a in (first, second)] == [
        (429, "5"),
        (429, "4"),
    ]
    assert len(rig.chat.calls) == 2
    assert reasons(rig) == ["resting", "resting"]


def test_short_limit_of_the_last_provider_is_waited_for() -> None:
    rig = a_routed_rig(one=[limited(1), an_answer()])

    answer = rig.ask()

    assert answer.status == 200
    assert rig.clock.slept == [1.2]  # type: ignore[attr-defined]  # the rig's clock is manual


def test_wait_that_the_deadline_forbids_is_not_begun() -> None:
    rig = a_routed_rig(one=[limited(2), an_answer()])
    rig.seconds_left = 5.0

    answer = rig.ask()

    assert answer.status == 429
    assert rig.clock.slept == []  # type: ignore[attr-defined]  # the rig's clock is manual


def test_next_provider_is_not_asked_when_too_little_time_is_left_for_an_answer() -> None:
    rig = a_routed_rig(one=[BAD_KEY], two=[an_answer()])
    begun = rig.clock.monotonic()
    rig.chat.takes = lambda _: rig.clock.sleep(7.5)

    answer = rig.ask(remaining_seconds=lambda: 10.0 - (rig.clock.monotonic() - begun))

    assert (answer.status, answer.code) == (504, "DEADLINE_EXCEEDED")
    assert rig.chat.asked(TWO) == 0
    assert rig.ledger.read(KEY).spent == rig.ledger.read(KEY).held == 0


def test_store_of_circuits_that_is_down_costs_nobody_an_answer() -> None:
    rig = a_routed_rig(one=[BAD_KEY], two=[an_answer()])
    rig.breakers.is_down = True

    answers = [rig.ask(request_id=f"req_{n:06d}").status for n in range(8)]

    assert set(answers) == {200}
    assert "breaker_store_down" in rig.observer.closings[0][1]


def test_stream_that_broke_after_its_first_chunk_is_not_begun_anew() -> None:
    rig = a_routed_rig(one=[BUSY, [a_chunk({"content": "Hello"}), LOST]], two=[a_stream("Again.")])

    answer = rig.ask(STREAM)

    assert answer.events()[-1]["error"]["code"] == "PROVIDER_UNAVAILABLE"  # type: ignore[index]
    assert rig.chat.asked(TWO) == 0
    record = rig.records.records[0]
    assert (record["outcome"], record["is_usage_estimated"]) == ("broken", True)
    assert rig.ledger.read(KEY).held == 0
    assert rig.ledger.read(KEY).spent == record["cost_micros"]


def test_provider_that_breaks_its_streams_is_left_alone_too() -> None:
    rig = a_routed_rig(one=[[a_chunk({"content": "Hello"}), LOST]], two=[a_stream("Hi.")])
    for n in range(5):
        rig.ask(STREAM, request_id=f"req_{n:06d}")

    rig.ask(STREAM, request_id="req_000005")

    assert "breaker_opened" in rig.observer.closings[4][1]
    assert rig.records.records[-1]["provider_id"] == TWO


def test_probe_by_a_stream_frees_the_circuit_with_its_first_chunk() -> None:
    rig = a_routed_rig(one=[*[BAD_KEY] * 5, a_stream("Hi", " there.")], two=[an_answer()])
    for n in range(5):
        rig.ask(request_id=f"req_{n:06d}")
    rig.clock.sleep(30)

    events = rig.gateway.answer(rig.call(STREAM, request_id="req_000005"))
    next(events)
    standing = [circuit.trips for circuit in rig.breakers.circuits.values()]
    rest = list(events)

    assert standing == [0]
    assert rest


def test_reader_who_hangs_up_counts_against_nobody() -> None:
    rig = a_routed_rig(one=[a_stream(*["word "] * 20)])
    for n in range(12):
        events = rig.gateway.answer(rig.call(STREAM, request_id=f"req_{n:06d}"))
        for _ in range(3):
            next(events)
        events.close()  # type: ignore[attr-defined]  # a generator, as the runtime sees it

    assert rig.chat.hung_up == 12
    assert rig.breakers.writes == 0


DEAR = {MODEL: (10_000_000, 50_000_000)}
CHEAP = {MODEL: (1_000_000, 2_000_000)}


@pytest.mark.parametrize("dear_first", [True, False])
def test_one_hold_covers_the_dearest_route_and_the_answer_costs_its_own(dear_first: bool) -> None:  # noqa: FBT001 - a test's row
    prices = [DEAR, CHEAP] if dear_first else [CHEAP, DEAR]
    rig = a_routed_rig(one=[BAD_KEY], two=[an_answer("Hello.", Usage(100, 10))])
    rig.directory.current = a_view(
        a_provider(ONE, prices=prices[0]), a_provider(TWO, prices=prices[1])
    )
    held: list[int] = []
    rig.chat.takes = lambda _: held.append(rig.ledger.read(KEY).held)

    answer = rig.ask(a_body(max_tokens=1_000))

    cost = 120 if dear_first else 1_500
    assert answer.status == 200
    assert held[0] == held[1] > 1_000 * 50
    assert rig.ledger.read(KEY).spent == cost
    assert rig.ledger.read(KEY).held == 0


def test_each_route_gets_its_own_model_name_and_token_limit() -> None:
    rig = a_routed_rig(one=[BAD_KEY], two=[an_answer()])
    rig.directory.current = a_view(
        a_provider(ONE, models={MODEL: "gpt-4o"}), a_provider(TWO, models={MODEL: "gpt-4"})
    )

    rig.ask(a_body(max_tokens=12_000))

    sent = [(c.body["model"], c.body["max_completion_tokens"]) for c in rig.chat.calls]
    assert sent == [("gpt-4o", 12_000), ("gpt-4", 8_192)]


@dataclass
class Slow:
    """Lets each call take its share of the time that it was given."""

    rig: RoutedRig
    shares: list[float]

    def __call__(self, call: ProviderCall) -> None:
        """Spend the time."""
        share = self.shares.pop() if self.shares else 0.0
        self.rig.clock.sleep(call.timeout_seconds * share)


FAILURES = st.sampled_from(
    [DOWN, BUSY, BAD_KEY, LOST, limited(1), limited(2), limited(30), DeadlineExceeded(sent=True)]
)


@given(
    scripts=st.lists(st.lists(FAILURES, min_size=1, max_size=4), min_size=1, max_size=3),
    shares=st.lists(st.floats(0, 1), max_size=9),
    seconds=st.floats(2.1, 30),
    answers=st.booleans(),
)
@settings(max_examples=200)
def test_no_script_passes_the_deadline_or_repeats_what_may_be_paid(
    scripts: list[list[IronCageError]], shares: list[float], *, seconds: float, answers: bool
) -> None:
    steps: list[list[Step]] = [[*script, *[an_answer()] * answers] for script in scripts]
    rig = a_routed_rig(**dict(zip(("one", "two", "three"), steps, strict=False)))
    assert isinstance(rig.clock, ManualClock)
    begun = rig.clock.monotonic()
    rig.chat.takes = Slow(rig, shares)

    answer = rig.ask(remaining_seconds=lambda: seconds - (rig.clock.monotonic() - begun))

    spent = rig.clock.monotonic() - begun
    told = reasons(rig)
    lost = [at for at, reason in enumerate(told) if reason in {"hung_up", "DEADLINE_EXCEEDED"}]
    assert spent <= seconds - 2.0 + 0.05
    assert len(rig.chat.calls) <= 3 * len(scripts)
    assert answer.status in {200, 429, 503, 504}
    assert all(at == len(told) - 1 for at in lost)
    assert rig.ledger.read(KEY).is_balanced()
