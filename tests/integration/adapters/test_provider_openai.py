"""The OpenAI-compatible adapter against a scripted provider on loopback."""

from collections.abc import Iterator

import pytest

from ironcage.adapters.providers.openai import OpenAiProvider
from ironcage.adapters.providers.transport import Transport
from ironcage.core import SystemClock
from ironcage.core.errors import (
    IronCageError,
    ProviderLimited,
    ProviderRejected,
    ProviderUnavailable,
)
from ironcage.gateway import JsonObject, Usage
from ironcage.gateway.wire.openai import visible_texts
from support.builders_gateway import WEATHER_TOOL
from support.builders_provider import KEY, a_call, said, stream
from support.provider import ScriptedProvider
from support.provider_scripts import Script, refusing


@pytest.fixture
def upstream() -> Iterator[ScriptedProvider]:
    with ScriptedProvider() as provider:
        yield provider


@pytest.fixture
def transport() -> Iterator[Transport]:
    opened = Transport(SystemClock(), allow_loopback=True)
    yield opened
    opened.close()


@pytest.fixture
def adapter(transport: Transport) -> OpenAiProvider:
    return OpenAiProvider(transport)


def test_answer_and_usage_come_back(adapter: OpenAiProvider, upstream: ScriptedProvider) -> None:
    usage: JsonObject = {"prompt_tokens": 11, "completion_tokens": 7}
    upstream.script("scripted", Script(text="Sunny.", usage=usage))

    answer = adapter.complete(a_call(upstream.url))

    assert [text.text for text in visible_texts(answer.body)] == ["Sunny."]
    assert answer.usage == Usage(11, 7)


def test_key_travels_in_the_header_and_nowhere_else(
    adapter: OpenAiProvider, upstream: ScriptedProvider
) -> None:
    adapter.complete(a_call(upstream.url))

    (seen,) = upstream.seen
    assert seen.path == "/v1/chat/completions"
    assert seen.headers.pop("authorization") == f"Bearer {KEY}"
    assert KEY not in str(seen)


def test_provider_without_a_key_gets_none(
    adapter: OpenAiProvider, upstream: ScriptedProvider
) -> None:
    adapter.complete(a_call(upstream.url, key=None))

    assert "authorization" not in upstream.seen[0].headers


def test_request_speaks_the_dialect_of_its_host(
    adapter: OpenAiProvider, upstream: ScriptedProvider
) -> None:
    adapter.complete(a_call(upstream.url))

    assert upstream.seen[0].body["max_tokens"] == 64
    assert "service_tier" not in upstream.seen[0].body


def test_tool_call_comes_back(adapter: OpenAiProvider, upstream: ScriptedProvider) -> None:
    answer = adapter.complete(a_call(upstream.url, "scripted-tool", tools=[WEATHER_TOOL]))

    kinds = {text.kind: text.text for text in visible_texts(answer.body)}
    assert kinds == {"tool_name": "get_weather", "tool_arguments": '{"city": "Paris"}'}


@pytest.mark.parametrize("model", ["scripted", "scripted-byte-by-byte"])
def test_stream_comes_back_with_its_usage(
    adapter: OpenAiProvider, upstream: ScriptedProvider, model: str
) -> None:
    chunks = stream(adapter, a_call(upstream.url, model, stream=True))

    assert said(chunks) == "Hello from the scripted model."
    assert chunks[-1].usage is not None
    assert chunks[-1].usage.output_tokens == 7


def test_streamed_tool_call_comes_back(adapter: OpenAiProvider, upstream: ScriptedProvider) -> None:
    call = a_call(upstream.url, "scripted-tool", stream=True, tools=[WEATHER_TOOL])

    assert said(stream(adapter, call)) == 'get_weather{"city": "Paris"}'


@pytest.mark.parametrize("is_stream", [False, True])
def test_missing_usage_is_none_and_not_zero(
    adapter: OpenAiProvider, upstream: ScriptedProvider, *, is_stream: bool
) -> None:
    call = a_call(upstream.url, "scripted-no-usage", stream=is_stream)

    usages = (
        [chunk.usage for chunk in stream(adapter, call)]
        if is_stream
        else [adapter.complete(call).usage]
    )

    assert set(usages) == {None}


