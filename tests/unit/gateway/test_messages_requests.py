"""Reading requests of Anthropic's format: what is refused, and what they become inside."""

import json
import re
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ironcage.core.errors import InvalidRequest, IronCageError, UnsupportedParameter
from ironcage.gateway import JsonObject
from ironcage.gateway.wire.anthropic_chat import parse_messages
from ironcage.gateway.wire.anthropic_parameters import MESSAGES_PARAMETERS
from ironcage.gateway.wire.anthropic_provider_request import to_anthropic
from ironcage.gateway.wire.chat import ChatRequest
from ironcage.gateway.wire.dialects import OPENAI, speak
from ironcage.gateway.wire.openai import prompt_texts, upstream_body
from support.anthropic_schema import problems_in
from support.bad_messages import BAD_MESSAGES
from support.bad_requests import BadRequest
from support.images import a_data_url

CACHE: JsonObject = {"type": "ephemeral"}
TOOL: JsonObject = {"name": "get_weather", "input_schema": {"type": "object"}}
FUNCTION: JsonObject = {
    "type": "function",
    "function": {"name": "get_weather", "parameters": {"type": "object"}},
}


def a_request(*extras: str, **changes: object) -> ChatRequest:
    """Read a good request with some fields changed."""
    body = {
        "model": "claude",
        "max_tokens": 2_000,
        "messages": [{"role": "user", "content": "Hi."}],
        **changes,
    }
    return parse_messages(json.dumps(body).encode(), extra_parameters=frozenset(extras))


def test_table_of_bad_messages_is_long_and_its_ids_are_unique() -> None:
    assert len({bad.id for bad in BAD_MESSAGES}) == len(BAD_MESSAGES) >= 90


@pytest.mark.parametrize("bad", BAD_MESSAGES, ids=lambda bad: bad.id)
def test_bad_body_is_refused_with_its_code(bad: BadRequest) -> None:
    with pytest.raises(IronCageError) as caught:
        parse_messages(bad.body)

    assert (caught.value.code, caught.value.status) == (bad.code, bad.status)


def test_every_problem_is_reported_at_once_with_its_path() -> None:
    with pytest.raises(InvalidRequest) as caught:
        a_request(
            messages=[{"role": "user", "content": [{"type": "text", "text": 3}]}, {"role": "x"}],
            max_tokens=0,
            system=[{"type": "text"}],
            tools=[{"name": "f"}],
            n=2,
        )

    assert set(caught.value.fields) == {
        "messages[0].content[0].text",
        "messages[1].role",
        "max_tokens",
        "system[0].text",
        "tools[0].input_schema",
        "n",
    }


def test_plain_request_becomes_a_plain_chat() -> None:
    chat = a_request(
        system="Be brief.",
        temperature=0.5,
        top_p=0.9,
        stop_sequences=["END"],
        metadata={"user_id": "u-1"},
        service_tier="auto",
        stream=True,
    )

    assert (chat.model, chat.max_tokens, chat.stream) == ("claude", 2_000, True)
    assert chat.body == {
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "Hi."},
        ],
        "temperature": 0.5,
        "top_p": 0.9,
        "stop": ["END"],
        "user": "u-1",
        "extensions": {},
    }


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        pytest.param("Be brief.", "Be brief.", id="string"),
        pytest.param([{"type": "text", "text": "Be brief."}], "Be brief.", id="one block"),
        pytest.param(
            [{"type": "text", "text": "A"}, {"type": "text", "text": "B"}],
            [{"type": "text", "text": "A"}, {"type": "text", "text": "B"}],
            id="two blocks",
        ),
        pytest.param(
            [{"type": "text", "text": "A", "cache_control": CACHE}],
            [{"type": "text", "text": "A", "extensions": {"cache_control": CACHE}}],
            id="marked block",
        ),
    ],
)
def test_system_prompt_comes_first_in_either_form(given: object, expected: object) -> None:
    first, _ = cast("list[JsonObject]", a_request(system=given).body["messages"])

    assert first == {"role": "system", "content": expected}


def test_empty_system_and_tools_are_left_out() -> None:
    body = a_request(system=[], tools=[], tool_choice={"type": "auto"}, stop_sequences=[]).body

    assert body.keys() == {"messages", "extensions"}


