"""Answers in the format of OpenAI's Responses, as its SDK reads them."""

import json
from typing import cast

import pytest

from ironcage.gateway import JsonObject, Usage
from ironcage.gateway.wire.chat import ChatRequest
from ironcage.gateway.wire.completions import clean_completion
from ironcage.gateway.wire.responses_answers import response_body
from support.builders_gateway import a_completion
from support.responses_client import Told, response_of_answer

CALL: JsonObject = {
    "id": "call_1",
    "type": "function",
    "function": {"name": "get_weather", "arguments": '{"city": "Paris"}'},
}
SAID = {"type": "output_text", "text": "Sunny.", "annotations": [], "logprobs": []}
CITED = {"url": "https://x.test", "title": "X", "start_index": 0, "end_index": 5}


def written(
    chat: ChatRequest | None = None,
    *,
    finish: str = "stop",
    usage: Usage | None = None,
    **message: object,
) -> Told:
    """Write a clean answer with some fields changed, and read it back with the SDK."""
    answer = clean_completion(a_completion(**message))
    cast("list[JsonObject]", answer["choices"])[0]["finish_reason"] = finish
    body = response_body(chat or a_chat(), {**answer, "model": "ours"}, usage)
    return response_of_answer(json.dumps(body).encode())


def a_chat(**body: object) -> ChatRequest:
    return ChatRequest(model="ours", body={"messages": [], **body}, max_tokens=50)


def test_text_becomes_a_response_under_our_model_name() -> None:
    told = written(usage=Usage(12, 3, 8, 2, 1))

    created = told.pop("created_at")
    assert isinstance(created, float)
    assert told == {
        "id": "resp_1",
        "object": "response",
        "status": "completed",
        "model": "ours",
        "metadata": {},
        "max_output_tokens": 50,
        "output": [
            {
                "id": "msg_1",
                "type": "message",
                "role": "assistant",
                "status": "completed",
                "content": [SAID],
            }
        ],
        "parallel_tool_calls": True,
        "reasoning": {},
        "service_tier": "default",
        "store": False,
        "text": {"format": {"type": "text"}},
        "tool_choice": "auto",
        "tools": [],
        "truncation": "disabled",
        "usage": {
            "input_tokens": 12,
            "input_tokens_details": {"cached_tokens": 8, "cache_write_tokens": 2},
            "output_tokens": 3,
            "output_tokens_details": {"reasoning_tokens": 1},
            "total_tokens": 15,
        },
    }


def test_calls_follow_the_text_each_as_an_item() -> None:
    told = written(finish="tool_calls", tool_calls=[CALL, {**CALL, "id": ""}])

    said, first, second = told["output"]
    assert said["content"] == [SAID]
    assert first == {
        "id": "fc_1_0",
        "type": "function_call",
        "status": "completed",
        "call_id": "call_1",
        "name": "get_weather",
        "arguments": '{"city": "Paris"}',
    }
    assert (second["id"], second["call_id"]) == ("fc_1_1", "call_1_1")


def test_answer_of_calls_alone_has_no_message() -> None:
    (item,) = written(finish="tool_calls", content=None, tool_calls=[CALL])["output"]

    assert item["type"] == "function_call"


def test_refusal_is_a_part_of_its_own() -> None:
    (item,) = written(content=None, refusal="No.")["output"]

    assert item["content"] == [{"type": "refusal", "refusal": "No."}]


def test_citation_is_flat() -> None:
    annotations = [{"type": "url_citation", "url_citation": CITED}]

    (item,) = written(annotations=annotations)["output"]

    assert item["content"][0]["annotations"] == [{"type": "url_citation", **CITED}]


@pytest.mark.parametrize(
    ("finish", "reason"), [("length", "max_output_tokens"), ("content_filter", "content_filter")]
)
def test_answer_that_was_cut_short_says_why(finish: str, reason: str) -> None:
    told = written(finish=finish)

    assert (told["status"], told["incomplete_details"]) == ("incomplete", {"reason": reason})
    assert told["output"][-1]["status"] == "incomplete"


def test_empty_answer_is_a_whole_response() -> None:
    told = written(content=None)

    assert (told["status"], told["output"]) == ("completed", [])
    assert "usage" not in told


def test_thoughts_are_left_out() -> None:
    told = written(reasoning_content="Hm.")

    assert [item["type"] for item in told["output"]] == ["message"]


def test_request_is_repeated_as_it_passed_the_firewall() -> None:
    function = {"name": "f", "description": "Look.", "parameters": {"type": "object"}}
    shape = {"name": "s", "schema": {"type": "object"}, "strict": True}
    chat = a_chat(
        temperature=0.5,
        reasoning_effort="low",
        verbosity="high",
        tools=[{"type": "function", "function": function}],
        tool_choice={"type": "function", "function": {"name": "f"}},
        response_format={"type": "json_schema", "json_schema": shape},
    )

    told = written(chat)

    assert told["temperature"] == 0.5
    assert told["reasoning"] == {"effort": "low"}
    assert told["tools"] == [{"type": "function", **function}]
    assert told["tool_choice"] == {"type": "function", "name": "f"}
    assert told["text"]["verbosity"] == "high"
    assert told["text"]["format"]["name"] == "s"
