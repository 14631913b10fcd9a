"""Answers and errors in Anthropic's format, as its SDK reads them."""

import json
from typing import cast

import pytest

from ironcage.core import errors
from ironcage.gateway import JsonObject, Usage
from ironcage.gateway.wire.anthropic_answers import message_body, usage_counts
from ironcage.gateway.wire.anthropic_errors import error_body
from ironcage.gateway.wire.chat import ChatRequest
from ironcage.gateway.wire.completions import clean_completion
from support.anthropic_client import Message, message_of_answer
from support.builders_gateway import a_completion

CALL: JsonObject = {
    "id": "call_1",
    "type": "function",
    "function": {"name": "get_weather", "arguments": '{"city": "Paris", "days": 2.5}'},
}


def written(
    chat: ChatRequest | None = None,
    *,
    finish: str = "stop",
    extensions: JsonObject | None = None,
    usage: Usage | None = None,
    **message: object,
) -> Message:
    """Write a clean answer with some fields changed, and read it back with the SDK."""
    answer = clean_completion(a_completion(**message))
    (choice,) = cast("list[JsonObject]", answer["choices"])
    choice["finish_reason"] = finish
    if extensions is not None:
        choice["extensions"] = extensions
    body = message_body(chat or a_chat(), {**answer, "model": "ours"}, usage)
    return message_of_answer(json.dumps(body).encode())


def a_chat(**body: object) -> ChatRequest:
    return ChatRequest(model="ours", body={"messages": [], **body})


def thinking_chat() -> ChatRequest:
    return a_chat(extensions={"thinking": {"type": "adaptive"}})


def test_text_becomes_a_message_under_our_model_name() -> None:
    assert written(usage=Usage(12, 3)) == {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "ours",
        "content": [{"type": "text", "text": "Sunny."}],
        "stop_reason": "end_turn",
        "usage": {
            "input_tokens": 12,
            "cache_creation_input_tokens": 0,
            "cache_read_input_tokens": 0,
            "output_tokens": 3,
        },
    }


def test_parallel_tool_calls_become_blocks_with_parsed_input() -> None:
    second = {**CALL, "id": "call_2", "function": {"name": "now", "arguments": ""}}

    told = written(content="Let me see.", tool_calls=[CALL, second], finish="tool_calls")

    assert told["stop_reason"] == "tool_use"
    assert told["content"] == [
        {"type": "text", "text": "Let me see."},
        {
            "type": "tool_use",
            "id": "call_1",
            "name": "get_weather",
            "input": {"city": "Paris", "days": 2.5},
        },
        {"type": "tool_use", "id": "call_2", "name": "now", "input": {}},
    ]


@pytest.mark.parametrize(
    "arguments", ["not json", "[1]", '{"a": NaN}', '{"a": 1, "a": 2}', '{"a": "\\ud800"}', "{" * 99]
)
def test_arguments_that_are_no_clean_object_are_handed_on_as_text(arguments: str) -> None:
    call = {**CALL, "function": {"name": "f", "arguments": arguments}}

    (block,) = written(content=None, tool_calls=[call])["content"]

    assert block["input"] == {"arguments": arguments}


@pytest.mark.parametrize(
    ("finish", "reason"),
    [
        ("stop", "end_turn"),
        ("length", "max_tokens"),
        ("content_filter", "refusal"),
        (None, "end_turn"),
    ],
)
def test_stop_reason_finds_its_word(finish: str, reason: str) -> None:
    assert written(finish=finish)["stop_reason"] == reason


@pytest.mark.parametrize("finish", ["tool_calls", "stop"])
def test_tool_call_stops_for_the_tool_whatever_the_provider_calls_it(finish: str) -> None:
    assert written(tool_calls=[CALL], finish=finish)["stop_reason"] == "tool_use"


def test_tool_call_that_was_cut_off_says_so() -> None:
    assert written(tool_calls=[CALL], finish="length")["stop_reason"] == "max_tokens"