def test_tool_round_trip_becomes_calls_and_tool_messages() -> None:
    chat = a_request(
        tools=[TOOL],
        messages=[
            {"role": "user", "content": "Weather?"},
            {
                "role": "assistant",
                "content": [
                    {"type": "text", "text": "Two calls.", "citations": None},
                    {"type": "tool_use", "id": "t1", "name": "get_weather", "input": {"c": "ö"}},
                    {"type": "tool_use", "id": "t2", "name": "get_weather", "input": {}},
                ],
            },
            {
                "role": "user",
                "content": [
                    {"type": "text", "text": "Here."},
                    {"type": "tool_result", "tool_use_id": "t1", "content": "Sunny"},
                    {
                        "type": "tool_result",
                        "tool_use_id": "t2",
                        "content": [{"type": "text", "text": "Down"}],
                        "is_error": True,
                        "cache_control": CACHE,
                    },
                    {"type": "tool_result", "tool_use_id": "t3"},
                ],
            },
        ],
    )

    calls = [
        {"id": "call00001", "type": "function", "function": {"name": "get_weather",
                                                             "arguments": '{"c": "ö"}'}},
        {"id": "call00002", "type": "function", "function": {"name": "get_weather",
                                                             "arguments": "{}"}},
    ]  # fmt: skip
    marks = {"cache_control": CACHE, "is_error": True}
    assert chat.body["messages"] == [
        {"role": "user", "content": "Weather?"},
        {"role": "assistant", "content": "Two calls.", "tool_calls": calls},
        {"role": "tool", "tool_call_id": "call00001", "content": "Sunny"},
        {"role": "tool", "tool_call_id": "call00002", "content": "Down", "extensions": marks},
        {"role": "tool", "tool_call_id": "call00003", "content": ""},
        {"role": "user", "content": "Here."},
    ]


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        ({"type": "auto"}, {"tool_choice": "auto"}),
        ({"type": "any"}, {"tool_choice": "required"}),
        ({"type": "none"}, {"tool_choice": "none"}),
        (
            {"type": "tool", "name": "get_weather"},
            {"tool_choice": {"type": "function", "function": {"name": "get_weather"}}},
        ),
        (
            {"type": "auto", "disable_parallel_tool_use": True},
            {"tool_choice": "auto", "parallel_tool_calls": False},
        ),
        (None, {}),
    ],
)
def test_tool_choice_finds_its_word(choice: object, expected: JsonObject) -> None:
    body = dict(a_request(tools=[TOOL], tool_choice=choice).body)

    assert body.pop("tools") == [FUNCTION]
    assert {k: v for k, v in body.items() if k not in {"messages", "extensions"}} == expected


def test_tool_keeps_its_description_and_strictness_and_its_mark() -> None:
    tool = {**TOOL, "type": "custom", "description": "Tells.", "strict": True,
            "cache_control": CACHE, "eager_input_streaming": True}  # fmt: skip

    function = {"name": "get_weather", "description": "Tells.", "parameters": {"type": "object"}}
    assert a_request(tools=[tool]).body["tools"] == [
        {
            "type": "function",
            "function": {**function, "strict": True},
            "extensions": {"cache_control": CACHE},
        }
    ]


def test_effort_and_format_find_their_words() -> None:
    schema = {"type": "object", "properties": {}}
    config = {"effort": "low", "format": {"type": "json_schema", "schema": schema}}

    body = a_request(output_config=config).body

    assert body["reasoning_effort"] == "low"
    assert body["response_format"] == {
        "type": "json_schema",
        "json_schema": {"name": "answer", "schema": schema, "strict": True},
    }


def test_thoughts_that_come_back_are_kept_only_when_they_are_signed() -> None:
    signed = {"type": "thinking", "thinking": "Hm.", "signature": "c2ln"}
    sealed = {"type": "redacted_thinking", "data": "c2VhbA=="}
    plain = {"type": "thinking", "thinking": "Oh.", "signature": ""}

    message = {"role": "assistant", "content": [signed, sealed, plain]}
    kept = a_request(messages=[message]).body["messages"]

    extensions = {"thinking": [signed, sealed]}
    assert kept == [{"role": "assistant", "content": "", "extensions": extensions}]


