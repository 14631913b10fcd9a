"""The Bedrock adapter against a scripted Converse on loopback."""

from collections.abc import Iterator
from typing import Any

import pytest

from ironcage.adapters.providers.bedrock import READ_STEPS, BedrockProvider
from ironcage.core import ProviderId, SystemClock
from ironcage.core.errors import (
    DeadlineExceeded,
    IronCageError,
    ProviderLimited,
    ProviderRejected,
    ProviderUnavailable,
    UnsupportedParameter,
)
from ironcage.gateway import ProviderCall, ProviderChunk, Usage
from ironcage.gateway.wire.openai import clean_chunk, clean_completion, upstream_body, visible_texts
from ironcage.tenancy import Provider, ProviderKind
from support.bedrock import BedrockScript, ScriptedBedrock, opener_of
from support.builders_gateway import a_chat

MODEL = "us.amazon.nova-lite-v1:0"


@pytest.fixture
def bedrock() -> Iterator[ScriptedBedrock]:
    with ScriptedBedrock() as provider:
        yield provider


@pytest.fixture
def adapter(bedrock: ScriptedBedrock) -> BedrockProvider:
    return BedrockProvider(SystemClock(), opener_of(bedrock.url))


def a_call(*, timeout: float = 10.0, **chat: object) -> ProviderCall:
    body = upstream_body(a_chat(**chat), model=MODEL, max_tokens=64)
    record = Provider(ProviderId("ip_bedrock_001"), ProviderKind.BEDROCK, "", {MODEL: MODEL})
    return ProviderCall(record, body, None, timeout)


def said(chunks: list[ProviderChunk]) -> str:
    return "".join(text.text for chunk in chunks for text in visible_texts(chunk.body))


def test_answer_and_usage_come_back(adapter: BedrockProvider) -> None:
    answer = adapter.complete(a_call())

    assert [text.text for text in visible_texts(answer.body)] == ["Hello from Bedrock."]
    assert answer.usage == Usage(12, 3)
    assert answer.body["model"] == MODEL


def test_answer_needs_no_further_cleaning(adapter: BedrockProvider) -> None:
    answer = adapter.complete(a_call())

    assert clean_completion(answer.body) == answer.body


def test_request_names_the_model_and_its_bound(
    adapter: BedrockProvider, bedrock: ScriptedBedrock
) -> None:
    adapter.complete(a_call())

    ((path, body),) = bedrock.seen
    assert path == "/model/us.amazon.nova-lite-v1%3A0/converse"
    assert body["inferenceConfig"] == {"maxTokens": 64}


def test_stream_comes_back_with_its_usage(adapter: BedrockProvider) -> None:
    chunks = list(adapter.stream(a_call(stream=True)))

    assert said(chunks) == "Hello from Bedrock."
    assert chunks[-1].usage == Usage(12, 3)
    assert [clean_chunk(c.body)["choices"] for c in chunks] == [c.body["choices"] for c in chunks]


REFUSALS = [
    ("ValidationException", 400, ProviderRejected, None),
    ("ThrottlingException", 429, ProviderLimited, None),
    ("AccessDeniedException", 403, ProviderUnavailable, False),
    ("ResourceNotFoundException", 404, ProviderUnavailable, False),
    ("ServiceUnavailableException", 503, ProviderUnavailable, False),
    ("ModelTimeoutException", 408, ProviderUnavailable, True),
]


@pytest.mark.parametrize(
    ("name", "status", "error", "sent"), REFUSALS, ids=[row[0] for row in REFUSALS]
)
def test_refusal_says_whether_the_model_may_have_worked(
    adapter: BedrockProvider,
    bedrock: ScriptedBedrock,
    *,
    name: str,
    status: int,
    error: type[IronCageError],
    sent: bool | None,
) -> None:
    bedrock.script = BedrockScript(error=name, status=status)

    with pytest.raises(error) as caught:
        adapter.complete(a_call())

    assert getattr(caught.value, "sent", None) is sent
    assert len(bedrock.seen) == 1


def test_stream_that_is_refused_never_begins(
    adapter: BedrockProvider, bedrock: ScriptedBedrock
) -> None:
    bedrock.script = BedrockScript(error="ThrottlingException", status=429)

    with pytest.raises(ProviderLimited):
        next(adapter.stream(a_call(stream=True)))


@pytest.mark.parametrize(
    "script",
    [BedrockScript(ends_stream=False), BedrockScript(error_in_stream="throttlingException")],
    ids=["cut short", "error in stream"],
)
def test_broken_stream_is_reported_and_not_taken_for_an_end(
    adapter: BedrockProvider, bedrock: ScriptedBedrock, script: BedrockScript
) -> None:
    bedrock.script = script

    with pytest.raises(ProviderUnavailable) as caught:
        list(adapter.stream(a_call(stream=True)))

    assert caught.value.sent


def test_time_out_ends_the_call(adapter: BedrockProvider, bedrock: ScriptedBedrock) -> None:
    bedrock.script = BedrockScript(wait_seconds=30)

    with pytest.raises(DeadlineExceeded) as caught:
        adapter.complete(a_call(timeout=1.0))

    assert caught.value.details == {"sent": True}


def test_slow_stream_cannot_outlast_the_deadline(
    adapter: BedrockProvider, bedrock: ScriptedBedrock
) -> None:
    bedrock.script = BedrockScript(text="word " * 200, pause_seconds=0.05)

    with pytest.raises(DeadlineExceeded):
        list(adapter.stream(a_call(timeout=1.0, stream=True)))


def test_too_little_time_asks_nobody(adapter: BedrockProvider, bedrock: ScriptedBedrock) -> None:
    with pytest.raises(DeadlineExceeded) as caught:
        adapter.complete(a_call(timeout=0.9))

    assert caught.value.details == {"sent": False}
    assert not bedrock.seen


@pytest.mark.parametrize(("timeout", "step"), [(1.0, 1.0), (27.5, 25.0), (900.0, 600.0)])
def test_client_waits_no_longer_than_the_call_may(
    bedrock: ScriptedBedrock, *, timeout: float, step: float
) -> None:
    asked: list[float] = []

    def open_client(read_seconds: float) -> Any:
        asked.append(read_seconds)
        return opener_of(bedrock.url)(read_seconds)

    BedrockProvider(SystemClock(), open_client).complete(a_call(timeout=timeout))

    assert asked == [step]
    assert step in READ_STEPS


def test_nobody_listening_means_nothing_was_sent() -> None:
    with ScriptedBedrock() as gone:
        url = gone.url

    with pytest.raises(ProviderUnavailable) as caught:
        BedrockProvider(SystemClock(), opener_of(url)).complete(a_call())

    assert not caught.value.sent


def test_what_converse_cannot_do_is_refused_before_anything_is_sent(
    adapter: BedrockProvider, bedrock: ScriptedBedrock
) -> None:
    with pytest.raises(UnsupportedParameter):
        adapter.complete(a_call(n=2))

    assert not bedrock.seen
