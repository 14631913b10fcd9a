"""Reading embeddings requests: what is refused, what is kept, and what a provider gets."""

import pytest

from ironcage.core.errors import InvalidRequest, IronCageError, UnsupportedParameter
from ironcage.gateway import Price
from ironcage.gateway.wire.embeddings import embeddings_body, parse_embeddings
from ironcage.gateway.wire.openai import encode_json, error_body
from support.bad_embeddings import BAD_EMBEDDINGS
from support.bad_requests import BadRequest
from support.builders_embeddings import NUMBERS, a_vector, an_embedding, an_embedding_body

BODIES = [bad for bad in BAD_EMBEDDINGS if bad.is_about_the_body]


def test_ids_of_the_table_are_unique() -> None:
    assert len({bad.id for bad in BAD_EMBEDDINGS}) == len(BAD_EMBEDDINGS)


@pytest.mark.parametrize("bad", BODIES, ids=lambda bad: bad.id)
def test_bad_body_is_refused_with_its_code(bad: BadRequest) -> None:
    with pytest.raises(IronCageError) as caught:
        parse_embeddings(bad.body)

    assert (caught.value.code, caught.value.status) == (bad.code, bad.status)
    assert len(encode_json(error_body(caught.value, "req_1"))) < 20_000


def test_every_problem_is_reported_at_once_with_its_path() -> None:
    body = an_embedding_body(input=["a", 2, ""], dimensions=0, top_k=5)

    with pytest.raises(InvalidRequest) as caught:
        parse_embeddings(body)

    assert set(caught.value.fields) == {"input[1]", "input[2]", "dimensions", "top_k"}


def test_token_ids_are_refused_with_what_to_send_instead() -> None:
    with pytest.raises(UnsupportedParameter) as caught:
        an_embedding(input=[[1, 2], [3]])

    assert "send the text itself" in caught.value.fields["input"]


@pytest.mark.parametrize(
    ("given", "kept"),
    [("one", ["one"]), (["one"], ["one"]), (["b", "a", "b"], ["b", "a", "b"]), ([" "], [" "])],
)
def test_texts_are_kept_in_their_order(given: object, kept: list[str]) -> None:
    assert an_embedding(input=given).inputs == kept


def test_as_many_texts_as_openai_takes_are_taken() -> None:
    assert len(an_embedding(input=["a"] * 2_048).inputs) == 2_048


def test_provider_is_asked_for_the_exact_form_whatever_the_client_wants() -> None:
    request = an_embedding(input=["a", "b"], encoding_format="float", dimensions=256, user="u")

    assert request.body_for("their-name", 0) == {
        "model": "their-name",
        "input": ["a", "b"],
        "dimensions": 256,
        "user": "u",
        "encoding_format": "base64",
    }


def test_null_stands_for_absent() -> None:
    request = an_embedding(dimensions=None, encoding_format=None)

    assert "dimensions" not in request.body
    assert not request.is_base64


def test_every_text_of_the_request_is_listed_for_the_firewall() -> None:
    request = an_embedding("hint", input=["a", "b"], user="u", hint={"deep": ["h"]})

    assert [(t.path, t.text, t.origin) for t in request.texts()] == [
        (("input", 0), "a", "user"),
        (("input", 1), "b", "user"),
        (("user",), "u", "user"),
        (("hint", "deep", 0), "h", "user"),
        (("hint",), "deep", "user"),
    ]


def test_replaced_text_reaches_the_provider_and_the_original_stays() -> None:
    request = an_embedding(input=["a", "b"])

    changed = request.with_text(("input", 1), "[REDACTED]")

    assert changed.inputs == ["a", "[REDACTED]"]
    assert request.inputs == ["a", "b"]


def test_bound_grows_with_every_text() -> None:
    price = Price.flat(1_000_000, 0)

    one, three = an_embedding(input=["a"]), an_embedding(input=["a", "b", "c"])

    assert three.priced(price).overhead_tokens == 3 * one.priced(price).overhead_tokens > 0


def test_extra_parameter_needs_a_bound() -> None:
    request = an_embedding("hint", hint="h")

    with pytest.raises(UnsupportedParameter):
        request.priced(Price.flat(1, 0))


def test_answer_is_written_as_openai_does() -> None:
    body = embeddings_body([a_vector(*NUMBERS)], model="m", input_tokens=7, is_base64=False)

    assert body == {
        "object": "list",
        "data": [{"object": "embedding", "index": 0, "embedding": NUMBERS}],
        "model": "m",
        "usage": {"prompt_tokens": 7, "total_tokens": 7},
    }