REFUSALS = [
    ("scripted-400", ProviderRejected, None),
    ("scripted-401", ProviderUnavailable, False),
    ("scripted-429", ProviderLimited, None),
    ("scripted-quota", ProviderUnavailable, False),
    ("scripted-500", ProviderUnavailable, False),
    ("scripted-500-charged", ProviderUnavailable, True),
    ("scripted-503", ProviderUnavailable, False),
    ("scripted-504", ProviderUnavailable, True),
    ("scripted-redirect", ProviderUnavailable, False),
    ("scripted-reset", ProviderUnavailable, True),
]


@pytest.mark.parametrize("is_stream", [False, True])
@pytest.mark.parametrize(("model", "error", "sent"), REFUSALS, ids=[row[0] for row in REFUSALS])
def test_refusal_says_whether_the_provider_may_have_worked(
    adapter: OpenAiProvider,
    upstream: ScriptedProvider,
    *,
    model: str,
    error: type[IronCageError],
    sent: bool | None,
    is_stream: bool,
) -> None:
    call = a_call(upstream.url, model, stream=is_stream)

    with pytest.raises(error) as caught:
        stream(adapter, call) if is_stream else adapter.complete(call)

    assert getattr(caught.value, "sent", None) is sent
    assert KEY not in str(caught.value.details)
    assert upstream.count() == 1


def test_rate_limit_says_when_to_come_back(
    adapter: OpenAiProvider, upstream: ScriptedProvider
) -> None:
    with pytest.raises(ProviderLimited) as caught:
        adapter.complete(a_call(upstream.url, "scripted-429"))

    assert caught.value.retry_after_seconds == 7


@pytest.mark.parametrize(
    ("told", "seconds"),
    [("0", 1), ("3600", 60), ("9" * 5_000, 60), ("soon", 1), ("", 1)],
    ids=["none", "long", "absurd", "word", "empty"],
)
def test_rate_limit_is_obeyed_within_bounds_whatever_it_says(
    adapter: OpenAiProvider, upstream: ScriptedProvider, *, told: str, seconds: int
) -> None:
    limit = refusing(429, "rate_limit_exceeded", **{"retry-after": told})
    upstream.script("scripted", limit)

    with pytest.raises(ProviderLimited) as caught:
        adapter.complete(a_call(upstream.url, "scripted"))

    assert caught.value.retry_after_seconds == seconds


def test_refused_parameter_is_named_but_the_providers_text_is_not_repeated(
    adapter: OpenAiProvider, upstream: ScriptedProvider
) -> None:
    text = "Invalid value: 'my secret prompt'"
    error: JsonObject = {"message": text, "code": "invalid_value", "param": "messages[0].content"}
    upstream.script("scripted", Script(status=400, error=error))

    with pytest.raises(ProviderRejected) as caught:
        adapter.complete(a_call(upstream.url))

    assert caught.value.details == {
        "status": 400,
        "provider_code": "invalid_value",
        "provider_param": "messages[0].content",
    }


@pytest.mark.parametrize("model", ["scripted-truncated", "scripted-not-json"])
def test_broken_answer_may_have_been_paid(
    adapter: OpenAiProvider, upstream: ScriptedProvider, model: str
) -> None:
    with pytest.raises(ProviderUnavailable) as caught:
        adapter.complete(a_call(upstream.url, model))

    assert caught.value.sent


@pytest.mark.parametrize(
    "model", ["scripted-truncated", "scripted-bad-sse", "scripted-cut-stream", "scripted-not-json"]
)
def test_broken_stream_is_reported_and_not_taken_for_an_end(
    adapter: OpenAiProvider, upstream: ScriptedProvider, model: str
) -> None:
    with pytest.raises(ProviderUnavailable) as caught:
        stream(adapter, a_call(upstream.url, model, stream=True))

    assert caught.value.sent


def test_what_came_before_a_cut_is_delivered(
    adapter: OpenAiProvider, upstream: ScriptedProvider
) -> None:
    chunks = adapter.stream(a_call(upstream.url, "scripted-cut-stream", stream=True))

    assert next(chunks).body["object"] == "chat.completion.chunk"
    chunks.close()
