"""The OpenAI-compatible adapter for embeddings against a scripted provider on loopback."""

from collections.abc import Iterator
from typing import Any

import pytest

from ironcage.adapters.providers.openai import OpenAiProvider
from ironcage.adapters.providers.transport import Transport
from ironcage.core import ProviderId, SystemClock
from ironcage.core.errors import (
    IronCageError,
    ProviderLimited,
    ProviderRejected,
    ProviderUnavailable,
    UnsupportedParameter,
)
from ironcage.gateway import ProviderCall
from ironcage.gateway.wire.vectors import numbers_of
from ironcage.tenancy import Provider, ProviderKind
from ironcage.tokens import ProviderKey
from support.builders_embeddings import an_embedding
from support.provider import Script, ScriptedProvider
from support.provider_embeddings import vector_of

KEY = "sk-upstream-0123456789"


@pytest.fixture
def upstream() -> Iterator[ScriptedProvider]:
    with ScriptedProvider() as provider:
        yield provider


@pytest.fixture
def adapter() -> Iterator[OpenAiProvider]:
    transport = Transport(SystemClock(), allow_loopback=True)
    yield OpenAiProvider(transport)
    transport.close()


def a_call(url: str, model: str = "scripted", **fields: object) -> ProviderCall:
    body = an_embedding(**fields).body_for(model, 0)
    record = Provider(ProviderId("ip_local_001"), ProviderKind.OPENAI, url, {model: model})
    return ProviderCall(record, body, ProviderKey(KEY), 5.0)


@pytest.mark.parametrize("model", ["scripted", "scripted-floats"])
def test_vectors_come_back_exact_in_the_order_of_the_texts(
    adapter: OpenAiProvider, upstream: ScriptedProvider, model: str
) -> None:
    answer = adapter.embed(a_call(upstream.url, model, input=["b", "aa", "ccc"]))

    assert [numbers_of(vector) for vector in answer.vectors] == [
        vector_of("b"),
        vector_of("aa"),
        vector_of("ccc"),
    ]
    assert answer.tokens == 4
    assert (answer.uncounted, answer.failure) == ((), None)


def test_request_goes_to_the_embeddings_of_the_endpoint_with_the_key(
    adapter: OpenAiProvider, upstream: ScriptedProvider
) -> None:
    adapter.embed(a_call(upstream.url, input="a", dimensions=2, user="u"))

    (seen,) = upstream.seen
    assert seen.path == "/v1/embeddings"
    assert seen.headers["authorization"] == f"Bearer {KEY}"
    assert seen.body == {
        "model": "scripted",
        "input": ["a"],
        "dimensions": 2,
        "user": "u",
        "encoding_format": "base64",
    }


def test_missing_count_names_every_text(
    adapter: OpenAiProvider, upstream: ScriptedProvider
) -> None:
    answer = adapter.embed(a_call(upstream.url, "scripted-no-usage", input=["a", "b"]))

    assert (answer.tokens, list(answer.uncounted)) == (0, [0, 1])


REFUSALS = [
    ("scripted-400", ProviderRejected, None),
    ("scripted-401", ProviderUnavailable, False),
    ("scripted-429", ProviderLimited, None),
    ("scripted-503", ProviderUnavailable, False),
    ("scripted-504", ProviderUnavailable, True),
    ("scripted-reset", ProviderUnavailable, True),
    ("scripted-truncated", ProviderUnavailable, True),
    ("scripted-not-json", ProviderUnavailable, True),
]


@pytest.mark.parametrize(("model", "error", "sent"), REFUSALS, ids=[row[0] for row in REFUSALS])
def test_refusal_says_whether_the_provider_may_have_worked(
    adapter: OpenAiProvider,
    upstream: ScriptedProvider,
    *,
    model: str,
    error: type[IronCageError],
    sent: bool | None,
) -> None:
    with pytest.raises(error) as caught:
        adapter.embed(a_call(upstream.url, model))

    assert getattr(caught.value, "sent", None) is sent
    assert upstream.count() == 1


def test_answer_of_a_chat_is_no_answer(adapter: OpenAiProvider, upstream: ScriptedProvider) -> None:
    upstream.script("scripted", Script(raw=b'{"choices": []}'))

    with pytest.raises(ProviderUnavailable):
        adapter.embed(a_call(upstream.url))


@pytest.mark.parametrize("fields", [{"input_type": "search_query"}, {"normalize": False}], ids=str)
def test_what_only_bedrock_knows_is_refused_before_anything_is_sent(
    adapter: OpenAiProvider, upstream: ScriptedProvider, fields: dict[str, Any]
) -> None:
    with pytest.raises(UnsupportedParameter) as caught:
        adapter.embed(a_call(upstream.url, **fields))

    assert set(caught.value.fields) == set(fields)
    assert not upstream.seen
