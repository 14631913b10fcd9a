"""The Bedrock adapter for embeddings against a scripted InvokeModel on loopback."""

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.config import Config
from botocore.session import get_session

from ironcage.adapters.providers.bedrock_embeddings import WORKERS, BedrockEmbeddings
from ironcage.core import ProviderId, SystemClock
from ironcage.core.errors import (
    DeadlineExceeded,
    InvalidRequest,
    IronCageError,
    ProviderLimited,
    ProviderRejected,
    ProviderUnavailable,
)
from ironcage.gateway import ProviderCall
from ironcage.gateway.wire.vectors import numbers_of
from ironcage.tenancy import Provider, ProviderKind
from support.bedrock_embeddings import EmbeddingScript, ScriptedEmbeddings, vector_of
from support.builders_embeddings import an_embedding

TITAN, COHERE = "amazon.titan-embed-text-v2:0", "cohere.embed-english-v3"


@pytest.fixture
def bedrock() -> Iterator[ScriptedEmbeddings]:
    with ScriptedEmbeddings() as provider:
        yield provider


@pytest.fixture
def adapter(bedrock: ScriptedEmbeddings) -> BedrockEmbeddings:
    return adapter_of(bedrock.url)


def adapter_of(url: str) -> BedrockEmbeddings:
    """Make an adapter with keys of its own and one client, so that no environment matters."""
    config = Config(connect_timeout=1, read_timeout=1, retries={"total_max_attempts": 1})
    client = get_session().create_client(
        "bedrock-runtime",
        region_name="us-east-1",
        endpoint_url=url,
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=config,
    )

    def open_client(_seconds: float) -> Any:
        return client

    return BedrockEmbeddings(SystemClock(), open_client)


def a_call(model: str, *texts: str, timeout: float = 10.0, **fields: object) -> ProviderCall:
    body = an_embedding(input=list(texts), **fields).body_for(model, 0)
    record = Provider(ProviderId("ip_bedrock_001"), ProviderKind.BEDROCK, "", {model: model})
    return ProviderCall(record, body, None, timeout)


