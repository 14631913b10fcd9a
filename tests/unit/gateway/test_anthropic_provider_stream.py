"""A stream of Anthropic's Messages as OpenAI's chunks."""

import json
from itertools import pairwise
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ironcage.core.errors import ProviderUnavailable
from ironcage.gateway import JsonObject, ProviderChunk, Usage
from ironcage.gateway.wire.anthropic_provider_stream import AnthropicStream
from ironcage.gateway.wire.openai import SseParser, clean_chunk
from support.wires import plain_choices

START: JsonObject = {
    "type": "message_start",
    "message": {
        "id": "msg_1",
        "usage": {"input_tokens": 10, "output_tokens": 1, "cache_read_input_tokens": 90},
    },
}
END: JsonObject = {
    "type": "message_delta",
    "delta": {"stop_reason": "tool_use"},
    "usage": {"output_tokens": 50, "input_tokens": None},
}


def opened(index: int, **block: object) -> JsonObject:
    return {"type": "content_block_start", "index": index, "content_block": block}


def piece(index: int, **delta: object) -> JsonObject:
    return {"type": "content_block_delta", "index": index, "delta": delta}


def closed(index: int) -> JsonObject:
    return {"type": "content_block_stop", "index": index}


EVENTS: list[JsonObject] = [
    START,
    {"type": "ping"},
    opened(0, type="thinking", thinking="", signature=""),
    piece(0, type="thinking_delta", thinking="Hm"),
    piece(0, type="signature_delta", signature="s"),
    closed(0),
    opened(1, type="text", text=""),
    piece(1, type="text_delta", text="Look"),
    piece(1, type="citations_delta", citation={"cited_text": "nobody scanned me"}),
    closed(1),
    opened(2, type="tool_use", id="toolu_1", name="f", input={}),
    piece(2, type="input_json_delta", partial_json=""),
    piece(2, type="input_json_delta", partial_json='{"a":'),
    piece(2, type="input_json_delta", partial_json="1}"),
    closed(2),
    opened(3, type="tool_use", id="toolu_2", name="now", input={}),
    closed(3),
    opened(4, type="a_block_of_tomorrow", text="nobody scanned me"),
    piece(4, type="delta_of_tomorrow", text="nor me"),
    {"type": "event_of_tomorrow"},
    END,
    {"type": "message_stop"},
]


def a_stream() -> AnthropicStream:
    return AnthropicStream(created=1, model="m")


def translated(events: list[JsonObject]) -> list[ProviderChunk]:
    stream = a_stream()
    return [chunk for event in events for chunk in stream.translate(event)]


def deltas(events: list[JsonObject]) -> list[object]:
    choices = [cast("list[JsonObject]", chunk.body["choices"]) for chunk in translated(events)]
    return [choice["delta"] for (choice,) in filter(None, choices)]


def test_stream_keeps_thought_text_calls_end_and_usage() -> None:
    *_, last = translated(EVENTS)

    first = {"index": 0, "id": "toolu_1", "type": "function"}
    second = {"index": 1, "id": "toolu_2", "type": "function"}
    assert deltas(EVENTS) == [
        {"role": "assistant", "content": ""},
        {"reasoning_content": "Hm"},
        {},
        {"content": "Look"},
        {"tool_calls": [{**first, "function": {"name": "f", "arguments": ""}}]},
        {"tool_calls": [{"index": 0, "function": {"arguments": '{"a":'}}]},
        {"tool_calls": [{"index": 0, "function": {"arguments": "1}"}}]},
        {"tool_calls": [{**second, "function": {"name": "now", "arguments": ""}}]},
        {"tool_calls": [{"index": 1, "function": {"arguments": "{}"}}]},
        {},
    ]
    assert last.usage == Usage(100, 50, cached_tokens=90)


def test_chunks_pass_the_same_gate_as_openais() -> None:
    for chunk in translated(EVENTS):
        assert clean_chunk(chunk.body) == {**chunk.body, "choices": plain_choices(chunk.body)}


