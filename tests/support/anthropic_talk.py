"""What a user of the `anthropic` SDK asks a deployed app."""

from typing import TYPE_CHECKING

import anthropic

if TYPE_CHECKING:
    from anthropic.types import MessageParam, ThinkingConfigParam, ToolParam

ASK: "list[MessageParam]" = [{"role": "user", "content": "Say hello."}]
WEATHER: "ToolParam" = {
    "name": "get_weather",
    "input_schema": {"type": "object", "properties": {"city": {"type": "string"}}},
}


def texts(message: anthropic.types.Message) -> str:
    """Join the text blocks of a message."""
    return "".join(block.text for block in message.content if block.type == "text")


def say(
    client: anthropic.Anthropic,
    messages: "list[MessageParam]",
    *,
    is_streamed: bool,
    thinks: bool = False,
) -> anthropic.types.Message:
    """Ask for the weather, whole or streamed."""
    thinking: ThinkingConfigParam = {"type": "adaptive"} if thinks else {"type": "disabled"}
    if not is_streamed:
        return client.messages.create(
            model="scripted-tool",
            max_tokens=64,
            messages=messages,
            tools=[WEATHER],
            thinking=thinking,
        )
    with client.messages.stream(
        model="scripted-tool", max_tokens=64, messages=messages, tools=[WEATHER], thinking=thinking
    ) as stream:
        return stream.get_final_message()