def test_extensions_never_reach_a_provider_of_openais_format() -> None:
    chat = a_request(
        top_k=5,
        thinking={"type": "enabled", "budget_tokens": 1_024},
        cache_control=CACHE,
        system=[{"type": "text", "text": "A", "cache_control": CACHE}],
        tools=[{**TOOL, "cache_control": CACHE}],
        messages=[
            {
                "role": "assistant",
                "content": [{"type": "thinking", "thinking": "Hm.", "signature": "c2ln"}],
            },
            {
                "role": "user",
                "content": [
                    {"type": "tool_result", "tool_use_id": "t", "content": "x", "is_error": True},
                    {"type": "text", "text": "y", "cache_control": CACHE},
                ],
            },
        ],
    )
    assert chat.body["extensions"] == {
        "top_k": 5,
        "thinking": {"type": "enabled", "budget_tokens": 1_024},
        "cache_control": CACHE,
    }

    sent = speak(upstream_body(chat, model="m", max_tokens=9), OPENAI)

    assert "extensions" not in json.dumps(sent)
    assert "ephemeral" not in json.dumps(sent)
    assert sent["messages"] == [
        {"role": "system", "content": [{"type": "text", "text": "A"}]},
        {"role": "assistant", "content": ""},
        {"role": "tool", "tool_call_id": "call00001", "content": "x"},
        {"role": "user", "content": [{"type": "text", "text": "y"}]},
    ]


def test_every_text_of_a_request_is_seen_by_the_firewall_with_its_origin() -> None:
    chat = a_request(
        system="sys",
        stop_sequences=["stop"],
        metadata={"user_id": "person"},
        tools=[{**TOOL, "description": "described"}],
        messages=[
            {"role": "user", "content": [{"type": "text", "text": "asked"}]},
            {
                "role": "assistant",
                "content": [
                    {"type": "thinking", "thinking": "thought", "signature": "c2ln"},
                    {"type": "text", "text": "said"},
                    {"type": "tool_use", "id": "t1", "name": "f", "input": {"key": "value"}},
                ],
            },
            {
                "role": "user",
                "content": [{"type": "tool_result", "tool_use_id": "t1", "content": "result"}],
            },
        ],
    )

    seen = {(t.text, t.origin) for t in prompt_texts(chat)}

    assert seen >= {
        ("sys", "system"),
        ("asked", "user"),
        ("thought", "document"),
        ("said", "document"),
        ('{"key": "value"}', "document"),
        ("result", "document"),
        ("described", "document"),
        ("stop", "user"),
        ("person", "user"),
    }
    assert ("c2ln", "document") in seen


def test_agents_policy_lets_extra_parameters_through_but_no_canonical_one() -> None:
    assert a_request("mirostat", mirostat=2).extras == ("mirostat",)

    for name in ("n", "max_completion_tokens", "extensions"):
        with pytest.raises(UnsupportedParameter):
            a_request(name, **{name: 8})


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(-9, 9) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)
WORD = st.text("ABC", min_size=6, max_size=6)
TEXT_BLOCK = st.builds(lambda text: {"type": "text", "text": text}, WORD)
RESULT = st.builds(
    lambda content: {"type": "tool_result", "tool_use_id": "t", "content": content},
    WORD | st.lists(TEXT_BLOCK, max_size=2),
)
USE = st.builds(
    lambda given: {"type": "tool_use", "id": "t", "name": "f", "input": given},
    st.dictionaries(WORD, WORD | st.lists(WORD, max_size=2), max_size=2),
)
THOUGHT = st.builds(lambda text: {"type": "thinking", "thinking": text, "signature": "c2ln"}, WORD)
MESSAGE = st.builds(
    lambda role, content: {"role": role, "content": content},
    st.sampled_from(["user", "system"]),
    WORD | st.lists(TEXT_BLOCK, min_size=1, max_size=3),
) | st.builds(
    lambda pair: {"role": pair[0], "content": pair[1]},
    st.tuples(st.just("assistant"), st.lists(TEXT_BLOCK | USE | THOUGHT, min_size=1, max_size=3))
    | st.tuples(st.just("user"), st.lists(TEXT_BLOCK | RESULT, min_size=1, max_size=3)),
)


def words_of(value: object) -> set[str]:
    """Find the words that a request was made of."""
    return set(re.findall("[ABC]{6}", json.dumps(value)))


@given(st.lists(MESSAGE, min_size=1, max_size=4), WORD)
def test_no_text_of_a_request_is_lost_or_hidden_from_the_firewall(
    messages: list[JsonObject], system: str
) -> None:
    chat = a_request(messages=messages, system=system)

    assert words_of([found.text for found in prompt_texts(chat)]) == words_of([messages, system])


@given(st.dictionaries(st.sampled_from([*MESSAGES_PARAMETERS, "n", "what"]), JSON_VALUES))
def test_parser_returns_a_request_or_raises_one_of_our_errors(changes: JsonObject) -> None:
    try:
        chat = a_request(**changes)
    except InvalidRequest:
        return

    assert chat.model
    assert chat.body["messages"]