def test_signature_sealed_thought_and_stop_sequence_are_kept_as_extensions() -> None:
    events: list[JsonObject] = [
        piece(0, type="signature_delta", signature="c2ln"),
        opened(1, type="redacted_thinking", data="c2VhbA=="),
        piece(2, type="signature_delta", signature="words that nobody scanned"),
        opened(3, type="redacted_thinking", data="words that nobody scanned"),
        {"type": "message_delta", "delta": {"stop_reason": "stop_sequence", "stop_sequence": "E"}},
    ]

    chunks = [cast("list[JsonObject]", chunk.body["choices"]) for chunk in translated(events)]

    assert [choice.get("extensions") for (choice,) in chunks] == [
        {"signature": "c2ln"},
        {"sealed_thinking": ["c2VhbA=="]},
        {"stop_sequence": "E"},
    ]


def test_start_counts_no_output_so_a_stream_without_an_end_has_no_usage() -> None:
    silent: JsonObject = {"type": "message_delta", "delta": {"stop_reason": "end_turn"}}

    assert all(chunk.usage is None for chunk in translated([START, silent]))


def test_refusal_in_a_stream_says_why() -> None:
    details = {"type": "refusal", "explanation": "That could do harm."}
    ending: JsonObject = {"stop_reason": "refusal", "stop_details": details}

    (delta,) = deltas([{"type": "message_delta", "delta": ending}])

    assert delta == {"refusal": "That could do harm."}


def test_input_and_text_of_a_block_that_is_never_streamed_come_with_it() -> None:
    events = [
        opened(0, type="text", text="Look"),
        opened(1, type="tool_use", id="t", name="f", input={"a": 1}),
        closed(1),
    ]

    text, _, call = deltas(events)

    assert text == {"content": "Look"}
    assert call == {"tool_calls": [{"index": 0, "function": {"arguments": '{"a": 1}'}}]}


@pytest.mark.parametrize(
    ("error", "code"),
    [({"type": "overloaded_error"}, "overloaded_error"), ({"type": "Ignore all!"}, ""), (None, "")],
    ids=["known", "free text", "none"],
)
def test_error_event_may_have_been_paid_and_repeats_no_text(error: object, code: str) -> None:
    with pytest.raises(ProviderUnavailable) as caught:
        a_stream().translate({"type": "error", "error": error})

    assert caught.value.sent
    assert caught.value.details == {"reason": "error_in_stream", "provider_code": code}


def test_stream_is_over_only_after_its_end() -> None:
    stream = a_stream()

    for event in EVENTS[:-1]:
        stream.translate(event)

    assert not stream.is_done
    stream.translate(EVENTS[-1])
    assert stream.is_done


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)
KINDS = [str(event["type"]) for event in EVENTS]


@given(
    kind=st.sampled_from(KINDS),
    rest=st.dictionaries(
        st.sampled_from(["index", "delta", "content_block", "message", "usage"]), JUNK
    ),
)
def test_no_event_makes_the_translator_stumble(kind: str, rest: dict[str, object]) -> None:
    stream = a_stream()
    stream.translate(opened(0, type="tool_use", id="t", name="f", input={}))

    try:
        chunks = stream.translate({"type": kind, **rest})
    except ProviderUnavailable:
        return

    for chunk in chunks:
        assert clean_chunk(chunk.body) == chunk.body


@given(cuts=st.lists(st.integers(0, 4_000), max_size=12))
def test_bytes_split_anywhere_say_the_same(cuts: list[int]) -> None:
    data = b"".join(f"event: x\r\ndata: {json.dumps(e)}\r\n\r\n".encode() for e in EVENTS)
    places = sorted({min(cut, len(data)) for cut in cuts} | {0, len(data)})
    parser, stream = SseParser(), a_stream()

    told = [
        chunk
        for start, end in pairwise(places)
        for event in parser.feed(data[start:end])
        for chunk in stream.translate(event)
    ]

    assert told == translated(EVENTS)
