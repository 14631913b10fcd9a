"""What the Anthropic adapter alone must do; the rest is the contract of all adapters."""

from collections.abc import Iterator

import pytest

from ironcage.adapters.providers.anthropic import AnthropicProvider
from ironcage.adapters.providers.transport import Transport
from ironcage.core import ProviderId, SystemClock
from ironcage.core.errors import ProviderLimited, ProviderRejected, ProviderUnavailable
from ironcage.gateway import ProviderCall
from ironcage.gateway.wire.openai import upstream_body
from ironcage.tenancy import Provider, ProviderKind
from ironcage.tokens import ProviderKey
from support.builders_gateway import a_chat
from support.provider_anthropic import ScriptedAnthropic
from support.provider_scripts import Script

MODEL = "scripted"


@pytest.fixture
def upstream() -> Iterator[ScriptedAnthropic]:
    with ScriptedAnthropic() as provider:
        yield provider


@pytest.fixture
def adapter() -> Iterator[AnthropicProvider]:
    transport = Transport(SystemClock(), allow_loopback=True)
    yield AnthropicProvider(transport, SystemClock())
    transport.close()


def a_call(url: str, *, key: str | None = "sk-ant-1") -> ProviderCall:
    body = upstream_body(a_chat(), model=MODEL, max_tokens=64)
    record = Provider(ProviderId("ip_claude_001"), ProviderKind.ANTHROPIC, url, {MODEL: MODEL})
    return ProviderCall(record, body, ProviderKey(key) if key else None, 5.0)


@pytest.mark.parametrize("ending", ["/v1", "/v1/", "", "/"])
def test_address_may_name_the_version_or_not(
    adapter: AnthropicProvider, upstream: ScriptedAnthropic, ending: str
) -> None:
    adapter.complete(a_call(upstream.url.removesuffix("/v1") + ending))

    assert upstream.seen[0].path == "/v1/messages"


def test_request_carries_key_and_version(
    adapter: AnthropicProvider, upstream: ScriptedAnthropic
) -> None:
    adapter.complete(a_call(upstream.url))

    headers = upstream.seen[0].headers
    assert headers.pop("x-api-key") == "sk-ant-1"
    assert headers["anthropic-version"] == "2023-06-01"
    assert "sk-ant-1" not in str(upstream.seen[0])


def test_compatible_provider_without_a_key_gets_none(
    adapter: AnthropicProvider, upstream: ScriptedAnthropic
) -> None:
    with pytest.raises(ProviderUnavailable) as caught:
        adapter.complete(a_call(upstream.url, key=None))

    assert "x-api-key" not in upstream.seen[0].headers
    assert not caught.value.sent


def test_key_that_cannot_be_sent_is_not_repeated(
    adapter: AnthropicProvider, upstream: ScriptedAnthropic
) -> None:
    with pytest.raises(ProviderUnavailable) as caught:
        adapter.complete(a_call(upstream.url, key="sk-\nant"))

    assert "ant" not in str(caught.value.details)
    assert not upstream.seen


def test_overload_sends_the_request_elsewhere(
    adapter: AnthropicProvider, upstream: ScriptedAnthropic
) -> None:
    upstream.script(MODEL, Script(status=529))

    with pytest.raises(ProviderUnavailable) as caught:
        adapter.complete(a_call(upstream.url))

    assert not caught.value.sent
    assert caught.value.details == {"status": 529, "provider_code": "overloaded_error"}


def test_rate_limit_says_when_to_come_back(
    adapter: AnthropicProvider, upstream: ScriptedAnthropic
) -> None:
    upstream.script(MODEL, Script(status=429, headers=(("retry-after", "7"),)))

    with pytest.raises(ProviderLimited) as caught:
        adapter.complete(a_call(upstream.url))

    assert caught.value.retry_after_seconds == 7


def test_refusal_carries_the_kind_and_never_the_text(
    adapter: AnthropicProvider, upstream: ScriptedAnthropic
) -> None:
    upstream.script(MODEL, Script(status=400))

    with pytest.raises(ProviderRejected) as caught:
        adapter.complete(a_call(upstream.url))

    assert caught.value.details == {
        "status": 400,
        "provider_code": "invalid_request_error",
        "provider_param": "",
    }