@pytest.mark.parametrize("model", [TITAN, COHERE])
@pytest.mark.parametrize("count", [1, 2, 200])
def test_vectors_come_back_in_the_order_of_the_texts_and_every_token_counts(
    adapter: BedrockEmbeddings, model: str, count: int
) -> None:
    texts = [chr(97 + at % 26) * (1 + at // 26) for at in range(count)]

    answer = adapter.embed(a_call(model, *texts))

    assert [numbers_of(vector) for vector in answer.vectors] == [vector_of(t) for t in texts]
    assert answer.tokens == sum(map(len, texts))
    assert (list(answer.uncounted), answer.failure) == ([], None)


def test_request_names_the_model_and_what_it_wants(
    adapter: BedrockEmbeddings, bedrock: ScriptedEmbeddings
) -> None:
    adapter.embed(a_call(TITAN, "a", dimensions=256))

    ((path, body),) = bedrock.seen
    assert path == "/model/amazon.titan-embed-text-v2%3A0/invoke"
    assert body == {"inputText": "a", "normalize": True, "dimensions": 256}


def test_single_texts_go_out_a_few_at_a_time(
    adapter: BedrockEmbeddings, bedrock: ScriptedEmbeddings
) -> None:
    bedrock.script = EmbeddingScript(wait_seconds=0.05)

    adapter.embed(a_call(TITAN, *"abcdefghijklmnopqrst"))

    assert 2 <= bedrock.most_at_once <= WORKERS


@pytest.mark.parametrize("model", [TITAN, COHERE])
def test_answer_without_a_count_names_its_texts(
    adapter: BedrockEmbeddings, bedrock: ScriptedEmbeddings, model: str
) -> None:
    bedrock.script = EmbeddingScript(counts_tokens=False)

    answer = adapter.embed(a_call(model, "a", "b"))

    assert (answer.tokens, list(answer.uncounted)) == (0, [0, 1])


REFUSALS = [
    ("ValidationException", 400, ProviderRejected, None),
    ("ThrottlingException", 429, ProviderLimited, None),
    ("AccessDeniedException", 403, ProviderUnavailable, False),
    ("ModelTimeoutException", 408, ProviderUnavailable, True),
]


@pytest.mark.parametrize(
    ("name", "status", "error", "sent"), REFUSALS, ids=[row[0] for row in REFUSALS]
)
def test_refusal_says_whether_the_model_may_have_worked(
    adapter: BedrockEmbeddings,
    bedrock: ScriptedEmbeddings,
    *,
    name: str,
    status: int,
    error: type[IronCageError],
    sent: bool | None,
) -> None:
    bedrock.script = EmbeddingScript(bad_text="a", error=name, status=status)

    with pytest.raises(error) as caught:
        adapter.embed(a_call(TITAN, "a"))

    assert getattr(caught.value, "sent", None) is sent
    assert len(bedrock.seen) == 1


@pytest.mark.parametrize("model", [TITAN, COHERE])
def test_batch_that_fails_half_way_tells_what_was_done(
    adapter: BedrockEmbeddings, bedrock: ScriptedEmbeddings, model: str
) -> None:
    bedrock.script = EmbeddingScript(bad_text="x")
    texts = ["a"] * 199 + ["x"]

    answer = adapter.embed(a_call(model, *texts))

    assert isinstance(answer.failure, ProviderLimited)
    assert list(answer.vectors) == []
    done = len(bedrock.seen) - 1
    assert answer.tokens == done * (1 if model == TITAN else 96) > 0
    assert list(answer.uncounted) == []


def test_first_failure_ends_the_batch(
    adapter: BedrockEmbeddings, bedrock: ScriptedEmbeddings
) -> None:
    bedrock.script = EmbeddingScript(bad_text="x")

    with pytest.raises(ProviderLimited):
        adapter.embed(a_call(TITAN, *(["x"] * 500)))

    assert len(bedrock.seen) <= 2 * WORKERS


def test_text_that_may_have_been_paid_is_named(
    adapter: BedrockEmbeddings, bedrock: ScriptedEmbeddings
) -> None:
    bedrock.script = EmbeddingScript(bad_text="x", hangs_up=True)

    answer = adapter.embed(a_call(TITAN, *(["a"] * 50), "x"))

    assert isinstance(answer.failure, ProviderUnavailable)
    assert answer.failure.sent
    assert (answer.tokens, list(answer.uncounted)) == (50, [50])


@pytest.mark.parametrize("raw", [b"<html>", b"[]", b"{}"], ids=str)
def test_broken_answer_may_have_been_paid(
    adapter: BedrockEmbeddings, bedrock: ScriptedEmbeddings, raw: bytes
) -> None:
    bedrock.script = EmbeddingScript(raw=raw)

    with pytest.raises(ProviderUnavailable) as caught:
        adapter.embed(a_call(TITAN, "a"))

    assert caught.value.sent


def test_time_out_ends_the_call(adapter: BedrockEmbeddings, bedrock: ScriptedEmbeddings) -> None:
    bedrock.script = EmbeddingScript(wait_seconds=30)

    with pytest.raises(DeadlineExceeded) as caught:
        adapter.embed(a_call(TITAN, "a", timeout=1.5))

    assert caught.value.details == {"sent": True}


def test_batch_that_runs_out_of_time_tells_what_was_done(
    adapter: BedrockEmbeddings, bedrock: ScriptedEmbeddings
) -> None:
    bedrock.script = EmbeddingScript(wait_seconds=0.2)

    answer = adapter.embed(a_call(TITAN, *(["a"] * 200), timeout=2.0))

    assert isinstance(answer.failure, DeadlineExceeded)
    assert 0 < answer.tokens < 200
    assert len(bedrock.seen) == answer.tokens + len(list(answer.uncounted))


def test_nobody_listening_means_nothing_was_sent() -> None:
    with ScriptedEmbeddings() as gone:
        url = gone.url

    with pytest.raises(ProviderUnavailable) as caught:
        adapter_of(url).embed(a_call(TITAN, "a", "b"))

    assert not caught.value.sent


def test_size_that_the_model_does_not_have_is_refused_before_anything_is_sent(
    adapter: BedrockEmbeddings, bedrock: ScriptedEmbeddings
) -> None:
    with pytest.raises(InvalidRequest):
        adapter.embed(a_call(TITAN, "a", dimensions=300))

    assert not bedrock.seen
