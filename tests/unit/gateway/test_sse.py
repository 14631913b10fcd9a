"""Server-sent events: bounded, and the same wherever the bytes are split."""

import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ironcage.core.errors import IronCageError, ProviderUnavailable
from ironcage.gateway import JsonObject
from ironcage.gateway.wire.openai import DONE, SseParser, encode_chunk

STREAM = (
    b": comment\n"
    b"event: message\r\n"
    b'data: {"a": "h\xc3\xa9llo"}\r\n\r\n'
    b'data:{"b":\ndata: 2}\n\n'
    b"id: 7\nretry: 5\n\n"
    b'data: {"c": []}\n\n'
    b"data: [DONE]\n\n"
    b'data: {"late": true}\n\n'
)
EVENTS: list[JsonObject] = [{"a": "héllo"}, {"b": 2}, {"c": []}]


def parsed(*pieces: bytes) -> list[JsonObject]:
    parser = SseParser()
    return [event for piece in pieces for event in parser.feed(piece)]


def test_stream_is_read_up_to_its_end_mark() -> None:
    parser = SseParser()

    assert parser.feed(STREAM) == EVENTS
    assert parser.is_done


@given(st.lists(st.integers(0, len(STREAM)), max_size=12))
def test_stream_split_anywhere_parses_the_same(cuts: list[int]) -> None:
    edges = [0, *sorted(cuts), len(STREAM)]

    assert parsed(*(STREAM[a:b] for a, b in pairwise(edges))) == EVENTS


def test_stream_fed_byte_by_byte_parses_the_same() -> None:
    assert parsed(*(bytes([byte]) for byte in STREAM)) == EVENTS


def test_written_chunk_reads_back() -> None:
    chunk: JsonObject = {"text": "naïve \n data: [DONE] \u2028"}

    assert parsed(encode_chunk(chunk), DONE) == [chunk]


def test_forgotten_last_blank_line_is_forgiven() -> None:
    parser = SseParser()
    parser.feed(b"data: [DONE]")

    parser.finish()

    assert parser.is_done


@pytest.mark.parametrize("event", [b"data: {oops\n\n", b"data: [1]\n\n", b"data: \xff\n\n"])
def test_event_that_is_no_object_breaks_the_stream(event: bytes) -> None:
    with pytest.raises(ProviderUnavailable) as caught:
        parsed(event)

    assert caught.value.sent


@pytest.mark.parametrize("piece", [b"x" * 1_000, b"data: y\n" * 1_000])
def test_endless_event_breaks_the_stream(piece: bytes) -> None:
    parser = SseParser()

    with pytest.raises(ProviderUnavailable):
        any(parser.feed(piece) for _ in range(2_000))


@given(st.lists(st.binary(max_size=40), max_size=10))
def test_parser_survives_any_bytes(pieces: list[bytes]) -> None:
    try:
        events = parsed(*pieces)
    except IronCageError:
        return
    assert all(json.dumps(event) for event in events)
