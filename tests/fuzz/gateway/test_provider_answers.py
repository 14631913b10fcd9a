"""Whatever stands in a field of a provider's answer, it is read, or refused as one of our errors.

Any other exception would be a bug after the provider was paid.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from copy import deepcopy

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ironcage.core.errors import IronCageError
from ironcage.firewall import standard_firewall
from ironcage.gateway import JsonObject, ProviderChunk, Usage, cost
from ironcage.gateway.gate import ChunkGate
from ironcage.gateway.pricing import Price
from ironcage.gateway.verdicts import Screen
from ironcage.gateway.wire import anthropic_provider_answer, bedrock
from ironcage.gateway.wire.anthropic_provider_answer import from_anthropic
from ironcage.gateway.wire.anthropic_provider_stream import AnthropicStream
from ironcage.gateway.wire.bedrock import from_converse
from ironcage.gateway.wire.bedrock_embeddings import read_piece
from ironcage.gateway.wire.bedrock_stream import ConverseStream
from ironcage.gateway.wire.embedding_batches import Piece
from ironcage.gateway.wire.openai import (
    clean_chunk,
    clean_completion,
    encode_json,
    usage_of,
    visible_texts,
)
from ironcage.gateway.wire.vectors import embedding_tokens, read_embeddings
from support.builders_firewall import a_policy
from support.provider_shapes import (
    ANTHROPIC_EVENTS,
    ANTHROPIC_MESSAGE,
    COHERE_ANSWER,
    CONVERSE_ANSWER,
    CONVERSE_EVENTS,
    OPENAI_CHUNK,
    OPENAI_COMPLETION,
    OPENAI_EMBEDDINGS,
    TITAN_ANSWER,
)

SCREEN = Screen(standard_firewall(), a_policy(), b"")
FLAT = Price.flat(1_000_000, 2_000_000, is_claude=True)
FUZZ = settings(
    max_examples=300,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
# What `json.loads` can return: numbers without a bound, NaN and infinity included.
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.sampled_from([-5_000_000, -1, 0, 1, 10**13, 10**400]),
    st.floats(),
    st.sampled_from(["", "text", "tool_use", "thinking", "stop", "\ud800", "{"]),
)
junk = st.one_of(
    scalars,
    st.sampled_from([[], {}, [[]], [{}], [None], [1, "a"], {"type": []}, {"text": {}}]),
    st.recursive(
        scalars,
        lambda inner: (
            st.lists(inner, max_size=2)
            | st.dictionaries(st.sampled_from(["type", "text", "index", "a"]), inner, max_size=2)
        ),
        max_leaves=4,
    ),
)
Steps = tuple[str | int, ...]


def steps_in(value: object, steps: Steps = ()) -> Iterator[Steps]:
    """List the way to every value within a value."""
    if steps:
        yield steps
    pairs: Iterable[tuple[str | int, object]] = ()
    if isinstance(value, dict):
        pairs = value.items()
    elif isinstance(value, list):
        pairs = enumerate(value)
    for step, child in pairs:
        yield from steps_in(child, (*steps, step))


@st.composite
def spoilt[T](draw: st.DrawFn, good: T) -> T:
    """Draw a good answer in which up to three values are something else."""
    whole: dict[str, T] = {"it": deepcopy(good)}
    for _ in range(draw(st.integers(1, 3))):
        ways = [way for way in steps_in(whole) if len(way) > 1]
        if not ways:
            break
        *first, last = draw(st.sampled_from(ways))
        holder: object = whole
        for step in first:
            holder = holder[step]  # type: ignore[index]  # a way that was just found
        holder[last] = deepcopy(draw(junk))  # type: ignore[index]  # as above
    return whole["it"]


def check_usage(usage: Usage | None) -> None:
    if usage is not None:
        assert min(getattr(usage, name) for name in Usage.__slots__) >= 0
        assert cost(FLAT, usage) >= 0


def check_answer(read: Callable[[], JsonObject]) -> None:
    """Read an answer, scan what it says, and write it."""
    with suppress(IronCageError):
        body = read()
        visible_texts(body)
        encode_json(body)


def check_chunks(chunks: Iterable[ProviderChunk]) -> None:
    """Take a stream through the firewall's gate, and write it."""
    gate = ChunkGate(SCREEN.new_scanner, is_sequential=True)
    for chunk in chunks:
        check_usage(chunk.usage)
        body = {**chunk.body}
        if body["choices"]:
            gate.pass_chunk(body)
        encode_json(body)
    gate.finish({})


@FUZZ
@given(spoilt(OPENAI_COMPLETION))
def test_any_completion_of_openai_is_read_or_refused(body: JsonObject) -> None:
    check_usage(usage_of(body))
    check_answer(lambda: clean_completion(body))


@FUZZ
@given(st.lists(spoilt(OPENAI_CHUNK), min_size=1, max_size=3))
def test_any_chunk_of_openai_is_read_or_refused(events: list[JsonObject]) -> None:
    with suppress(IronCageError):
        check_chunks(ProviderChunk(clean_chunk(event), usage_of(event)) for event in events)


@FUZZ
@given(spoilt(ANTHROPIC_MESSAGE))
def test_any_message_of_anthropic_is_read_or_refused(body: JsonObject) -> None:
    check_usage(anthropic_provider_answer.usage_of(body.get("usage")))
    check_answer(lambda: from_anthropic(body, created=1))


@FUZZ
@given(spoilt(ANTHROPIC_EVENTS))
def test_any_stream_of_anthropic_is_read_or_refused(events: list[object]) -> None:
    stream = AnthropicStream(created=1, model="m")
    with suppress(IronCageError):
        check_chunks(c for e in events if isinstance(e, dict) for c in stream.translate(e))


@FUZZ
@given(spoilt(CONVERSE_ANSWER))
def test_any_answer_of_converse_is_read_or_refused(body: JsonObject) -> None:
    check_usage(bedrock.usage_of(body.get("usage")))
    check_answer(lambda: from_converse(body, answer_id="a", created=1))


@FUZZ
@given(spoilt(CONVERSE_EVENTS))
def test_any_stream_of_converse_is_read_or_refused(events: list[object]) -> None:
    stream = ConverseStream(answer_id="a", created=1, model="m")
    with suppress(IronCageError):
        found = (stream.translate(event) for event in events if isinstance(event, dict))
        check_chunks(chunk for chunk in found if chunk is not None)


@FUZZ
@given(spoilt(OPENAI_EMBEDDINGS))
def test_any_vectors_of_openai_are_read_or_refused(body: JsonObject) -> None:
    tokens = embedding_tokens(body)
    assert tokens is None or tokens > 0
    with suppress(IronCageError):
        read_embeddings(body, count=2)


@FUZZ
@given(spoilt(TITAN_ANSWER), spoilt(COHERE_ANSWER), st.text(max_size=12))
def test_any_vectors_of_bedrock_are_read_or_refused(
    titan: Mapping[str, object], cohere: Mapping[str, object], header: str
) -> None:
    headers = {"x-amzn-bedrock-input-token-count": header}
    for model, answer in (
        ("amazon.titan-embed-text-v2:0", titan),
        ("cohere.embed-v4:0", cohere),
    ):
        with suppress(IronCageError):
            piece = read_piece(model, Piece(0, ["a"], b""), answer=answer, headers=headers)
            assert piece.tokens is None or piece.tokens > 0
