"""The gateway function answers in OpenAI's format what an Anthropic provider said."""

import json
from collections.abc import Iterator

import pytest

from gateway import wiring
from gateway.handler import handler
from ironcage.tenancy import ProviderKind
from support.aws_gateway import Context, GatewayCloud, emulated_gateway
from support.events import load_event
from support.provider import Script
from support.provider_anthropic import ScriptedAnthropic
from support.provider_scripts import Counts


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch) -> Iterator[GatewayCloud]:
    with emulated_gateway(monkeypatch, standin=ScriptedAnthropic) as made:
        yield made


def test_every_kind_of_provider_has_its_adapter(cloud: GatewayCloud) -> None:
    assert set(wiring.providers()) == set(ProviderKind)


def test_chat_is_answered_and_charged_by_anthropics_count(cloud: GatewayCloud) -> None:
    cloud.provider.script("scripted", Script(text="Bonjour.", counts=Counts(10, 20, cached=30)))

    answer = handler(load_event("gateway/chat"), Context())

    body = json.loads(answer["body"])
    assert answer["statusCode"] == 200
    assert body["choices"][0]["message"]["content"] == "Bonjour."
    assert body["usage"]["prompt_tokens_details"] == {"cached_tokens": 30}
    # the seeded rates: 40 in at $1 and 20 out at $2 per million
    assert cloud.pot().spent == 40 + 40
    assert cloud.pot().held == 0


def test_stream_ends_with_the_usage_and_the_closing_word(cloud: GatewayCloud) -> None:
    answer = handler(load_event("gateway/stream"), Context())

    assert answer["statusCode"] == 200
    assert "Hello" in answer["body"]
    assert answer["body"].endswith("data: [DONE]\n\n")
    assert cloud.pot().spent > 0


def test_key_travels_as_anthropic_wants_it(cloud: GatewayCloud) -> None:
    handler(load_event("gateway/chat"), Context())

    [seen] = cloud.provider.seen
    assert seen.headers["x-api-key"] == "sk-provider"
    assert "authorization" not in seen.headers
    assert "sk-provider" not in json.dumps(seen.body)
