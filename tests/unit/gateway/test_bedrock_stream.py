"""Bedrock's event stream becomes chunks of a chat."""

import json

import pytest

from ironcage.gateway import JsonObject, ProviderChunk, Usage
from ironcage.gateway.wire.bedrock import from_converse
from ironcage.gateway.wire.bedrock_stream import ConverseStream
from ironcage.gateway.wire.openai import clean_chunk


def a_piece(block: int, **delta: object) -> JsonObject:
    return {"contentBlockDelta": {"contentBlockIndex": block, "delta": delta}}


EVENTS: list[JsonObject] = [
    {"messageStart": {"role": "assistant"}},
    a_piece(0, reasoningContent={"text": "Hm"}),
    {
        "contentBlockDelta": {
            "contentBlockIndex": 0,
            "delta": {"reasoningContent": {"signature": "s"}},
        }
    },
    a_piece(1, text="Look"),
    {"contentBlockStop": {"contentBlockIndex": 1}},
    {
        "contentBlockStart": {
            "contentBlockIndex": 2,
            "start": {"toolUse": {"toolUseId": "t-1", "name": "f"}},
        }
    },
    a_piece(2, toolUse={"input": '{"a":'}),
    a_piece(2, toolUse={"input": "1}"}),
    a_piece(9, toolUse={"input": "lost"}),
    {"messageStop": {"stopReason": "tool_use"}},
    {"metadata": {"usage": {"inputTokens": 3, "outputTokens": 4}}},
]


def translated() -> list[ProviderChunk]:
    stream = ConverseStream(answer_id="chatcmpl_1", created=1, model="m")
    return [chunk for event in EVENTS if (chunk := stream.translate(event))]


@pytest.mark.parametrize("given", ["please read this", "", "x" * 257, None, 7])
def test_id_that_could_be_a_text_is_dropped_from_an_answer_and_a_stream(given: object) -> None:
    use = {"toolUseId": given, "name": "now", "input": {}}
    response = {"output": {"message": {"content": [{"toolUse": use}]}}}
    start = {"contentBlockIndex": 0, "start": {"toolUse": use}}
    stream = ConverseStream(answer_id="chatcmpl_1", created=1, model="m")

    answer = from_converse(response, answer_id="chatcmpl_1", created=1)
    chunk = stream.translate({"contentBlockStart": start})

    assert chunk is not None
    assert '"id": ' not in json.dumps([answer["choices"], chunk.body["choices"]])
    assert '"now"' in json.dumps(chunk.body)


def test_stream_becomes_chunks_that_pass_the_same_gate_as_openais() -> None:
    for chunk in translated():
        assert clean_chunk(chunk.body)["choices"] == chunk.body["choices"]


def test_stream_keeps_text_thought_calls_end_and_usage() -> None:
    *spoken, last = translated()
    deltas = [chunk.body["choices"][0]["delta"] for chunk in spoken]  # type: ignore[index]  # an untyped body

    assert deltas[1:] == [
        {"reasoning_content": "Hm"},
        {"content": "Look"},
        {
            "tool_calls": [
                {
                    "index": 0,
                    "id": "t-1",
                    "type": "function",
                    "function": {"name": "f", "arguments": ""},
                }
            ]
        },
        {"tool_calls": [{"index": 0, "function": {"arguments": '{"a":'}}]},
        {"tool_calls": [{"index": 0, "function": {"arguments": "1}"}}]},
        {},
    ]
    assert last.usage == Usage(3, 4)


def test_stream_is_over_only_after_its_end() -> None:
    stream = ConverseStream(answer_id="a", created=1, model="m")

    stream.translate(EVENTS[0])

    assert not stream.is_done


def test_call_without_arguments_has_empty_ones() -> None:
    stream = ConverseStream(answer_id="a", created=1, model="m")
    start = {"toolUse": {"toolUseId": "t-1", "name": "now"}}
    events: list[JsonObject] = [
        {"contentBlockStart": {"contentBlockIndex": 0, "start": start}},
        a_piece(0, toolUse={"input": ""}),
        {"contentBlockStop": {"contentBlockIndex": 0}},
        {"contentBlockStop": {"contentBlockIndex": 0}},
    ]

    said = "".join(str(chunk.body) for event in events if (chunk := stream.translate(event)))

    assert said.count("'arguments': '{}'") == 1
