"""A firewall that cannot answer blocks, in both directions, whatever it ran into (steps 2 and 8).

At the input nothing was held or sent; at the output the answer was made, so it is charged and not
shown. The same for whole answers and streams.
"""

import json

import pytest

from ironcage.core.errors import DeadlineExceeded, LedgerUnavailable, OutputBlocked
from ironcage.firewall import Firewall
from ironcage.gateway import Head, Usage
from support.builders_budgets import KEY
from support.fakes_firewall import FixedDetector, RaisingDetector
from support.fakes_gateway import (
    CHAT,
    EMBED,
    EMBEDDER,
    GatewayRig,
    Response,
    ScriptedChat,
    a_body,
    a_chunk,
    a_provider,
    a_stream,
    a_view,
    an_answer,
)

ERRORS = [
    TimeoutError(),
    MemoryError(),
    RecursionError(),
    KeyError("model"),
    StopIteration(),
    AssertionError(),
    UnicodeDecodeError("utf-8", b"\xff", 0, 1, "odd"),
    ExceptionGroup("several", [ValueError(), OSError()]),
    OutputBlocked(),
    DeadlineExceeded(),
    LedgerUnavailable(),
]
DOWN = "FIREWALL_UNAVAILABLE"
USED = Usage(1_000, 100)
COST = 210
BROKEN = pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
STREAMED = pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
ROUTE = pytest.mark.parametrize("path", [CHAT, "/v1/messages"])


@BROKEN
@ROUTE
@STREAMED
def test_broken_input_firewall_blocks_before_anything_is_held_or_sent(
    error: Exception, path: str, *, stream: bool
) -> None:
    rig = a_rig(error, at_output=False)

    answer = rig.ask(a_body(stream=stream, max_tokens=500), path=path)

    assert (answer.status, answer.code) == (503, DOWN)
    assert not rig.chat.calls
    assert_nothing_was_spent(rig)


@BROKEN
def test_broken_input_firewall_blocks_texts_to_embed(error: Exception) -> None:
    rig = a_rig(error, at_output=False)
    rig.directory.current = a_view(a_provider(models={EMBEDDER: EMBEDDER}))

    answer = rig.ask({"model": EMBEDDER, "input": ["one", "two"]}, path=EMBED)

    assert (answer.status, answer.code) == (503, DOWN)
    assert not rig.embedder.calls
    assert_nothing_was_spent(rig)


@BROKEN
@ROUTE
def test_broken_output_firewall_charges_the_whole_answer_and_does_not_show_it(
    error: Exception, path: str
) -> None:
    rig = a_rig(error, an_answer("The answer.", USED), at_output=True)

    answer = rig.ask(a_body(max_tokens=500), path=path)

    assert (answer.status, answer.code) == (503, DOWN)
    assert b"The answer." not in answer.data
    assert_charged(rig, COST)


@BROKEN
@ROUTE
def test_broken_output_firewall_ends_a_stream_with_an_error_event_and_charges_it(
    error: Exception, path: str
) -> None:
    rig = a_rig(error, a_stream("The answer.", usage=USED), at_output=True)

    answer = rig.ask(a_body(stream=True, max_tokens=500), path=path)

    assert b"The answer." not in answer.data
    assert_ended_by_an_error_event(answer)
    assert rig.ledger.read(KEY).spent > 0
    assert_charged(rig, rig.ledger.read(KEY).spent)


def test_output_firewall_that_breaks_on_the_way_shows_nothing_more() -> None:
    rig = a_rig(TimeoutError(), a_stream("One. ", "Two. ", "Three."), at_output=True, after=1)

    answer = rig.ask(a_body(stream=True))

    assert b"One." in answer.data
    assert b"Two." not in answer.data
    assert_ended_by_an_error_event(answer)


