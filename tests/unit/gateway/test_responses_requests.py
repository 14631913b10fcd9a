"""Reading requests of OpenAI's Responses: what is refused, and what they become inside."""

import json
from typing import cast

import pytest

from ironcage.core.errors import InvalidRequest, IronCageError
from ironcage.gateway import JsonObject
from ironcage.gateway.wire.chat import ChatRequest, parse_chat
from ironcage.gateway.wire.openai import prompt_texts
from ironcage.gateway.wire.responses_chat import parse_responses
from ironcage.gateway.wire.responses_parameters import RESPONSES_PARAMETERS
from support.bad_requests import BadRequest
from support.bad_responses import BAD_RESPONSES, CALL, RESULT, SHAPE, THOUGHT, TOOL, USER
from support.images import a_data_url

FUNCTION: JsonObject = {
    "type": "function",
    "function": {"name": "f", "parameters": {"type": "object"}},
}


def a_request(*extras: str, **changes: object) -> ChatRequest:
    """Read a good request with some fields changed."""
    body = {"model": "m", "input": "Hi.", **changes}
    return parse_responses(json.dumps(body).encode(), extra_parameters=frozenset(extras))


def messages(**changes: object) -> list[JsonObject]:
    return cast("list[JsonObject]", a_request(**changes).body["messages"])


def test_table_of_bad_requests_is_long_and_its_ids_are_unique() -> None:
    assert len({bad.id for bad in BAD_RESPONSES}) == len(BAD_RESPONSES) >= 90


@pytest.mark.parametrize("bad", BAD_RESPONSES, ids=lambda bad: bad.id)
def test_bad_body_is_refused_with_its_code(bad: BadRequest) -> None:
    with pytest.raises(IronCageError) as caught:
        parse_responses(bad.body)

    assert (caught.value.code, caught.value.status) == (bad.code, bad.status)


def test_every_problem_is_reported_at_once_with_its_path() -> None:
    with pytest.raises(InvalidRequest) as caught:
        a_request(
            input=[{"role": "user", "content": [{"type": "input_text", "text": 3}]}, {"type": "x"}],
            max_output_tokens=0,
            tools=[{"type": "function"}],
            text={"format": {"type": "json_schema", "name": "s"}},
            previous_response_id="resp_1",
        )

    assert set(caught.value.fields) == {
        "input[0].content[0].text",
        "input[1].type",
        "max_output_tokens",
        "tools[0].name",
        "text.format.schema",
        "previous_response_id",
    }


def test_plain_request_becomes_a_plain_chat() -> None:
    chat = a_request(
        instructions="Be brief.",
        max_output_tokens=50,
        temperature=0.5,
        top_p=0.9,
        user="u-1",
        prompt_cache_key="k",
        reasoning={"effort": "low", "summary": "auto"},
        text={"format": {"type": "text"}, "verbosity": "low"},
        stream=True,
        stream_options={"include_obfuscation": False},
        store=False,
        background=False,
        truncation="disabled",
        include=["reasoning.encrypted_content"],
        metadata={"run": "7"},
        service_tier="auto",
        max_tool_calls=3,
        top_logprobs=0,
    )

    assert (chat.model, chat.max_tokens, chat.stream) == ("m", 50, True)
    assert chat.body == {
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "Hi."},
        ],
        "temperature": 0.5,
        "top_p": 0.9,
        "user": "u-1",
        "prompt_cache_key": "k",
        "reasoning_effort": "low",
        "verbosity": "low",
    }


def test_null_is_as_good_as_nothing() -> None:
    names = [name for name in RESPONSES_PARAMETERS if name not in {"model", "input"}]

    assert a_request(**dict.fromkeys(names)) == a_request()


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        pytest.param(USER, {"role": "user", "content": "hi"}, id="short"),
        pytest.param(
            {"type": "message", "role": "developer", "content": "Be kind."},
            {"role": "developer", "content": "Be kind."},
            id="developer",
        ),
        pytest.param(
            {"role": "user", "content": [{"type": "input_text", "text": "A"}]},
            {"role": "user", "content": "A"},
            id="one part",
        ),
        pytest.param(
            {"role": "user", "content": [{"type": "input_text", "text": t} for t in "AB"]},
            {"role": "user", "content": [{"type": "text", "text": t} for t in "AB"]},
            id="two parts",
        ),
        pytest.param(
            {
                "type": "message",
                "id": "msg_1",
                "status": "completed",
                "role": "assistant",
                "content": [
                    {"type": "output_text", "text": "A", "annotations": [], "logprobs": []},
                    {"type": "refusal", "refusal": "No."},
                ],
            },
            {
                "role": "assistant",
                "content": [{"type": "text", "text": "A"}, {"type": "refusal", "refusal": "No."}],
            },
            id="answer that comes back",
        ),
    ],
)
def test_message_keeps_its_role_and_its_texts(item: object, expected: object) -> None:
    assert messages(input=[item]) == [expected]


