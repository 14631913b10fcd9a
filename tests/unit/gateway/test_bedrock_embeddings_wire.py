"""Embeddings on Bedrock: each family's format, and what becomes of a batch of calls."""

import json

import pytest

from ironcage.core.errors import (
    DeadlineExceeded,
    InvalidRequest,
    IronCageError,
    ProviderLimited,
    ProviderRejected,
    ProviderUnavailable,
    UnsupportedParameter,
)
from ironcage.gateway import JsonObject
from ironcage.gateway.wire.bedrock_embeddings import TOKEN_COUNT_HEADER, cut, read_piece
from ironcage.gateway.wire.embedding_batches import EmbeddedPiece, Piece, Result, gather
from support.builders_embeddings import a_vector, an_embedding

TITAN, TITAN_G1 = "amazon.titan-embed-text-v2:0", "amazon.titan-embed-text-v1"
COHERE, COHERE_V4 = "cohere.embed-multilingual-v3", "us.cohere.embed-v4:0"
PIECES = [Piece(at, [text], b"") for at, text in enumerate("abc")]


def bodies(model: str, **changes: object) -> list[JsonObject]:
    """Write a request for a model, call by call."""
    return [json.loads(piece.body) for piece in cut(an_embedding(**changes).body_for(model, 0))]


def read(model: str, answer: JsonObject, *, count: str | None = None) -> EmbeddedPiece:
    """Read the answer to a call with one text."""
    (piece,) = cut(an_embedding().body_for(model, 0))
    headers = {} if count is None else {TOKEN_COUNT_HEADER: count}
    return read_piece(model, piece, answer=answer, headers=headers)


def test_titan_gets_one_text_a_call() -> None:
    assert bodies(TITAN, input=["a", "b"], dimensions=512, user="u") == [
        {"inputText": "a", "normalize": True, "dimensions": 512},
        {"inputText": "b", "normalize": True, "dimensions": 512},
    ]


def test_titan_leaves_vectors_as_they_are_when_told_so() -> None:
    assert bodies(TITAN, normalize=False) == [{"inputText": "A text.", "normalize": False}]


def test_older_titan_takes_nothing_but_text() -> None:
    assert bodies(TITAN_G1) == [{"inputText": "A text."}]


def test_cohere_gets_96_texts_a_call_and_the_rest_in_the_next() -> None:
    pieces = cut(an_embedding(input=["a"] * 97).body_for(COHERE, 0))

    assert [(piece.first, len(piece.texts)) for piece in pieces] == [(0, 96), (96, 1)]
    assert list(pieces[1].places) == [96]


def test_cohere_is_told_what_the_texts_are_for() -> None:
    assert bodies(COHERE)[0]["input_type"] == "search_document"
    assert bodies(COHERE, input_type="search_query")[0]["input_type"] == "search_query"


def test_cohere_never_cuts_a_text_in_silence() -> None:
    assert bodies(COHERE)[0]["truncate"] == "NONE"


def test_cohere_v4_has_vectors_of_several_sizes() -> None:
    assert bodies(COHERE_V4, dimensions=1536)[0]["output_dimension"] == 1536


@pytest.mark.parametrize(
    ("model", "dimensions"), [(TITAN, 1536), (TITAN, 1), (COHERE_V4, 384), (COHERE_V4, 100)]
)
def test_size_that_a_model_does_not_have_is_refused_with_those_it_has(
    model: str, dimensions: int
) -> None:
    with pytest.raises(InvalidRequest) as caught:
        bodies(model, dimensions=dimensions)

    assert "256, 512, 1024" in caught.value.fields["dimensions"]


@pytest.mark.parametrize(
    ("model", "changes"),
    [
        (TITAN, {"input_type": "search_query"}),
        (TITAN_G1, {"dimensions": 256}),
        (TITAN_G1, {"normalize": False}),
        (COHERE, {"dimensions": 256}),
        (COHERE, {"normalize": True}),
        ("amazon.nova-lite-v1:0", {}),
        ("amazon.titan-embed-image-v1", {}),
    ],
)
def test_what_a_model_does_not_know_is_refused(model: str, changes: dict[str, object]) -> None:
    with pytest.raises(UnsupportedParameter):
        bodies(model, **changes)


