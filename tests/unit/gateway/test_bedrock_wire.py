"""OpenAI's chat format as Converse, and back."""

from typing import cast

import pytest

from ironcage.core.errors import ProviderUnavailable, UnsupportedParameter
from ironcage.gateway import JsonObject, Usage
from ironcage.gateway.wire.bedrock import finish_reason, from_converse, to_converse, usage_of
from ironcage.gateway.wire.bedrock_stream import ConverseStream
from ironcage.gateway.wire.openai import clean_completion, upstream_body
from support.builders_gateway import USER, WEATHER_CALL, WEATHER_TOOL, a_chat

CALLED: JsonObject = {"role": "assistant", "content": None, "tool_calls": [WEATHER_CALL]}
RESULT: JsonObject = {"role": "tool", "tool_call_id": "call_1", "content": "21 degrees"}


def converse(**changes: object) -> JsonObject:
    body = upstream_body(a_chat(**changes), model="amazon.nova-lite-v1:0", max_tokens=512)
    return to_converse(body)


def test_plain_question_becomes_one_turn_with_a_bound() -> None:
    assert converse(temperature=0.2, top_p=0.9, stop="END") == {
        "modelId": "amazon.nova-lite-v1:0",
        "messages": [{"role": "user", "content": [{"text": USER["content"]}]}],
        "inferenceConfig": {
            "maxTokens": 512,
            "temperature": 0.2,
            "topP": 0.9,
            "stopSequences": ["END"],
        },
    }


def test_instructions_move_to_the_system_field() -> None:
    instructions = [{"role": "system", "content": "A"}, {"role": "developer", "content": "B"}]

    sent = converse(messages=[*instructions, USER])

    assert sent["system"] == [{"text": "A"}, {"text": "B"}]
    assert sent["messages"] == [{"role": "user", "content": [{"text": USER["content"]}]}]


def test_tool_round_trip_keeps_turns_in_order() -> None:
    sent = converse(messages=[USER, CALLED, RESULT, USER], tools=[WEATHER_TOOL])

    use = {"toolUseId": "call00001", "name": "get_weather", "input": {"city": "Paris"}}
    result = {"toolUseId": "call00001", "content": [{"text": "21 degrees"}]}
    assert sent["messages"] == [
        {"role": "user", "content": [{"text": USER["content"]}]},
        {"role": "assistant", "content": [{"toolUse": use}]},
        {"role": "user", "content": [{"toolResult": result}, {"text": USER["content"]}]},
    ]


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        ("auto", None),
        ("required", {"any": {}}),
        (
            {"type": "function", "function": {"name": "get_weather"}},
            {"tool": {"name": "get_weather"}},
        ),
    ],
)
def test_tools_and_the_choice_among_them_are_translated(choice: object, expected: object) -> None:
    config = converse(tools=[WEATHER_TOOL], tool_choice=choice)["toolConfig"]

    assert isinstance(config, dict)
    assert config["tools"][0]["toolSpec"]["name"] == "get_weather"
    assert config.get("toolChoice") == expected


def test_forbidden_tools_are_left_out() -> None:
    assert "toolConfig" not in converse(tools=[WEATHER_TOOL], tool_choice="none")


def test_arguments_that_are_no_json_are_kept_as_text() -> None:
    call = {**WEATHER_CALL, "function": {"name": "f", "arguments": "{broken"}}

    sent = converse(messages=[USER, {"role": "assistant", "tool_calls": [call]}, RESULT])

    assert "{broken" in str(sent["messages"])


def test_empty_texts_are_left_out() -> None:
    sent = converse(messages=[{"role": "system", "content": ""}, USER])

    assert "system" not in sent


@pytest.mark.parametrize(
    "changes",
    [
        {"n": 2},
        {"logit_bias": {"5": 1}},
        {"presence_penalty": 1},
        {"frequency_penalty": -1},
        {"response_format": {"type": "json_object"}},
    ],
    ids=lambda c: next(iter(c)),
)
def test_what_converse_cannot_do_is_refused_by_name(changes: JsonObject) -> None:
    with pytest.raises(UnsupportedParameter) as caught:
        converse(**changes)

    assert set(caught.value.fields) == set(changes)