def test_image_comes_with_a_detail_that_has_a_price() -> None:
    url = a_data_url()
    chat = a_request(
        input=[{"role": "user", "content": [{"type": "input_image", "image_url": url}]}]
    )

    (message,) = cast("list[JsonObject]", chat.body["messages"])
    image = {"type": "image_url", "image_url": {"url": url, "detail": "high"}}
    assert message["content"] == [image]
    assert chat.images == ("messages[0].content[0]",)


def test_round_trip_of_tools_becomes_calls_of_one_message_and_their_results() -> None:
    second = {**CALL, "call_id": "c2", "arguments": '{"a": 1}', "id": "fc_2", "status": "completed"}
    answered = {**RESULT, "call_id": "c2", "output": [{"type": "input_text", "text": "y"}]}

    told = messages(
        input=[
            USER,
            THOUGHT,
            {"role": "assistant", "content": "Two calls."},
            CALL,
            second,
            RESULT,
            answered,
        ]
    )

    function = {"name": "f", "arguments": "{}"}
    other = {"name": "f", "arguments": '{"a": 1}'}
    assert told[1:] == [
        {
            "role": "assistant",
            "content": "Two calls.",
            "tool_calls": [
                {"id": "call00001", "type": "function", "function": function},
                {"id": "call00002", "type": "function", "function": other},
            ],
        },
        {"role": "tool", "tool_call_id": "call00001", "content": "x"},
        {"role": "tool", "tool_call_id": "call00002", "content": "y"},
    ]


def test_call_behind_a_user_is_a_message_of_its_own() -> None:
    called = messages(input=[USER, CALL, RESULT])[1]

    assert (called["role"], called["content"]) == ("assistant", None)


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        ("auto", "auto"),
        ("required", "required"),
        (
            {"type": "function", "name": "f"},
            {"type": "function", "function": {"name": "f"}},
        ),
    ],
    ids=["auto", "required", "named"],
)
def test_tools_and_their_choice_are_nested(choice: object, expected: object) -> None:
    body = a_request(tools=[{**TOOL, "strict": None}], tool_choice=choice).body

    assert (body["tools"], body["tool_choice"]) == ([FUNCTION], expected)


def test_choice_without_tools_is_left_out() -> None:
    body = a_request(tools=[], tool_choice="auto", parallel_tool_calls=False).body

    assert body.keys() == {"messages"}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (
            {**SHAPE, "strict": True, "description": None},
            {
                "type": "json_schema",
                "json_schema": {"name": "s", "schema": {"type": "object"}, "strict": True},
            },
        ),
        ({"type": "json_object"}, {"type": "json_object"}),
    ],
    ids=["schema", "any object"],
)
def test_format_is_nested(given: object, expected: object) -> None:
    assert a_request(text={"format": given}).body["response_format"] == expected


def test_extra_parameter_is_let_through_but_none_of_a_chats() -> None:
    chat = a_request("top_k", "n", top_k=3)

    assert (chat.extras, chat.body["top_k"]) == (("top_k",), 3)
    with pytest.raises(IronCageError):
        a_request("n", n=2)


def test_same_words_are_the_same_chat_in_both_formats() -> None:
    chat = parse_chat(
        json.dumps(
            {
                "model": "m",
                "max_completion_tokens": 9,
                "messages": [
                    {"role": "system", "content": "Be brief."},
                    {"role": "user", "content": "Hi."},
                ],
                "tools": [FUNCTION],
            }
        ).encode()
    )

    assert a_request(instructions="Be brief.", max_output_tokens=9, tools=[TOOL]) == chat


def test_every_text_is_listed_for_the_firewall_with_its_origin() -> None:
    chat = a_request(
        instructions="one",
        input=[
            {"role": "developer", "content": "two"},
            {"role": "user", "content": [{"type": "input_text", "text": "three"}]},
            {"role": "assistant", "content": [{"type": "output_text", "text": "four"}]},
            {**CALL, "arguments": '"five"'},
            {**RESULT, "output": "six"},
        ],
        tools=[{**TOOL, "description": "seven"}],
        user="eight",
    )

    texts = {text.text: (text.origin, text.kind) for text in prompt_texts(chat)}
    assert texts == {
        "one": ("system", "text"),
        "two": ("system", "text"),
        "three": ("user", "text"),
        "four": ("document", "text"),
        '"five"': ("document", "tool_arguments"),
        "six": ("document", "text"),
        "seven": ("document", "text"),
        "eight": ("user", "text"),
        "f": ("document", "text"),
        "object": ("document", "text"),
        "function": ("document", "text"),
    }