def test_extra_parameter_of_a_policy_is_refused_rather_than_dropped() -> None:
    with pytest.raises(UnsupportedParameter) as caught:
        cut(an_embedding("hint", hint="h").body_for(TITAN, 0))

    assert set(caught.value.fields) == {"hint"}


def test_titan_counts_its_tokens_in_the_answer() -> None:
    found = read(TITAN, {"embedding": [0.5], "inputTextTokenCount": 9})

    assert found == EmbeddedPiece((a_vector(0.5),), 9)


@pytest.mark.parametrize("embeddings", [[[0.5]], {"float": [[0.5]]}], ids=["plain", "by type"])
def test_tokens_of_cohere_are_counted_in_a_header(embeddings: object) -> None:
    assert read(COHERE, {"embeddings": embeddings}, count="9").vectors == (a_vector(0.5),)
    assert read(COHERE, {"embeddings": embeddings}, count="9").tokens == 9


@pytest.mark.parametrize("value", ["", "0", "-1", "many", "1e3", "9" * 20, "\u0663"])
def test_header_that_counts_nothing_is_no_count(value: str) -> None:
    assert read(COHERE, {"embeddings": [[0.5]]}, count=value).tokens is None


@pytest.mark.parametrize(
    ("model", "answer"),
    [
        (TITAN, {}),
        (TITAN, {"embedding": None}),
        (TITAN, {"embedding": [[0.5]]}),
        (COHERE, {}),
        (COHERE, {"embeddings": []}),
        (COHERE, {"embeddings": {"int8": [[1]]}}),
        (COHERE, {"embeddings": [[0.5], [0.5]]}),
        (COHERE, {"embeddings": [None]}),
    ],
    ids=str,
)
def test_answer_without_the_vectors_is_a_bad_one(model: str, answer: JsonObject) -> None:
    with pytest.raises(ProviderUnavailable) as caught:
        read(model, answer)

    assert caught.value.sent


def done(*numbers: float, tokens: int | None = 4) -> EmbeddedPiece:
    return EmbeddedPiece([a_vector(*numbers)], tokens)


def test_whole_batch_is_joined_in_its_order() -> None:
    answer = gather(PIECES, [done(1.0), done(2.0), done(3.0)])

    assert answer.vectors == [a_vector(1.0), a_vector(2.0), a_vector(3.0)]
    assert (answer.tokens, answer.uncounted, answer.failure) == (12, [], None)


def test_text_that_nobody_counted_is_named() -> None:
    answer = gather(PIECES, [done(1.0), done(2.0, tokens=None), done(3.0)])

    assert (answer.tokens, answer.uncounted) == (8, [1])


LIMITED = ProviderLimited()
BROKEN = ProviderUnavailable(sent=True, reason="broken")
UNREACHED = ProviderUnavailable(sent=False, reason="no_connection")
LATE = DeadlineExceeded(sent=True)


@pytest.mark.parametrize("failure", [LIMITED, ProviderRejected(), UNREACHED], ids=repr)
def test_failure_half_way_counts_what_was_done_and_no_more(failure: IronCageError) -> None:
    answer = gather(PIECES, [done(1.0), failure, None])

    assert (answer.tokens, answer.uncounted) == (4, [])
    assert (answer.vectors, answer.failure) == ([], failure)


@pytest.mark.parametrize("failure", [BROKEN, LATE], ids=repr)
def test_text_of_unknown_outcome_counts_as_uncounted(failure: IronCageError) -> None:
    answer = gather(PIECES, [done(1.0), failure, None])

    assert (answer.tokens, answer.uncounted, answer.failure) == (4, [1], failure)


@pytest.mark.parametrize(
    ("results", "raised"),
    [
        ([LIMITED, None, None], LIMITED),
        ([UNREACHED, UNREACHED, None], UNREACHED),
        ([LIMITED, BROKEN, None], BROKEN),
        ([None, LATE, UNREACHED], LATE),
    ],
    ids=str,
)
def test_batch_of_which_nothing_was_done_fails_as_its_worst_piece(
    results: list[Result], raised: IronCageError
) -> None:
    with pytest.raises(type(raised)) as caught:
        gather(PIECES, results)

    assert caught.value is raised
