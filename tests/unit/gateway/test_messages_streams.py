"""Streams in Anthropic's format: scanned first, translated then, the same however they are cut."""

import copy
import json

import anthropic
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ironcage.core.errors import ProviderUnavailable
from ironcage.gateway import JsonObject, ProviderChunk, Usage
from support.anthropic_client import message_of_answer, message_of_stream
from support.builders_budgets import KEY
from support.cut_answers import CALLS, CONTENT, SECRET, USAGE, Saying, a_call
from support.fakes_gateway import (
    MODEL,
    GatewayRig,
    Response,
    ScriptedChat,
    a_chunk,
    a_stream,
    a_view,
)

PATH = "/v1/messages"
THINKING = {"type": "enabled", "budget_tokens": 1_024}


def a_body(**changes: object) -> JsonObject:
    asked = [{"role": "user", "content": "Say hello."}]
    return {"model": MODEL, "max_tokens": 2_000, "messages": asked, "stream": True, **changes}


def ask(*steps: object, **changes: object) -> Response:
    return GatewayRig(ScriptedChat(*steps)).ask(a_body(**changes), path=PATH)  # type: ignore[arg-type]


def events(answer: Response) -> list[dict[str, object]]:
    """Read a stream's events, and check that each is named by its type."""
    found = []
    for event in answer.data.decode().split("\n\n")[:-1]:
        name, data = event.split("\n")
        told = json.loads(data.removeprefix("data: "))
        assert name == f"event: {told['type']}"
        found.append(told)
    return found


def kinds(answer: Response) -> list[object]:
    return [event["type"] for event in events(answer)]


def test_text_is_one_block_between_start_and_stop() -> None:
    answer = ask(a_stream("Hello ", "you.", usage=USAGE))

    assert answer.headers["content-type"] == "text/event-stream"
    assert answer.headers["request-id"] == answer.headers["x-request-id"]
    assert kinds(answer) == [
        "message_start",
        "content_block_start",
        "content_block_delta",
        "content_block_delta",
        "content_block_stop",
        "message_delta",
        "message_stop",
    ]
    assert message_of_stream(answer.data) == {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": MODEL,
        "content": [{"type": "text", "text": "Hello you."}],
        "stop_reason": "end_turn",
        "usage": {
            "input_tokens": 10,
            "cache_creation_input_tokens": 30,
            "cache_read_input_tokens": 60,
            "output_tokens": 7,
        },
    }


def test_usage_that_is_known_at_the_start_is_told_there() -> None:
    first, *rest = a_stream("Hello.", usage=USAGE)
    assert isinstance(first, ProviderChunk)

    answer = ask([ProviderChunk(first.body, Usage(100, 1, 60, 30)), *rest])

    start = events(answer)[0]["message"]
    assert isinstance(start, dict)
    assert start["usage"]["input_tokens"] == 10


@pytest.mark.parametrize("at", range(1, len(SECRET)))
def test_secret_is_never_emitted_wherever_it_is_split(at: int) -> None:
    answer = ask(a_stream("Use ", SECRET[:at], SECRET[at:], " now."))

    assert message_of_stream(answer.data)["content"] == [
        {"type": "text", "text": "Use [REDACTED:SECRET] now."}
    ]


def test_secret_in_tool_input_is_redacted_and_the_input_still_parses() -> None:
    pieces = [a_chunk(a_call(0, arguments=p)) for p in ('{"note": "', SECRET, '"}')]
    stream = [a_chunk(a_call(0, "save", call_id="t1")), *pieces, a_chunk(finish="tool_calls")]

    (block,) = message_of_stream(ask(stream).data)["content"]

    assert block["input"] == {"note": "[REDACTED:SECRET]"}


def test_parallel_tool_calls_come_one_after_the_other() -> None:
    stream = [
        a_chunk({"content": "Two calls."}),
        a_chunk(a_call(0, "first", call_id="t1")),
        a_chunk(a_call(1, "second", call_id="t2")),
        a_chunk(a_call(1, arguments='{"b": 2}')),
        a_chunk(a_call(0, arguments='{"a": 1}')),
        a_chunk(finish="tool_calls"),
    ]

    answer = ask(stream)

    order = [(e["type"], e["index"]) for e in events(answer) if "index" in e]
    assert [at for _, at in order] == sorted(at for _, at in order)  # type: ignore[type-var]
    told = message_of_stream(answer.data)
    assert told["stop_reason"] == "tool_use"
    assert told["content"] == [
        {"type": "text", "text": "Two calls."},
        {"type": "tool_use", "id": "t1", "name": "first", "input": {"a": 1}},
        {"type": "tool_use", "id": "t2", "name": "second", "input": {"b": 2}},
    ]


def test_thought_comes_whole_before_the_text() -> None:
    stream = [
        a_chunk({"reasoning_content": "It is for bob"}),
        a_chunk({"content": "Hello ann"}),
        a_chunk(finish="stop"),
    ]

    answer = ask(stream, thinking=THINKING)

    assert message_of_stream(answer.data)["content"] == [
        {"type": "thinking", "thinking": "It is for bob", "signature": ""},
        {"type": "text", "text": "Hello ann"},
    ]


