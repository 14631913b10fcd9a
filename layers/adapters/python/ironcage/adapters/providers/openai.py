"""Providers that speak OpenAI's chat format (OpenAI, Azure, Mistral, Groq, vLLM, Ollama…)."""

import json
import re
from collections.abc import Generator, Iterator
from typing import NoReturn
from urllib.parse import urlsplit

from ironcage.adapters.providers.transport import Answer, Outgoing, Transport
from ironcage.core.errors import ProviderLimited, ProviderRejected, ProviderUnavailable
from ironcage.gateway import ProviderAnswer, ProviderCall, ProviderChunk
from ironcage.gateway.wire.dialects import dialect_of, speak
from ironcage.gateway.wire.openai import (
    SseParser,
    clean_chunk,
    clean_completion,
    encode_json,
    usage_of,
)
from ironcage.tokens import ProviderKey

MAX_RETRY_SECONDS = 60

# Somebody between us and the model gave up waiting: the model may have answered, and be paid.
_UNKNOWN = frozenset({408, 502, 504, 522, 524})
# Our key, our account or our model name is not accepted: the next provider may do better.
_OURS = frozenset({401, 402, 403, 404})
_CODE = re.compile(r"[a-z0-9_.\[\]-]{1,64}")


class OpenAiProvider:
    """Asks any provider that speaks OpenAI's chat format."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def complete(self, call: ProviderCall) -> ProviderAnswer:
        """Ask for a whole answer."""
        answer = self._ask(call)
        try:
            body = _decode(answer.read())
        finally:
            answer.close()
        return ProviderAnswer(clean_completion(body), usage_of(body))

    def stream(self, call: ProviderCall) -> Generator[ProviderChunk]:
        """Ask for a streamed answer, once the first chunk is wanted; close it to hang up."""
        answer = self._ask(call)
        try:
            yield from _chunks(answer)
            answer.drain()
        finally:
            answer.close()

    def _ask(self, call: ProviderCall) -> Answer:
        endpoint = call.provider.endpoint.rstrip("/")
        body = speak(call.body, dialect_of(_host(endpoint)))
        request = Outgoing(f"{endpoint}/chat/completions", encode_json(body), _headers(call.key))
        answer = self._transport.send(request, timeout_seconds=call.timeout_seconds)
        if answer.status != 200:  # noqa: PLR2004 - OK
            _refuse(answer)
        return answer


def _chunks(answer: Answer) -> Iterator[ProviderChunk]:
    """Read chunks up to the provider's own end mark; a stream that stops before it is cut short."""
    parser, pieces = SseParser(), answer.pieces()
    while not parser.is_done:
        piece = next(pieces, None)
        events = parser.finish() if piece is None else parser.feed(piece)
        for event in events:
            yield ProviderChunk(clean_chunk(event), usage_of(event))
        if piece is None and not parser.is_done:
            raise ProviderUnavailable(sent=True, reason="cut_short")


def _headers(key: ProviderKey | None) -> dict[str, str]:
    """Write the headers of a request; http.client would repeat a malformed key in its error."""
    out = {"content-type": "application/json", "accept": "application/json, text/event-stream"}
    if key is not None:
        secret = key.reveal().strip()
        if not (secret.isascii() and secret.isprintable()):
            raise ProviderUnavailable(sent=False, reason="bad_key")
        out["authorization"] = f"Bearer {secret}"
    return out


def _host(endpoint: str) -> str:
    try:
        return urlsplit(endpoint).hostname or ""
    except ValueError:
        return ""


def _decode(body: bytes) -> dict[str, object]:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError) as exc:
        raise ProviderUnavailable(sent=True, reason="bad_answer") from exc
    if not isinstance(value, dict):
        raise ProviderUnavailable(sent=True, reason="bad_answer")
    return value


def _refuse(answer: Answer) -> NoReturn:
    """Raise what a status other than 200 means. An error was answered: nothing is charged."""
    status, retry_after = answer.status, answer.header("retry-after")
    code, param = _facts(answer)
    if status == 429 and code != "insufficient_quota":  # noqa: PLR2004 - Too Many Requests
        limited = ProviderLimited(status=status)
        limited.retry_after_seconds = _seconds(retry_after)
        raise limited
    if status in _UNKNOWN:
        raise ProviderUnavailable(sent=True, status=status)
    if 400 <= status < 500 and status != 429 and status not in _OURS:  # noqa: PLR2004 - 4xx
        raise ProviderRejected(status=status, provider_code=code, provider_param=param)
    raise ProviderUnavailable(sent=False, status=status, provider_code=code)


def _facts(answer: Answer) -> tuple[str, str]:
    """Read the code and the parameter of an error, never its text: that may repeat the prompt."""
    try:
        error = _decode(answer.read()).get("error")
    except ProviderUnavailable:
        return "", ""
    finally:
        answer.close()
    found = error if isinstance(error, dict) else {}
    code, param = (str(found.get(name) or "") for name in ("code", "param"))
    return (code if _CODE.fullmatch(code) else ""), (param if _CODE.fullmatch(param) else "")


def _seconds(retry_after: str | None) -> int:
    given = (
        int(retry_after) if retry_after and retry_after.isascii() and retry_after.isdigit() else 1
    )
    return max(1, min(given, MAX_RETRY_SECONDS))
