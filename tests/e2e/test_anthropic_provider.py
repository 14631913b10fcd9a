"""The official `openai` SDK works unchanged against an agent whose provider is Anthropic."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import openai
import pytest

from support.images import a_data_url
from support.provider_anthropic import ScriptedAnthropic
from support.rigs import SdkRig, open_sdk_rig

if TYPE_CHECKING:
    from openai.types.chat import ChatCompletionMessageParam, ChatCompletionToolParam

    from e2e.conftest import Deployed

ASK: "list[ChatCompletionMessageParam]" = [{"role": "user", "content": "Say hello."}]
WEATHER: "ChatCompletionToolParam" = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
    },
}


@pytest.fixture(scope="module")
def rig(deployed: "Deployed") -> Iterator[SdkRig]:
    with open_sdk_rig(deployed, standin=ScriptedAnthropic) as found:
        yield found


def test_answer_is_charged_to_the_micro_dollar(rig: SdkRig) -> None:
    agent, provider, client = rig
    before = agent.money()["spent"]

    answer = client.chat.completions.create(model="scripted", messages=ASK)

    assert answer.choices[0].message.content == "Hello from the scripted model."
    assert answer.usage is not None
    cost = answer.usage.prompt_tokens + 2 * answer.usage.completion_tokens
    assert agent.money()["spent"] - before == cost
    assert provider.seen[-1].path == "/v1/messages"
    assert provider.seen[-1].headers["x-api-key"] == "sk-scripted"


def test_stream_carries_the_text_and_the_usage(rig: SdkRig) -> None:
    _, _, client = rig

    stream = client.chat.completions.create(
        model="scripted", messages=ASK, stream=True, stream_options={"include_usage": True}
    )
    chunks = list(stream)

    text = "".join(c.choices[0].delta.content or "" for c in chunks if c.choices)
    assert text == "Hello from the scripted model."
    assert chunks[-1].usage is not None
    assert chunks[-1].usage.completion_tokens > 0


def test_tool_call_makes_the_round_trip(rig: SdkRig) -> None:
    _, _, client = rig
    first = client.chat.completions.create(model="scripted-tool", messages=ASK, tools=[WEATHER])
    (call,) = first.choices[0].message.tool_calls or []
    called: ChatCompletionMessageParam = first.choices[0].message.to_dict()  # type: ignore[assignment]  # an answer goes back as it came
    result: ChatCompletionMessageParam = {
        "role": "tool",
        "tool_call_id": call.id,
        "content": "21 degrees",
    }

    last = client.chat.completions.create(
        model="scripted-tool", messages=[*ASK, called, result], tools=[WEATHER]
    )

    assert last.choices[0].message.content == "Hello from the scripted model."


def test_image_is_answered(rig: SdkRig) -> None:
    _, provider, client = rig
    ask: ChatCompletionMessageParam = {
        "role": "user",
        "content": [{"type": "image_url", "image_url": {"url": a_data_url()}}],
    }

    answer = client.chat.completions.create(model="scripted", messages=[ask])

    assert answer.choices[0].message.content
    assert "'media_type': 'image/png'" in str(provider.seen[-1].body)


def test_rate_limit_is_the_sdks_own_exception(rig: SdkRig) -> None:
    _, _, client = rig

    with pytest.raises(openai.RateLimitError) as caught:
        client.chat.completions.create(model="scripted-429", messages=ASK)

    assert caught.value.code == "PROVIDER_RATE_LIMITED"
