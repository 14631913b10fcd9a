"""How providers depart from OpenAI's format; the bound of an answer survives all of them."""

import pytest

from ironcage.gateway.wire.dialects import (
    AZURE,
    GENERIC,
    MISTRAL,
    OPENAI,
    Dialect,
    dialect_of,
    speak,
    speak_embedding,
)
from ironcage.gateway.wire.openai import encode_json, upstream_body
from support.builders_embeddings import an_embedding
from support.builders_gateway import USER, a_chat

BODY = upstream_body(
    a_chat(
        messages=[{"role": "developer", "content": "Be brief."}, USER],
        stream=True,
        user="u-1",
        verbosity="low",
        logit_bias={"5": 1},
    ),
    model="m",
    max_tokens=300,
)


@pytest.mark.parametrize(
    ("host", "dialect"),
    [
        ("api.openai.com", OPENAI),
        ("acme.openai.azure.com", AZURE),
        ("api.mistral.ai", MISTRAL),
        ("127.0.0.1", GENERIC),
        ("api.openai.com.evil.example", GENERIC),
    ],
)
def test_dialect_goes_by_host(host: str, dialect: Dialect) -> None:
    assert dialect_of(host) is dialect


@pytest.mark.parametrize("dialect", [OPENAI, AZURE, MISTRAL, GENERIC])
def test_every_dialect_bounds_the_answer_and_never_grows_the_request(dialect: Dialect) -> None:
    spoken = speak(BODY, dialect)

    assert spoken[dialect.max_tokens_field] == 300
    assert len({"max_tokens", "max_completion_tokens"} & set(spoken)) == 1
    assert len(encode_json(spoken)) <= len(encode_json(BODY))


def test_openai_gets_the_body_as_it_is() -> None:
    assert speak(BODY, OPENAI) == BODY


def test_strangers_get_the_common_core() -> None:
    spoken = speak(BODY, GENERIC)

    assert not {"service_tier", "verbosity", "max_completion_tokens"} & set(spoken)
    assert spoken["messages"] == [{"role": "system", "content": "Be brief."}, USER]
    assert spoken["stream_options"] == {"include_usage": True}


def test_mistral_gets_no_field_that_it_refuses() -> None:
    spoken = speak(BODY, MISTRAL)

    assert not {"stream_options", "user", "logit_bias", "service_tier"} & set(spoken)


def test_mistral_has_its_own_word_for_the_size_of_vectors_and_no_user() -> None:
    body = an_embedding(dimensions=256, user="u").body_for("mistral-embed", 0)

    assert speak_embedding(body, MISTRAL) == {
        "model": "mistral-embed",
        "input": ["A text."],
        "encoding_format": "base64",
        "output_dimension": 256,
    }
    assert speak_embedding(body, OPENAI) == body