def test_image_becomes_a_part_whose_price_is_bounded() -> None:
    source = {"type": "base64", "media_type": "image/png", "data": PNG_DATA}
    blocks = [{"type": "image", "source": source, "cache_control": CACHE}]

    chat = a_request(messages=[{"role": "user", "content": blocks}])

    image = {"url": a_data_url(), "detail": "high"}
    part = {"type": "image_url", "image_url": image, "extensions": {"cache_control": CACHE}}
    assert chat.body["messages"] == [{"role": "user", "content": [part]}]
    assert chat.images == ("messages[0].content[0]",)
    assert chat.image_bytes == len(a_data_url())


def to_claude(bound: int = 2_000, **changes: object) -> JsonObject:
    """Read a request and write it for Anthropic, which must accept it."""
    sent = to_anthropic(upstream_body(a_request(**changes), model="claude", max_tokens=bound))
    assert problems_in(sent) == []
    return sent


PNG_DATA = a_data_url().partition(",")[2]
PICTURE = {"type": "base64", "media_type": "image/png", "data": PNG_DATA}
CONVERSATION: JsonObject = {
    "system": [{"type": "text", "text": "A", "cache_control": CACHE}],
    "messages": [
        {
            "role": "user",
            "content": [
                {"type": "text", "text": "What is this?", "cache_control": CACHE},
                {"type": "image", "source": PICTURE, "cache_control": CACHE},
            ],
        },
        {
            "role": "assistant",
            "content": [
                {"type": "thinking", "thinking": "Hm.", "signature": "c2ln"},
                {"type": "redacted_thinking", "data": "c2VhbA=="},
                {"type": "text", "text": "Let me see."},
                {"type": "tool_use", "id": "call00001", "name": "get_weather", "input": {"a": 1}},
            ],
        },
        {
            "role": "user",
            "content": [
                {
                    "type": "tool_result",
                    "tool_use_id": "call00001",
                    "content": [{"type": "text", "text": "Broken"}],
                    "is_error": True,
                    "cache_control": CACHE,
                },
            ],
        },
    ],
    "tools": [
        {
            "name": "get_weather",
            "input_schema": {"type": "object", "properties": {}},
            "cache_control": CACHE,
        }
    ],
    "tool_choice": {"type": "auto", "disable_parallel_tool_use": True},
    "thinking": {"type": "enabled", "budget_tokens": 1_024},
    "top_k": 5,
    "top_p": 0.9,
    "temperature": 0.5,
    "stop_sequences": ["END"],
    "cache_control": CACHE,
}


def test_request_comes_out_at_anthropic_as_it_went_in() -> None:
    sent = to_claude(**CONVERSATION)  # type: ignore[arg-type]  # parameters by their names

    ours = {"model": "claude", "max_tokens": 2_000, "service_tier": "standard_only"}
    assert sent == {**CONVERSATION, **ours}


@pytest.mark.parametrize(
    ("bound", "budget", "expected"),
    [
        pytest.param(8_000, 4_000, 4_000, id="fits"),
        pytest.param(3_000, 4_000, 1_500, id="lowered with the answer"),
        pytest.param(2_000, 4_000, None, id="no room left"),
    ],
)
def test_thinking_stays_within_what_the_budget_pays(
    bound: int, budget: int, expected: int | None
) -> None:
    thinking = {"type": "enabled", "budget_tokens": budget}

    sent = to_claude(bound, max_tokens=8_000, thinking=thinking)

    assert sent.get("thinking") == (expected and {"type": "enabled", "budget_tokens": expected})


def test_round_of_tools_goes_on_without_thinking_when_its_thoughts_are_lost() -> None:
    use = {"type": "tool_use", "id": "t1", "name": "f", "input": {}}
    lost = {"type": "thinking", "thinking": "Hm.", "signature": ""}
    messages = [
        {"role": "user", "content": "Go."},
        {"role": "assistant", "content": [lost, use]},
        {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "t1"}]},
    ]

    sent = to_claude(messages=messages, thinking={"type": "enabled", "budget_tokens": 1_024})

    assert "thinking" not in sent


@pytest.mark.parametrize("kind", ["adaptive", "disabled"])
def test_other_thinking_is_passed_on_with_its_effort(kind: str) -> None:
    sent = to_claude(thinking={"type": kind}, output_config={"effort": "low"})

    assert sent["thinking"] == {"type": kind}
    assert sent["output_config"] == {"effort": "low"}