@pytest.mark.parametrize(
    ("stops", "met", "expected"),
    [
        pytest.param(["A", "B"], "B", ("stop_sequence", "B"), id="named"),
        pytest.param(["A"], "", ("stop_sequence", "A"), id="the only one"),
        pytest.param(["A", "B"], "", ("stop_sequence", None), id="one of two"),
        pytest.param(["A", "B"], "secret", ("stop_sequence", None), id="not the client's"),
        pytest.param([], "A", ("end_turn", None), id="none was asked for"),
    ],
)
def test_stop_sequence_is_told_only_in_the_clients_own_words(
    stops: list[str], met: str, expected: tuple[str, str | None]
) -> None:
    told = written(a_chat(stop=stops), extensions={"stop_sequence": met})

    assert (told["stop_reason"], told.get("stop_sequence")) == expected


def test_refusal_is_a_text_and_a_reason() -> None:
    told = written(content=None, refusal="I cannot.")

    assert told["content"] == [{"type": "text", "text": "I cannot."}]
    assert told["stop_reason"] == "refusal"


def test_thoughts_are_shown_only_to_who_asked_for_them() -> None:
    said = {"content": "Four.", "reasoning_content": "2+2"}
    sealed = {"signature": "c2ln", "sealed_thinking": ["c2VhbA=="]}

    assert [b["type"] for b in written(**said)["content"]] == ["text"]  # type: ignore[arg-type]
    assert written(thinking_chat(), extensions=sealed, **said)["content"] == [  # type: ignore[arg-type]
        {"type": "thinking", "thinking": "2+2", "signature": "c2ln"},
        {"type": "redacted_thinking", "data": "c2VhbA=="},
        {"type": "text", "text": "Four."},
    ]


def test_answer_that_says_nothing_has_no_blocks() -> None:
    assert written(content="")["content"] == []


@pytest.mark.parametrize(
    ("usage", "fresh"),
    [(Usage(100, 1, 60, 30), 10), (Usage(100, 1), 100), (Usage(5, 1, 60, 30), 5)],
)
def test_cached_tokens_are_counted_apart_from_the_input(usage: Usage, fresh: int) -> None:
    counts = usage_counts(usage)

    assert counts["input_tokens"] == fresh
    assert counts["cache_read_input_tokens"] == usage.cached_tokens
    assert counts["cache_creation_input_tokens"] == usage.cache_write_tokens


def test_reasoning_is_counted_inside_the_output() -> None:
    counts = usage_counts(Usage(1, 50, reasoning_tokens=40))

    assert counts["output_tokens"] == 50
    assert counts["output_tokens_details"] == {"thinking_tokens": 40}


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (errors.MalformedBody(), "invalid_request_error"),
        (errors.TokenInvalid(), "authentication_error"),
        (errors.BudgetExceeded(), "billing_error"),
        (errors.InputBlocked(), "permission_error"),
        (errors.ModelNotFound(), "not_found_error"),
        (errors.MethodNotAllowed(), "invalid_request_error"),
        (errors.Conflict(), "conflict_error"),
        (errors.BodyTooLarge(), "request_too_large"),
        (errors.MediaTypeUnsupported(), "invalid_request_error"),
        (errors.ProviderLimited(), "rate_limit_error"),
        (errors.IronCageError(), "api_error"),
        (errors.AllProvidersDown(), "overloaded_error"),
        (errors.DeadlineExceeded(), "timeout_error"),
    ],
    ids=lambda value: getattr(value, "code", None),
)
def test_error_has_anthropics_envelope_and_our_code(error: errors.IronCageError, kind: str) -> None:
    body = error_body(error, "req_1")

    assert (body["type"], body["request_id"]) == ("error", "req_1")
    assert body["error"] == {
        "type": kind,
        "message": error.text,
        "code": error.code,
        "details": {"error_code": error.code},
    }


def test_error_names_all_fields_and_keeps_its_details() -> None:
    told = error_body(errors.InvalidRequest({"a": "is wrong", "b": "is required"}), "req_1")[
        "error"
    ]
    large = error_body(errors.BodyTooLarge(limit_bytes=5), "req_1")["error"]

    assert isinstance(told, dict)
    assert told["fields"] == {"a": "is wrong", "b": "is required"}
    assert told["message"].endswith("a is wrong.")
    assert isinstance(large, dict)
    assert large["details"] == {"limit_bytes": 5, "error_code": "BODY_TOO_LARGE"}
