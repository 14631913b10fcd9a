"""Answers of providers: what is kept, what is dropped, and which usage is believed."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ironcage.core.errors import ProviderUnavailable
from ironcage.gateway import JsonObject, Usage
from ironcage.gateway.wire.openai import (
    clean_chunk,
    clean_completion,
    usage_body,
    usage_of,
    visible_texts,
)
from support.builders_gateway import WEATHER_CALL, a_chunk, a_completion

SMUGGLED = "sk-smuggled"


def only_choice(answer: JsonObject) -> JsonObject:
    choices = answer["choices"]
    assert isinstance(choices, list)
    (choice,) = choices
    assert isinstance(choice, dict)
    return choice


def test_ordinary_answer_keeps_what_a_client_reads() -> None:
    answer = clean_completion(a_completion(tool_calls=[WEATHER_CALL]))

    choice = only_choice(answer)
    assert answer["model"] == "gpt-4o-2024-08-06"
    assert choice["finish_reason"] == "stop"
    assert choice["message"] == {
        "role": "assistant",
        "content": "Sunny.",
        "refusal": None,
        "tool_calls": [WEATHER_CALL],
    }


def test_fields_that_nobody_scans_are_dropped() -> None:
    body = a_completion(audio={"transcript": SMUGGLED}, provider_field=SMUGGLED)
    body |= {"citations": [SMUGGLED], "system_fingerprint": f"{SMUGGLED} with spaces", "id": "\n"}
    only_choice(body)["logprobs"] = {"content": [{"token": SMUGGLED}]}

    assert SMUGGLED not in json.dumps(clean_completion(body))


TEXT = st.text(st.characters(categories=["Lu"]), min_size=12, max_size=16)
ANY = st.recursive(
    st.none() | st.integers(0, 9) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)
FIELDS = st.sampled_from(
    ["content", "refusal", "reasoning", "reasoning_content", "tool_calls", "annotations", "audio",
     "function_call", "role", "thinking"]
)  # fmt: skip


@given(st.dictionaries(FIELDS, ANY, max_size=5))
def test_whatever_a_chunk_says_is_listed_or_dropped(delta: dict[str, Any]) -> None:
    clean = clean_chunk(a_chunk(**delta))

    said = only_choice(clean)["delta"]
    listed = {found.text for found in visible_texts(clean)}
    assert set(_strings(said)) <= listed | {"", "assistant", "function", "url_citation"}


def test_content_in_parts_becomes_one_text() -> None:
    parts = [{"type": "thinking", "thinking": []}, {"type": "text", "text": "Sun"}, {"text": "ny."}]

    assert "Sunny." in json.dumps(clean_completion(a_completion(content=parts)))


@pytest.mark.parametrize(
    "choices", [None, [], "x", [None], [{}], [{"index": 0}], [{"message": "text"}]]
)
def test_answer_without_proper_choices_is_no_answer(choices: object) -> None:
    with pytest.raises(ProviderUnavailable) as caught:
        clean_completion({**a_completion(), "choices": choices})

    assert caught.value.sent


def test_error_within_a_stream_ends_it() -> None:
    with pytest.raises(ProviderUnavailable) as caught:
        clean_chunk({"error": {"message": "overloaded"}})

    assert caught.value.sent


def test_unknown_finish_reason_becomes_stop() -> None:
    assert only_choice(clean_chunk(a_chunk(finish="eos_token")))["finish_reason"] == "stop"


def test_usage_with_details_is_read() -> None:
    usage = usage_of(
        {
            "usage": {
                "prompt_tokens": 100,
                "completion_tokens": 50,
                "prompt_tokens_details": {"cached_tokens": 80, "cache_write_tokens": 10},
                "completion_tokens_details": {"reasoning_tokens": 30},
            }
        }
    )

    assert usage == Usage(100, 50, cached_tokens=80, cache_write_tokens=10, reasoning_tokens=30)


def test_cache_hits_in_deepseeks_words_are_read() -> None:
    reported = {"prompt_tokens": 9, "completion_tokens": 1, "prompt_cache_hit_tokens": 8}

    assert usage_of({"usage": reported}) == Usage(9, 1, cached_tokens=8)


def test_usage_of_zero_is_a_usage() -> None:
    assert usage_of({"usage": {"prompt_tokens": 0, "completion_tokens": 0}}) == Usage()


@pytest.mark.parametrize(
    "usage",
    [
        None,
        {},
        [],
        {"prompt_tokens": 5},
        {"prompt_tokens": -5, "completion_tokens": 1},
        {"prompt_tokens": "5", "completion_tokens": 1},
        {"prompt_tokens": True, "completion_tokens": 1},
        {"prompt_tokens": 5.0, "completion_tokens": 1},
    ],
)
def test_usage_that_does_not_add_up_is_none(usage: object) -> None:
    assert usage_of({"usage": usage}) is None


def test_written_usage_reads_back() -> None:
    usage = Usage(100, 50, cached_tokens=80, reasoning_tokens=30)

    assert usage_of({"usage": usage_body(usage)}) == usage


def _strings(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if not isinstance(value, dict | list):
        return []
    children = (
        value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    )
    return [text for child in children for text in _strings(child)]


@pytest.mark.parametrize(
    ("met", "kept"),
    [("END", {"stop_sequence": "END"}), (128_009, None), (None, None), ("x" * 257, None)],
)
def test_stop_sequence_that_was_met_is_kept_as_an_extension(met: object, kept: object) -> None:
    body = a_completion()
    only_choice(body)["stop_reason"] = met

    assert only_choice(clean_completion(body)).get("extensions") == kept