@STREAMED
def test_broken_output_firewall_withholds_the_arguments_of_a_tool_call(*, stream: bool) -> None:
    call = {"index": 0, "id": "c1", "function": {"name": "f", "arguments": '{"city": "Paris"}'}}
    whole = an_answer(None, USED)
    whole.body["choices"][0]["message"]["tool_calls"] = [call]  # type: ignore[index]
    streamed = [a_chunk({"tool_calls": [call]}), a_chunk(finish="tool_calls"), a_chunk(usage=USED)]
    rig = a_rig(TimeoutError(), streamed if stream else whole, at_output=True)

    answer = rig.ask(a_body(stream=stream))

    assert b"Paris" not in answer.data
    assert DOWN.encode() in answer.data
    assert rig.ledger.read(KEY).held == 0


@STREAMED
def test_detector_that_is_missing_blocks_the_prompt(*, stream: bool) -> None:
    rig = GatewayRig(ScriptedChat(an_answer()), firewall=Firewall({}))

    answer = rig.ask(a_body(stream=stream))

    assert (answer.status, answer.code) == (503, DOWN)
    assert not rig.chat.calls
    assert_nothing_was_spent(rig)


@STREAMED
def test_detector_that_is_missing_at_the_output_is_one_clean_refusal(*, stream: bool) -> None:
    steps = a_stream("The answer.", usage=USED) if stream else an_answer("The answer.", USED)
    rig = GatewayRig(ScriptedChat(steps), firewall=Firewall({"injection": FixedDetector()}))
    rig.directory.current = a_view(policy={"input": {"detectors": ["injection"]}})

    events = list(rig.gateway.answer(rig.call(a_body(stream=stream))))

    heads = [event for event in events if isinstance(event, Head)]
    assert [head.status for head in heads] == [503]
    assert rig.records.records[0]["error_code"] == DOWN
    assert rig.ledger.read(KEY).spent == (0 if stream else COST)
    assert rig.ledger.read(KEY).held == 0


@STREAMED
def test_policy_that_cannot_be_read_blocks_and_does_not_blame_the_caller(*, stream: bool) -> None:
    rig = GatewayRig(ScriptedChat(an_answer()))
    rig.directory.current = a_view(policy={"input": {"detectors": ["of a later release"]}})

    answer = rig.ask(a_body(stream=stream))

    assert (answer.status, answer.code) == (503, DOWN)
    assert b"later release" not in answer.data
    assert_nothing_was_spent(rig)


@BROKEN
def test_record_of_a_blocked_request_says_why(error: Exception) -> None:
    rig = a_rig(error, at_output=False)

    rig.ask()

    (record,) = rig.records.records
    assert (record["outcome"], record["error_code"]) == ("refused", DOWN)


@STREAMED
def test_firewall_that_answers_lets_the_same_request_pass(*, stream: bool) -> None:
    steps = a_stream("Sunny.", usage=USED) if stream else an_answer("Sunny.", USED)
    rig = GatewayRig(ScriptedChat(steps))

    answer = rig.ask(a_body(stream=stream))

    assert answer.status == 200
    assert b"Sunny." in answer.data
    assert_charged(rig, COST)


def a_rig(error: Exception, *steps: object, at_output: bool, after: int = 0) -> GatewayRig:
    """Make a gateway whose detectors break in one direction."""
    names = ("injection", "secrets", "pii")
    detectors = {
        name: RaisingDetector(name, error, at_output=at_output, after=after) for name in names
    }
    chat = ScriptedChat(*(steps or (an_answer(),)))  # type: ignore[arg-type]  # steps of any kind
    return GatewayRig(chat, firewall=Firewall(detectors))


def assert_nothing_was_spent(rig: GatewayRig) -> None:
    pot = rig.ledger.read(KEY)
    assert (pot.spent, pot.held, pot.available) == (0, 0, pot.limit)
    assert rig.records.records[0]["held_micros"] == 0


def assert_charged(rig: GatewayRig, cost: int) -> None:
    pot = rig.ledger.read(KEY)
    assert (pot.spent, pot.held) == (cost, 0)
    assert pot.is_balanced()
    assert rig.records.records[0]["cost_micros"] == cost


def assert_ended_by_an_error_event(answer: Response) -> None:
    last = answer.data.decode().strip().split("\n\n")[-1].partition("data: ")[2]
    assert answer.status == 200
    assert json.loads(last)["error"]["code"] == DOWN
