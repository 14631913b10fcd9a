"""A count that is none never becomes money, and no shape of an answer is a bug, on any wire."""

from collections.abc import Callable

import pytest

from ironcage.core.errors import ProviderUnavailable
from ironcage.gateway import JsonObject, Usage
from ironcage.gateway.wire import anthropic_provider_answer, bedrock, completions
from ironcage.gateway.wire.anthropic_provider_answer import from_anthropic
from ironcage.gateway.wire.bedrock import finish_reason
from ironcage.gateway.wire.bedrock_stream import ConverseStream
from ironcage.gateway.wire.completions import clean_completion
from ironcage.gateway.wire.counts import MOST
from ironcage.gateway.wire.turns import written_arguments
from ironcage.gateway.wire.vectors import token_count

NO_COUNTS = [-1, -5_000_000, True, 1.5, "7", None, [], MOST + 1]

Read = Callable[[object, object, object], Usage | None]


def openai(read: object, written: object, cached: object) -> Usage | None:
    details: JsonObject = {"cached_tokens": cached, "cache_write_tokens": cached}
    usage = {"prompt_tokens": read, "completion_tokens": written, "prompt_tokens_details": details}
    return completions.usage_of({"usage": usage})


def anthropic(read: object, written: object, cached: object) -> Usage | None:
    special = {"cache_read_input_tokens": cached, "cache_creation_input_tokens": cached}
    counts = {"input_tokens": read, "output_tokens": written, **special}
    return anthropic_provider_answer.usage_of(counts)


def converse(read: object, written: object, cached: object) -> Usage | None:
    special = {"cacheReadInputTokens": cached, "cacheWriteInputTokens": cached}
    return bedrock.usage_of({"inputTokens": read, "outputTokens": written, **special})


wires = pytest.mark.parametrize("read", [openai, anthropic, converse])


@wires
def test_counts_from_nothing_up_are_taken(read: Read) -> None:
    assert read(0, MOST, 0) == Usage(0, MOST)


@wires
@pytest.mark.parametrize("value", NO_COUNTS, ids=repr)
def test_usage_without_both_counts_is_none(read: Read, value: object) -> None:
    assert read(value, 5, 0) is None
    assert read(5, value, 0) is None


@wires
@pytest.mark.parametrize("value", NO_COUNTS, ids=repr)
def test_special_count_that_is_none_counts_nothing(read: Read, value: object) -> None:
    assert read(5, 6, value) == Usage(5, 6)


@pytest.mark.parametrize("value", [*NO_COUNTS, 0], ids=repr)
def test_count_of_an_embedding_is_at_least_one(value: object) -> None:
    assert token_count(value) is None


@pytest.mark.parametrize("value", [{}, [], ["stop"], 7, "later"], ids=repr)
def test_finish_reason_of_any_shape_is_a_stop(value: object) -> None:
    choice = {"message": {"content": "Hi."}, "finish_reason": value}

    kept = clean_completion({"choices": [choice]})["choices"]

    assert isinstance(kept, list)
    assert kept[0]["finish_reason"] == finish_reason(value) == "stop"


@pytest.mark.parametrize("place", [{}, [], "1", -1], ids=repr)
def test_block_of_any_place_is_read(place: object) -> None:
    stream = ConverseStream(answer_id="a", created=1, model="m")
    start = {"contentBlockIndex": place, "start": {"toolUse": {"toolUseId": "t", "name": "f"}}}

    assert stream.translate({"contentBlockStart": start}) is not None


@pytest.mark.parametrize("met", [float("inf"), {}, ["END"], "x" * 257], ids=str)
def test_stop_sequence_that_is_no_short_text_is_not_kept(met: object) -> None:
    answer = from_anthropic({"content": [], "stop_sequence": met}, created=1)

    assert "extensions" not in str(answer)


@pytest.mark.parametrize("arguments", [float("nan"), b"x"], ids=repr)
def test_arguments_that_are_no_json_are_a_bad_answer(arguments: object) -> None:
    with pytest.raises(ProviderUnavailable) as refusal:
        written_arguments({"a": arguments})

    assert refusal.value.sent
