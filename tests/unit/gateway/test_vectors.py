"""Vectors: exact in both forms, and nothing that is not one passes."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ironcage.core.errors import ProviderUnavailable
from ironcage.gateway import JsonObject
from ironcage.gateway.wire.vectors import (
    embedding_tokens,
    numbers_of,
    read_embeddings,
    read_vectors,
    text_of,
)
from support.builders_embeddings import (
    NUMBERS,
    a_vector,
    an_openai_answer,
    from_base64,
    in_base64,
)

VECTORS = st.lists(st.floats(width=32, allow_nan=False, allow_infinity=False), min_size=1)


@given(VECTORS)
def test_float32_survives_both_forms_to_the_bit(numbers: list[float]) -> None:
    (vector,) = read_vectors([numbers], count=1)

    assert numbers_of(vector) == numbers
    assert from_base64(text_of(vector)) == numbers
    assert read_vectors([text_of(vector)], count=1) == (vector,)


def test_number_is_rounded_to_the_nearest_float32() -> None:
    (vector,) = read_vectors([[0.1]], count=1)

    assert numbers_of(vector) == [0.10000000149011612]


def test_both_forms_of_one_vector_are_the_same() -> None:
    assert read_vectors([NUMBERS, in_base64(a_vector())], count=2) == (a_vector(), a_vector())


@pytest.mark.parametrize(
    "value",
    [
        None,
        7,
        {},
        [],
        "",
        "not base64!",
        "AAAA",  # three bytes
        "AACAfw==",  # infinity
        "AADAfw==",  # not a number
        [0.5, "0.5"],
        [0.5, None],
        [math.nan],
        [math.inf, -math.inf],
        [1e39],
        [10**400],
    ],
    ids=str,
)
def test_what_is_no_vector_is_a_bad_answer(value: object) -> None:
    with pytest.raises(ProviderUnavailable) as caught:
        read_vectors([value], count=1)

    assert caught.value.sent


@pytest.mark.parametrize(
    ("values", "count"), [([], 1), ([[0.5]], 2), ([[0.5], [0.5]], 1), ([[0.5], [0.5, 0.5]], 2)]
)
def test_vectors_must_be_as_many_as_the_texts_and_of_one_size(
    values: list[object], count: int
) -> None:
    with pytest.raises(ProviderUnavailable):
        read_vectors(values, count=count)


def test_answer_is_put_into_the_order_of_the_texts() -> None:
    answer = an_openai_answer([0.5], [0.25])
    data = answer["data"]
    assert isinstance(data, list)
    data.reverse()

    assert read_embeddings(answer, count=2) == (a_vector(0.5), a_vector(0.25))


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"data": None},
        {"data": [None]},
        {"data": [{"index": 1, "embedding": [0.5]}]},
        {"data": [{"index": [0], "embedding": [0.5]}]},
        {"data": [{"embedding": [0.5]}, {"embedding": [0.5]}]},
        {"data": [{"index": 0}]},
        {"error": {"message": "no"}},
    ],
    ids=str,
)
def test_answer_that_is_not_one_vector_for_the_text_is_refused(answer: JsonObject) -> None:
    with pytest.raises(ProviderUnavailable):
        read_embeddings(answer, count=1)


@pytest.mark.parametrize(
    ("tokens", "counted"), [(5, 5), (0, None), (-1, None), (True, None), ("5", None), (None, None)]
)
def test_count_of_tokens_is_a_positive_number_or_none(tokens: object, counted: int | None) -> None:
    assert embedding_tokens(an_openai_answer([0.5], tokens=tokens)) == counted
    assert embedding_tokens({"usage": None}) is None
