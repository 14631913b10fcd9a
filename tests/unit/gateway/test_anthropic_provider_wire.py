"""OpenAI's chat format as Anthropic's Messages, and back."""

from typing import cast

import pytest

from ironcage.core.errors import ProviderUnavailable, UnsupportedParameter
from ironcage.gateway import JsonObject, Usage
from ironcage.gateway.wire.anthropic_provider_answer import finish_reason, from_anthropic, usage_of
from ironcage.gateway.wire.anthropic_provider_request import to_anthropic
from ironcage.gateway.wire.openai import upstream_body, usage_body
from support.anthropic_schema import problems_in
from support.builders_gateway import USER, WEATHER_CALL, WEATHER_TOOL, a_chat, a_chat_with
from support.images import a_data_url, an_image_part

MODEL = "claude-sonnet-5-5"
ASKED = {"role": "user", "content": [{"type": "text", "text": USER["content"]}]}
CALLED: JsonObject = {"role": "assistant", "content": None, "tool_calls": [WEATHER_CALL]}
RESULT: JsonObject = {"role": "tool", "tool_call_id": "call_1", "content": "21 degrees"}
FUNCTION = {"type": "function", "function": {"name": "get_weather"}}
JSON_SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}}


def messages_api(**changes: object) -> JsonObject:
    sent = to_anthropic(upstream_body(a_chat(**changes), model=MODEL, max_tokens=512))
    assert problems_in(sent) == []
    return sent


def refusals(**changes: object) -> set[str]:
    with pytest.raises(UnsupportedParameter) as caught:
        to_anthropic(upstream_body(a_chat(**changes), model=MODEL, max_tokens=512))
    return set(caught.value.fields)


def test_plain_question_becomes_one_turn_with_a_bound_at_standard_prices() -> None:
    assert messages_api(temperature=0, top_p=0.9, stop="END") == {
        "model": MODEL,
        "max_tokens": 512,
        "messages": [ASKED],
        "service_tier": "standard_only",
        "stop_sequences": ["END"],
        "temperature": 0,
        "top_p": 0.9,
    }


def test_stream_is_asked_for() -> None:
    assert messages_api(stream=True)["stream"] is True


def test_default_sampling_is_not_sent_since_some_models_take_none() -> None:
    assert not {"temperature", "top_p"} & set(messages_api(temperature=1, top_p=1.0))


def test_instructions_move_to_the_system_field() -> None:
    instructions = [{"role": "system", "content": "A"}, {"role": "developer", "content": "B"}]

    sent = messages_api(messages=[*instructions, USER])

    assert sent["system"] == [{"type": "text", "text": "A"}, {"type": "text", "text": "B"}]
    assert sent["messages"] == [ASKED]


def test_neighbours_of_one_role_are_merged() -> None:
    sent = messages_api(messages=[USER, USER, {"role": "assistant", "content": "Hm."}, USER])

    assert [turn["role"] for turn in cast("list[JsonObject]", sent["messages"])] == [
        "user",
        "assistant",
        "user",
    ]


def test_tool_round_trip_puts_results_first() -> None:
    sent = messages_api(messages=[USER, CALLED, RESULT, USER], tools=[WEATHER_TOOL])

    use = {"type": "tool_use", "id": "call00001", "name": "get_weather", "input": {"city": "Paris"}}
    said = [{"type": "text", "text": "21 degrees"}]
    result = {"type": "tool_result", "tool_use_id": "call00001", "content": said}
    assert sent["messages"] == [
        ASKED,
        {"role": "assistant", "content": [use]},
        {"role": "user", "content": [result, *cast("list[JsonObject]", ASKED["content"])]},
    ]


def test_empty_result_of_a_tool_is_still_a_result() -> None:
    sent = messages_api(messages=[USER, CALLED, {**RESULT, "content": ""}])

    *_, last = cast("list[JsonObject]", sent["messages"])
    assert last["content"] == [{"type": "tool_result", "tool_use_id": "call00001", "content": []}]