def test_thought_is_scanned_up_to_its_end() -> None:
    stream = [
        a_chunk({"reasoning_content": f"Use {SECRET[:30]}"}),
        a_chunk({"reasoning_content": SECRET[30:]}),
        a_chunk({"content": "Done."}),
        a_chunk(finish="stop"),
    ]

    answer = ask(stream, thinking=THINKING)

    assert SECRET[:20] not in answer.data.decode()
    thought, said = message_of_stream(answer.data)["content"]
    assert thought["thinking"] == "Use [REDACTED:SECRET]"
    assert said["text"] == "Done."


def test_thought_that_was_not_asked_for_is_left_out() -> None:
    stream = [
        a_chunk({"reasoning_content": "Hm."}),
        a_chunk({"content": "Hi."}),
        a_chunk(finish="stop"),
    ]

    assert message_of_stream(ask(stream).data)["content"] == [{"type": "text", "text": "Hi."}]


def test_signature_and_sealed_thoughts_reach_who_asked_for_thoughts() -> None:
    signed, sealed = a_chunk({}, finish=None), a_chunk({}, finish=None)
    signed.body["choices"][0]["extensions"] = {"signature": "c2ln"}  # type: ignore[index]
    sealed.body["choices"][0]["extensions"] = {"sealed_thinking": ["c2VhbA=="]}  # type: ignore[index]
    again = copy.deepcopy(signed)
    stream = [
        a_chunk({"reasoning_content": "Hm."}), signed, sealed,
        a_chunk({"reasoning_content": "Oh."}), again,
        a_chunk({"content": "Hi."}), a_chunk(finish="stop"),
    ]  # fmt: skip

    assert message_of_stream(ask(stream, thinking=THINKING).data)["content"] == [
        {"type": "thinking", "thinking": "Hm.", "signature": "c2ln"},
        {"type": "redacted_thinking", "data": "c2VhbA=="},
        {"type": "thinking", "thinking": "Oh.", "signature": "c2ln"},
        {"type": "text", "text": "Hi."},
    ]


def test_stop_sequence_is_told_at_the_end() -> None:
    last = a_chunk(finish="stop")
    last.body["choices"][0]["extensions"] = {"stop_sequence": "END"}  # type: ignore[index]

    told = message_of_stream(
        ask([a_chunk({"content": "Hi."}), last], stop_sequences=["END", "X"]).data
    )

    assert (told["stop_reason"], told["stop_sequence"]) == ("stop_sequence", "END")


def test_refusal_is_told_as_text_with_its_reason() -> None:
    told = message_of_stream(ask([a_chunk({"refusal": "No."}), a_chunk(finish="stop")]).data)

    assert told["content"] == [{"type": "text", "text": "No."}]
    assert told["stop_reason"] == "refusal"


def test_stream_without_a_chunk_is_still_a_whole_message() -> None:
    answer = ask([])

    assert kinds(answer) == ["message_start", "message_delta", "message_stop"]
    assert message_of_stream(answer.data)["content"] == []


def test_stream_that_breaks_ends_with_an_error_event_and_is_charged() -> None:
    rig = GatewayRig(ScriptedChat([a_chunk({"content": "Hello"}), ProviderUnavailable(sent=True)]))

    answer = rig.ask(a_body(), path=PATH)

    last = events(answer)[-1]
    assert last["type"] == "error"
    assert last["error"]["type"] == "overloaded_error"  # type: ignore[index]
    assert last["error"]["code"] == "PROVIDER_UNAVAILABLE"  # type: ignore[index]
    assert rig.ledger.read(KEY).spent > 0
    assert rig.ledger.read(KEY).held == 0
    with pytest.raises(anthropic.APIStatusError) as caught:
        message_of_stream(answer.data)
    assert caught.value.error_code == "PROVIDER_UNAVAILABLE"


def test_blocked_stream_ends_with_an_error_event_and_shows_nothing() -> None:
    rig = GatewayRig(ScriptedChat(a_stream("Here: ", SECRET, " done")))
    rig.directory.current = a_view(policy={"preset": "strict"})

    answer = rig.ask(a_body(), path=PATH)

    assert events(answer)[-1]["error"]["code"] == "OUTPUT_BLOCKED"  # type: ignore[index]
    assert SECRET not in answer.data.decode()
    assert "message_stop" not in kinds(answer)


@settings(max_examples=60)
@given(st.builds(Saying, CONTENT, CALLS, reasoning_content=CONTENT, refusal=CONTENT), st.data())
def test_message_is_the_same_however_the_stream_is_cut_and_when_it_is_not_streamed(
    saying: Saying, data: st.DataObject
) -> None:
    whole = GatewayRig(ScriptedChat(saying.answer())).ask(
        a_body(stream=False, thinking=THINKING), path=PATH
    )
    streamed = ask(saying.stream(data), thinking=THINKING)

    assert message_of_stream(streamed.data) == message_of_answer(whole.data)
    assert SECRET not in streamed.data.decode()
