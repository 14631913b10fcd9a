"""OpenAI's face: what is canonical inside goes out as it is."""

from dataclasses import replace
from typing import ClassVar

from ironcage.core.errors import IronCageError
from ironcage.gateway.faces import Face
from ironcage.gateway.model import JsonObject, Usage
from ironcage.gateway.wire.bodies import error_body
from ironcage.gateway.wire.chat import ChatRequest, parse_chat
from ironcage.gateway.wire.completions import usage_body
from ironcage.gateway.wire.embeddings import parse_embeddings
from ironcage.gateway.wire.extensions import hide_extensions
from ironcage.gateway.wire.sse import DONE, encode_chunk


class OpenAiStream:
    """Writes chunks as they are; the usage goes out only to who asked for it."""

    is_sequential: ClassVar[bool] = False

    def __init__(self, chat: ChatRequest) -> None:
        self._include_usage = chat.include_usage

    def chunk(self, body: JsonObject, usage: Usage | None) -> bytes:  # noqa: ARG002 - a stream's end tells the usage
        """Write a chunk."""
        hide_extensions(body)
        return encode_chunk(body)

    def end(self, envelope: JsonObject, usage: Usage | None) -> bytes:
        """Write the usage and the closing word."""
        if not self._include_usage or usage is None:
            return DONE
        return encode_chunk({**envelope, "usage": usage_body(usage)}) + DONE


def _write(_chat: ChatRequest, completion: JsonObject, _usage: Usage | None) -> JsonObject:
    hide_extensions(completion)
    return completion


def _error_event(error: IronCageError, request_id: str) -> bytes:
    """Write the error in place of the closing word."""
    return encode_chunk(error_body(error, request_id))


OPENAI = Face(
    read=parse_chat,
    write=_write,
    open_stream=OpenAiStream,
    error_body=error_body,
    error_event=_error_event,
)

# Embeddings are written by their own step: there is no completion, and nothing to stream.
EMBEDDINGS = replace(OPENAI, read=parse_embeddings)