def test_tool_is_described_in_anthropics_words() -> None:
    bare = {"type": "function", "function": {"name": "now", "strict": True, "parameters": {}}}

    sent = messages_api(tools=[WEATHER_TOOL, bare])

    function = cast("JsonObject", WEATHER_TOOL["function"])
    assert sent["tools"] == [
        {
            "name": "get_weather",
            "description": "Tell the weather.",
            "input_schema": function["parameters"],
        },
        {"name": "now", "strict": True, "input_schema": {"type": "object", "properties": {}}},
    ]


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        (None, None),
        ("auto", {"type": "auto"}),
        ("none", {"type": "none"}),
        ("required", {"type": "any"}),
        (FUNCTION, {"type": "tool", "name": "get_weather"}),
    ],
    ids=["absent", "auto", "none", "required", "named"],
)
def test_choice_among_tools_is_translated(choice: object, expected: JsonObject | None) -> None:
    free = messages_api(tools=[WEATHER_TOOL], tool_choice=choice)
    single = messages_api(tools=[WEATHER_TOOL], tool_choice=choice, parallel_tool_calls=False)

    assert free.get("tool_choice") == expected
    alone = {"disable_parallel_tool_use": True}
    assert single["tool_choice"] == (
        expected if choice == "none" else {**(expected or {"type": "auto"}), **alone}
    )


def test_image_becomes_a_block_where_it_stood() -> None:
    text = {"type": "text", "text": "What is this?"}

    sent = messages_api(messages=[{"role": "user", "content": [an_image_part(), text]}])

    url = a_data_url()
    source = {"type": "base64", "media_type": "image/png", "data": url.partition(",")[2]}
    assert sent["messages"] == [
        {"role": "user", "content": [{"type": "image", "source": source}, text]}
    ]


def test_schema_of_the_answer_is_passed_on() -> None:
    form = {"type": "json_schema", "json_schema": {"name": "city", "schema": JSON_SCHEMA}}

    sent = messages_api(response_format=form)

    assert sent["output_config"] == {"format": {"type": "json_schema", "schema": JSON_SCHEMA}}
    assert "output_config" not in messages_api(response_format={"type": "text"})


def test_parameter_that_the_policy_lets_through_is_passed_on_but_changes_none_of_ours() -> None:
    chat = a_chat_with("top_k", "max_tokens_to_sample", top_k=5, max_tokens_to_sample=9)

    sent = to_anthropic(upstream_body(chat, model=MODEL, max_tokens=64))

    assert sent["top_k"] == 5
    assert sent["max_tokens"] == 64


def test_what_messages_cannot_do_is_refused_by_name_all_at_once() -> None:
    changes: JsonObject = {
        "n": 2,
        "logit_bias": {"5": 1},
        "presence_penalty": 1,
        "frequency_penalty": -1,
        "response_format": {"type": "json_object"},
        "temperature": 1.5,
        "stop": ["END", "\n\n"],
    }

    assert refusals(**changes) == set(changes)


def test_schema_that_is_not_given_is_asked_for() -> None:
    form = {"type": "json_schema", "json_schema": {"name": "city"}}

    assert refusals(response_format=form) == {"response_format.json_schema.schema"}


def test_instructions_alone_are_no_conversation() -> None:
    assert refusals(messages=[{"role": "system", "content": "A"}]) == {"messages"}


@pytest.mark.parametrize(
    "changes", [{"seed": 7}, {"user": "u-1"}, {"verbosity": "low"}, {"prompt_cache_key": "k"}]
)
def test_what_changes_no_price_and_has_no_word_is_left_out(changes: JsonObject) -> None:
    assert messages_api(**changes) == messages_api()


THOUGHT: JsonObject = {"type": "thinking", "thinking": "Hm. ", "signature": "s"}
SEALED: JsonObject = {"type": "redacted_thinking", "data": "x"}
BLOCKS: list[JsonObject] = [
    THOUGHT,
    SEALED,
    {"type": "text", "text": "Let me "},
    {"type": "text", "text": "look."},
    {"type": "tool_use", "id": "toolu_1", "name": "get_weather", "input": {"city": "Zürich"}},
    {"type": "tool_use", "id": "toolu_2", "name": "now", "input": {}},
    {"type": "a_block_of_tomorrow", "text": "nobody scanned me"},
]
USAGE: JsonObject = {
    "input_tokens": 10,
    "output_tokens": 50,
    "cache_read_input_tokens": 90,
    "cache_creation_input_tokens": 7,
    "output_tokens_details": {"thinking_tokens": 30},
}
COUNTED = Usage(107, 50, cached_tokens=90, cache_write_tokens=7, reasoning_tokens=30)


