"""Every text that crosses us is listed, and can be replaced where it stands."""

import json

import pytest

from ironcage.gateway import JsonObject
from ironcage.gateway.wire.openai import (
    clean_chunk,
    clean_completion,
    path_text,
    prompt_texts,
    replace_prompt_text,
    replace_text,
    visible_texts,
)
from support.builders_gateway import (
    WEATHER_CALL,
    WEATHER_TOOL,
    a_chat_with,
    a_chunk,
    a_completion,
)

CONVERSATION: list[JsonObject] = [
    {"role": "system", "content": "t-system"},
    {"role": "developer", "content": "t-developer"},
    {"role": "user", "content": [{"type": "text", "text": "t-part"}], "name": "t-name"},
    {"role": "assistant", "content": "t-assistant", "refusal": "t-refusal"},
    {
        "role": "assistant",
        "content": None,
        "tool_calls": [
            {
                "id": "c1",
                "type": "function",
                "function": {"name": "f", "arguments": '{"a":"t-args"}'},
            }
        ],
    },
    {"role": "tool", "tool_call_id": "c1", "content": "t-tool"},
]
FORMAT: JsonObject = {
    "type": "json_schema",
    "json_schema": {"name": "out", "schema": {"description": "t-schema"}},
}
CHAT = a_chat_with(
    "guided_regex",
    messages=CONVERSATION,
    tools=[WEATHER_TOOL],
    response_format=FORMAT,
    stop=["t-stop"],
    user="t-user",
    safety_identifier="t-safety",
    prompt_cache_key="t-cache",
    guided_regex="t-extra",
)
ANNOTATION: JsonObject = {
    "type": "url_citation",
    "url_citation": {"url": "https://v-url", "title": "v-title", "start_index": 0, "end_index": 3},
}


def test_every_text_of_a_prompt_is_listed() -> None:
    listed = json.dumps([found.text for found in prompt_texts(CHAT)])

    missing = {word for word in _words(json.dumps(CHAT.body), "t-") if word not in listed}
    assert not missing
    assert "Tell the weather." in listed
    assert "A city." in listed


@pytest.mark.parametrize(
    ("path", "origin"),
    [
        ("messages[0].content", "system"),
        ("messages[1].content", "system"),
        ("messages[2].content[0].text", "user"),
        ("messages[2].name", "user"),
        ("messages[3].content", "document"),
        ("messages[4].tool_calls[0].function.arguments", "document"),
        ("messages[5].content", "document"),
        ("tools[0].function.description", "document"),
        ("tools[0].function.parameters.properties.city.description", "document"),
        ("response_format.json_schema.schema.description", "document"),
        ("stop[0]", "user"),
        ("guided_regex", "user"),
    ],
)
def test_text_of_a_prompt_has_its_origin(path: str, origin: str) -> None:
    origins = {path_text(found.path): found.origin for found in prompt_texts(CHAT)}

    assert origins[path] == origin


def test_every_text_of_a_prompt_can_be_replaced_without_touching_the_original() -> None:
    before, chat = json.dumps(CHAT.body), CHAT

    for found in prompt_texts(CHAT):
        chat = replace_prompt_text(chat, found.path, "[REDACTED]")

    assert {found.text for found in prompt_texts(chat)} == {"[REDACTED]"}
    assert json.dumps(CHAT.body) == before


def test_every_text_of_an_answer_is_listed_with_its_kind() -> None:
    answer = clean_completion(
        a_completion(
            content="v-content",
            refusal="v-refusal",
            reasoning_content="v-reasoning",
            tool_calls=[WEATHER_CALL],
            annotations=[ANNOTATION],
        )
    )

    found = {path_text(v.path[3:]): v for v in visible_texts(answer)}

    assert {path: v.kind for path, v in found.items()} == {
        "content": "content",
        "refusal": "refusal",
        "reasoning_content": "reasoning",
        "tool_calls[0].function.name": "tool_name",
        "tool_calls[0].function.arguments": "tool_arguments",
        "annotations[0].url_citation.url": "annotation",
        "annotations[0].url_citation.title": "annotation",
    }


def test_every_text_of_an_answer_can_be_replaced_in_place() -> None:
    answer = clean_completion(a_completion(tool_calls=[WEATHER_CALL], annotations=[ANNOTATION]))

    for found in visible_texts(answer):
        replace_text(answer, found.path, "[REDACTED]")

    assert {found.text for found in visible_texts(answer)} == {"[REDACTED]"}


def test_texts_of_every_choice_of_a_chunk_are_listed() -> None:
    chunk = a_chunk(content="v-a")
    chunk["choices"] = [*_choices(chunk), *_choices(a_chunk(1, reasoning_content="v-b"))]

    assert [found.text for found in visible_texts(clean_chunk(chunk))] == ["v-a", "v-b"]


def test_chunk_that_only_finishes_says_nothing() -> None:
    assert visible_texts(clean_chunk(a_chunk(finish="stop"))) == []


def _choices(chunk: JsonObject) -> list[object]:
    choices = chunk["choices"]
    assert isinstance(choices, list)
    return choices


def _words(text: str, prefix: str) -> set[str]:
    return {word for word in text.replace("\\", "").split('"') if word.startswith(prefix)}
