"""The same request through every SDK and way of asking, on a deployed app."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import anthropic
import openai

if TYPE_CHECKING:
    from infra_cdk.local.facts import Facts

MODEL = "scripted"
TOOL = {"name": "read", "description": "Read a page."}
SCHEMA = {"type": "object", "properties": {}}


@dataclass(frozen=True, slots=True)
class Heard:
    """What came back: the text, or the code of a refusal; and what the firewalls said."""

    status: int
    text: str
    code: str
    verdict: str


@dataclass(frozen=True, slots=True)
class SdkWire:
    """One SDK and way of asking, for a client that is open."""

    id: str
    ask: Callable[[Any, str], Any]
    ask_with_result: Callable[[Any, str], Any] | None
    read: Callable[[Any], str]
    is_anthropic: bool = False

    @contextmanager
    def client(self, facts: "Facts", token: str) -> Iterator[Any]:
        """Open a client that repeats nothing."""
        if self.is_anthropic:
            url = facts.anthropic_base_url
            with anthropic.Anthropic(base_url=url, api_key=token, max_retries=0) as claude:
                yield claude
        else:
            url = facts.openai_base_url
            with openai.OpenAI(base_url=url, api_key=token, max_retries=0) as client:
                yield client

    def hear(self, ask: Callable[[Any, str], Any], client: object, text: str) -> Heard:
        """Ask, and take the answer or the refusal."""
        try:
            answer = ask(client, text)
            said = self.read(answer.parse())
        except (openai.APIStatusError, anthropic.APIStatusError) as refused:
            told = cast("dict[str, Any]", refused.response.json())
            verdict = refused.response.headers.get("x-ironcage-verdict", "")
            return Heard(refused.status_code, "", str(told["error"]["code"]), verdict)
        return Heard(200, said, "", answer.headers.get("x-ironcage-verdict", ""))


def _chat(client: Any, messages: list[dict[str, object]], *, stream: bool) -> Any:
    return client.chat.completions.with_raw_response.create(
        model=MODEL, messages=messages, stream=stream
    )


def _ask_chat(*, stream: bool) -> Callable[[Any, str], Any]:
    return lambda client, text: _chat(client, [{"role": "user", "content": text}], stream=stream)


def _chat_result(*, stream: bool) -> Callable[[Any, str], Any]:
    call = {"id": "c1", "type": "function", "function": {"name": "read", "arguments": "{}"}}

    def ask(client: Any, text: str) -> Any:
        messages: list[dict[str, object]] = [
            {"role": "user", "content": "Read the page."},
            {"role": "assistant", "content": None, "tool_calls": [call]},
            {"role": "tool", "tool_call_id": "c1", "content": text},
        ]
        return _chat(client, messages, stream=stream)

    return ask


def _message(client: Any, messages: list[dict[str, object]], *, stream: bool) -> Any:
    return client.messages.with_raw_response.create(
        model=MODEL,
        max_tokens=64,
        messages=messages,
        stream=stream,
        tools=[{**TOOL, "input_schema": SCHEMA}],
    )


def _ask_message(*, stream: bool) -> Callable[[Any, str], Any]:
    return lambda client, text: _message(client, [{"role": "user", "content": text}], stream=stream)


def _message_result(*, stream: bool) -> Callable[[Any, str], Any]:
    use = {"type": "tool_use", "id": "c1", "name": "read", "input": {}}

    def ask(client: Any, text: str) -> Any:
        found = {"type": "tool_result", "tool_use_id": "c1", "content": text}
        messages: list[dict[str, object]] = [
            {"role": "user", "content": "Read the page."},
            {"role": "assistant", "content": [use]},
            {"role": "user", "content": [found]},
        ]
        return _message(client, messages, stream=stream)

    return ask


def _respond(client: Any, items: object, *, stream: bool) -> Any:
    return client.responses.with_raw_response.create(model=MODEL, input=items, stream=stream)


def _ask_response(*, stream: bool) -> Callable[[Any, str], Any]:
    return lambda client, text: _respond(client, text, stream=stream)


def _response_result(*, stream: bool) -> Callable[[Any, str], Any]:
    call = {"type": "function_call", "call_id": "c1", "name": "read", "arguments": "{}"}

    def ask(client: Any, text: str) -> Any:
        found = {"type": "function_call_output", "call_id": "c1", "output": text}
        asked = {"role": "user", "content": "Read the page."}
        return _respond(client, [asked, call, found], stream=stream)

    return ask


def _embed(client: Any, text: str) -> Any:
    return client.embeddings.with_raw_response.create(model=MODEL, input=text)


def _chunks(stream: Any) -> str:
    return "".join(c.choices[0].delta.content or "" for c in stream if c.choices)


def _events(stream: Any) -> str:
    deltas = [event.delta for event in stream if event.type == "content_block_delta"]
    return "".join(delta.text for delta in deltas if delta.type == "text_delta")


def _words(stream: Any) -> str:
    return "".join(e.delta for e in stream if e.type == "response.output_text.delta")


CHATS = (
    SdkWire(
        "chat",
        _ask_chat(stream=False),
        _chat_result(stream=False),
        lambda answer: str(answer.choices[0].message.content),
    ),
    SdkWire("chat-stream", _ask_chat(stream=True), _chat_result(stream=True), _chunks),
    SdkWire(
        "messages",
        _ask_message(stream=False),
        _message_result(stream=False),
        lambda answer: "".join(b.text for b in answer.content if b.type == "text"),
        is_anthropic=True,
    ),
    SdkWire(
        "messages-stream",
        _ask_message(stream=True),
        _message_result(stream=True),
        _events,
        is_anthropic=True,
    ),
    SdkWire(
        "responses",
        _ask_response(stream=False),
        _response_result(stream=False),
        lambda answer: str(answer.output_text),
    ),
    SdkWire("responses-stream", _ask_response(stream=True), _response_result(stream=True), _words),
)
EMBEDDINGS = SdkWire("embeddings", _embed, None, lambda answer: str(len(answer.data)))
EVERY_WIRE = (*CHATS, EMBEDDINGS)