def an_answer(**changes: object) -> JsonObject:
    answer = {"id": "msg_1", "model": MODEL, "content": BLOCKS, "stop_reason": "tool_use"}
    return {**answer, "usage": USAGE, **changes}


def test_answer_with_thought_texts_and_calls_is_read_whole() -> None:
    answer = from_anthropic(an_answer(), created=7)

    (choice,) = cast("list[JsonObject]", answer["choices"])
    assert choice["finish_reason"] == "tool_calls"
    assert choice["message"] == {
        "role": "assistant",
        "content": "Let me look.",
        "refusal": None,
        "reasoning_content": "Hm. ",
        "tool_calls": [
            {
                "id": "toolu_1",
                "type": "function",
                "function": {"name": "get_weather", "arguments": '{"city": "Zürich"}'},
            },
            {"id": "toolu_2", "type": "function", "function": {"name": "now", "arguments": "{}"}},
        ],
    }
    assert choice["extensions"] == {"signature": "s", "sealed_thinking": ["x"]}
    assert (answer["id"], answer["created"], answer["model"]) == ("msg_1", 7, MODEL)
    assert answer["usage"] == usage_body(COUNTED)


@pytest.mark.parametrize(
    ("blocks", "expected"),
    [
        pytest.param([THOUGHT], {"signature": "s"}, id="one thought"),
        pytest.param([THOUGHT, THOUGHT], None, id="two thoughts that are joined"),
        pytest.param([{**THOUGHT, "signature": "a text"}], None, id="signature that is a text"),
        pytest.param([{**SEALED, "data": "a text"}], None, id="sealed thought that is a text"),
    ],
)
def test_signature_is_kept_where_it_fits(blocks: list[JsonObject], expected: object) -> None:
    answer = from_anthropic(an_answer(content=blocks), created=7)

    (choice,) = cast("list[JsonObject]", answer["choices"])
    assert choice.get("extensions") == expected


def test_stop_sequence_that_was_met_is_kept() -> None:
    told = an_answer(content=[], stop_reason="stop_sequence", stop_sequence="END")

    (choice,) = cast("list[JsonObject]", from_anthropic(told, created=7)["choices"])

    assert (choice["finish_reason"], choice["extensions"]) == ("stop", {"stop_sequence": "END"})


def test_usage_counts_cached_and_written_tokens_as_input() -> None:
    assert usage_of(USAGE) == COUNTED


def test_written_tokens_are_named_to_a_client_where_there_are_any() -> None:
    assert usage_body(COUNTED)["prompt_tokens_details"] == {
        "cached_tokens": 90,
        "cache_write_tokens": 7,
    }
    assert usage_body(Usage(1, 1))["prompt_tokens_details"] == {"cached_tokens": 0}


@pytest.mark.parametrize("reported", [None, {}, {"input_tokens": 1}, {"output_tokens": "x"}])
def test_usage_that_is_missing_is_none(reported: object) -> None:
    assert usage_of(reported) is None
    assert "usage" not in from_anthropic(an_answer(usage=reported), created=1)


def test_refusal_says_why() -> None:
    details = {"type": "refusal", "category": "bio", "explanation": "That could do harm."}
    answer = from_anthropic(
        an_answer(content=[], stop_reason="refusal", stop_details=details), created=1
    )

    (choice,) = cast("list[JsonObject]", answer["choices"])
    assert choice["finish_reason"] == "content_filter"
    assert cast("JsonObject", choice["message"])["refusal"] == "That could do harm."


@pytest.mark.parametrize("answer", [{}, {"content": "x"}, {"type": "error", "error": {}}])
def test_answer_without_blocks_is_no_answer(answer: JsonObject) -> None:
    with pytest.raises(ProviderUnavailable) as caught:
        from_anthropic(answer, created=1)

    assert caught.value.sent


@pytest.mark.parametrize(
    ("stop", "finish"),
    [
        ("end_turn", "stop"),
        ("stop_sequence", "stop"),
        ("max_tokens", "length"),
        ("model_context_window_exceeded", "length"),
        ("tool_use", "tool_calls"),
        ("refusal", "content_filter"),
        ("pause_turn", "stop"),
        (None, "stop"),
    ],
)
def test_stop_reason_is_named_as_openai_does(stop: object, finish: str) -> None:
    assert finish_reason({"stop_reason": stop}) == finish