def test_answer_with_text_thought_and_call_is_read() -> None:
    use = {"toolUseId": "t-1", "name": "get_weather", "input": {"city": "Zürich"}}
    blocks = [
        {"reasoningContent": {"reasoningText": {"text": "Hm."}}},
        {"text": "Let me "},
        {"text": "look."},
        {"toolUse": use},
    ]
    response = {
        "output": {"message": {"role": "assistant", "content": blocks}},
        "stopReason": "tool_use",
        "usage": {"inputTokens": 10, "outputTokens": 5, "cacheReadInputTokens": 90},
    }

    answer = from_converse(response, answer_id="chatcmpl_1", created=1)

    assert answer["choices"] == [
        {
            "index": 0,
            "message": {
                "role": "assistant",
                "refusal": None,
                "content": "Let me look.",
                "reasoning_content": "Hm.",
                "tool_calls": [
                    {
                        "id": "t-1",
                        "type": "function",
                        "function": {"name": "get_weather", "arguments": '{"city": "Zürich"}'},
                    }
                ],
            },
            "logprobs": None,
            "finish_reason": "tool_calls",
        }
    ]
    assert clean_completion({**answer, "model": "m"})["choices"] == answer["choices"]


def test_usage_counts_cached_tokens_as_input() -> None:
    reported = {
        "inputTokens": 10,
        "outputTokens": 5,
        "cacheReadInputTokens": 90,
        "cacheWriteInputTokens": 7,
    }

    assert usage_of(reported) == Usage(107, 5, cached_tokens=90, cache_write_tokens=7)


@pytest.mark.parametrize("reported", [None, {}, {"inputTokens": 1}, {"outputTokens": "x"}])
def test_usage_that_is_missing_is_none(reported: object) -> None:
    assert usage_of(reported) is None


@pytest.mark.parametrize(
    "response", [{}, {"output": {}}, {"output": {"message": {"content": "x"}}}]
)
def test_answer_without_blocks_is_no_answer(response: JsonObject) -> None:
    with pytest.raises(ProviderUnavailable):
        from_converse(response, answer_id="a", created=1)


@pytest.mark.parametrize(
    ("stop", "finish"),
    [
        ("end_turn", "stop"),
        ("max_tokens", "length"),
        ("tool_use", "tool_calls"),
        ("guardrail_intervened", "content_filter"),
        ("something new", "stop"),
        (None, "stop"),
    ],
)
def test_stop_reason_is_named_as_openai_does(stop: object, finish: str) -> None:
    assert finish_reason(stop) == finish


def test_failed_tool_is_told_as_failed() -> None:
    failed = {**RESULT, "extensions": {"is_error": True}}
    body: JsonObject = {"model": "m", "messages": [USER, CALLED, failed], "extensions": {}}

    sent = to_converse({**body, "max_completion_tokens": 9})

    (last,) = sent["messages"][-1]["content"]  # type: ignore[index]
    assert last["toolResult"]["status"] == "error"


@pytest.mark.parametrize(
    ("stop", "expected"),
    [("stop_sequence", {"stop_sequence": ""}), ("end_turn", None)],
)
def test_stop_sequence_is_told_without_its_name(stop: str, expected: object) -> None:
    whole = {"output": {"message": {"content": [{"text": "Hi."}]}}, "stopReason": stop}
    stream = ConverseStream(answer_id="a", created=1, model="m")

    answer = from_converse(whole, answer_id="a", created=1)
    chunk = stream.translate({"messageStop": {"stopReason": stop}})

    assert chunk is not None
    told = [cast("list[JsonObject]", body["choices"])[0] for body in (answer, chunk.body)]
    assert [choice.get("extensions") for choice in told] == [expected, expected]
