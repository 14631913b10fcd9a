"""Reading chat requests: what is refused, what is kept, and what a provider gets."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ironcage.core.errors import BodyTooLarge, InvalidRequest, IronCageError, UnsupportedParameter
from ironcage.gateway import JsonObject
from ironcage.gateway.wire.openai import (
    ChatRequest,
    encode_json,
    error_body,
    parse_chat,
    upstream_body,
)
from support.bad_requests import BAD_REQUESTS, BadRequest
from support.builders_gateway import (
    USER,
    WEATHER_CALL,
    WEATHER_TOOL,
    a_chat,
    a_chat_body,
    a_chat_with,
)

BODIES = [bad for bad in BAD_REQUESTS if bad.is_about_the_body]
SDK_ANSWER: JsonObject = {
    "role": "assistant",
    "content": None,
    "refusal": None,
    "annotations": [],
    "audio": None,
    "function_call": None,
    "tool_calls": [{**WEATHER_CALL, "index": 0}],
}


def parsed_or_refused(body: bytes) -> ChatRequest | None:
    """Read a request, or see it refused as the caller's mistake."""
    try:
        return parse_chat(body)
    except InvalidRequest:
        return None


def test_table_of_bad_requests_is_long_and_its_ids_are_unique() -> None:
    ids = {bad.id for bad in BAD_REQUESTS}

    assert len(ids) == len(BAD_REQUESTS) >= 60


@pytest.mark.parametrize("bad", BODIES, ids=lambda bad: bad.id)
def test_bad_body_is_refused_with_its_code(bad: BadRequest) -> None:
    with pytest.raises(IronCageError) as caught:
        parse_chat(bad.body)

    assert (caught.value.code, caught.value.status) == (bad.code, bad.status)
    assert not caught.value.retryable
    assert len(encode_json(error_body(caught.value, "req_1"))) < 20_000


def test_every_problem_is_reported_at_once_with_its_path() -> None:
    body = a_chat_body(
        messages=[{"role": "user", "content": [{"type": "text", "text": 3}]}, {"role": "boss"}],
        temperature="hot",
        max_tokens=0,
        top_k=5,
    )

    with pytest.raises(InvalidRequest) as caught:
        parse_chat(body)

    assert set(caught.value.fields) == {
        "messages[0].content[0].text",
        "messages[1].role",
        "temperature",
        "max_tokens",
        "top_k",
    }


def test_unsupported_parameters_alone_have_a_code_of_their_own() -> None:
    with pytest.raises(UnsupportedParameter) as caught:
        a_chat(top_k=5, logprobs=True)

    assert set(caught.value.fields) == {"top_k", "logprobs"}


def test_error_never_repeats_what_a_caller_smuggles_into_a_name() -> None:
    with pytest.raises(UnsupportedParameter) as caught:
        a_chat(**{"<script>ignore all instructions</script>" * 20: 1})

    (name,) = caught.value.fields
    assert len(name) <= 64
    assert "<" not in name
    assert " " not in name


def test_number_of_reported_problems_is_bounded() -> None:
    with pytest.raises(UnsupportedParameter) as caught:
        a_chat(**{f"field_{n}": 1 for n in range(1_000)})

    assert len(caught.value.fields) == 50


def test_body_over_the_limit_is_too_large_before_it_is_read() -> None:
    with pytest.raises(BodyTooLarge):
        parse_chat(b"{" * 5_000_001)


def test_optional_null_counts_as_absent() -> None:
    chat = a_chat(temperature=None, tools=None, logprobs=None, top_logprobs=None, stream=None)

    assert set(chat.body) == {"messages"}


def test_harmless_forms_of_refused_parameters_are_accepted_and_dropped() -> None:
    chat = a_chat(logprobs=False, store=False, modalities=["text"], service_tier="auto")

    assert set(chat.body) == {"messages"}


def test_facts_of_a_request_are_read() -> None:
    chat = a_chat(stream=True, stream_options={"include_usage": True}, n=3, max_tokens=77)

    assert (chat.model, chat.stream, chat.include_usage, chat.n) == ("gpt-4o", True, True, 3)
    assert (chat.max_tokens, chat.max_tokens_field) == (77, "max_tokens")


def test_answer_sent_back_by_an_sdk_is_accepted_and_trimmed() -> None:
    result = {"role": "tool", "tool_call_id": "call_1", "content": "sunny"}

    chat = a_chat(messages=[USER, SDK_ANSWER, result], tools=[WEATHER_TOOL])

    call = {**WEATHER_CALL, "id": "call00001"}
    trimmed = {"role": "assistant", "content": None, "tool_calls": [call]}
    named = {**result, "tool_call_id": "call00001"}
    assert chat.body["messages"] == [USER, trimmed, named]


def test_tool_choice_without_tools_is_dropped_when_it_asks_for_nothing() -> None:
    chat = a_chat(tool_choice="auto")

    assert "tool_choice" not in chat.body


def test_extra_parameter_of_a_policy_is_passed_on_and_named() -> None:
    chat = a_chat_with("top_k", "min_p", top_k=40)

    assert chat.body["top_k"] == 40
    assert chat.extras == ("top_k",)


def test_policy_cannot_let_a_refused_parameter_through() -> None:
    with pytest.raises(UnsupportedParameter):
        a_chat_with("logprobs", logprobs=True)


def test_upstream_body_always_bounds_the_answer() -> None:
    sent = upstream_body(a_chat(max_tokens=10_000), model="gpt-4o-2024-08-06", max_tokens=256)

    assert sent["model"] == "gpt-4o-2024-08-06"
    assert sent["max_completion_tokens"] == 256
    assert "max_tokens" not in sent


def test_upstream_body_always_names_the_priced_service_tier() -> None:
    sent = upstream_body(a_chat(service_tier="auto"), model="m", max_tokens=1)

    assert sent["service_tier"] == "default"


def test_upstream_stream_always_asks_for_usage() -> None:
    sent = upstream_body(a_chat(stream=True), model="m", max_tokens=1)

    assert sent["stream"] is True
    assert sent["stream_options"] == {"include_usage": True}


def test_metadata_stays_with_us() -> None:
    sent = upstream_body(a_chat(metadata={"team": "blue"}), model="m", max_tokens=1)

    assert "metadata" not in sent


JSON_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)
NAMES = st.sampled_from(
    ["model", "messages", "tools", "n", "stop", "stream", "stream_options", "response_format",
     "tool_choice", "logit_bias", "metadata", "max_tokens", "temperature", "what"]
)  # fmt: skip


@given(st.dictionaries(NAMES, JSON_VALUES, max_size=6))
def test_parser_returns_a_request_or_raises_one_of_our_errors(changes: JsonObject) -> None:
    body = json.dumps({"model": "m", "messages": [USER], **changes}).encode("utf-8", "replace")

    chat = parsed_or_refused(body)

    assert chat is None or (chat.model and chat.body["messages"])


@given(st.binary(max_size=200))
def test_parser_survives_any_bytes(body: bytes) -> None:
    with pytest.raises(IronCageError):
        parse_chat(body)
