"""What a route speaks: how its requests are read, and its answers, streams and errors written.

Inside, everything is OpenAI's chat format. The firewalls see that and nothing else, so a face
translates what they have already passed and adds no text of its own.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, Protocol

from ironcage.core.errors import IronCageError
from ironcage.gateway.model import JsonObject, Usage
from ironcage.gateway.requests import ModelRequest
from ironcage.gateway.wire.chat import ChatRequest


class StreamWriter(Protocol):
    """Writes one stream as bytes; empty bytes where there is nothing to send.

    A sequential stream cannot go back to a thought once the model has begun to speak.
    """

    is_sequential: ClassVar[bool]

    def chunk(self, body: JsonObject, usage: Usage | None) -> bytes:
        """Write a chunk that passed the output firewall; `usage` is what is known by now."""
        ...

    def end(self, envelope: JsonObject, usage: Usage | None) -> bytes:
        """Write how a whole stream ends; `envelope` is its last chunk without choices."""
        ...


class ReadsRequests(Protocol):
    """How a body becomes a request."""

    def __call__(self, body: bytes, *, extra_parameters: frozenset[str]) -> ModelRequest:
        """Read a request, or say everything that is wrong with it.

        Raises:
            BodyTooLarge: more bytes than we accept.
            MalformedBody: not one clean JSON object.
            UnsupportedParameter: parameters without a known price, and nothing else is wrong.
            InvalidRequest: at least one field breaks a rule.
        """
        ...


@dataclass(frozen=True, slots=True)
class Face:
    """One wire format towards clients.

    `write` gets a clean `chat.completion` under our model's name and the provider's count;
    `error_event` writes how a stream ends that broke, whatever was written before.
    """

    read: ReadsRequests
    write: Callable[[ChatRequest, JsonObject, Usage | None], JsonObject]
    open_stream: Callable[[ChatRequest], StreamWriter]
    error_body: Callable[[IronCageError, str], JsonObject]
    error_event: Callable[[IronCageError, str], bytes]
    id_headers: tuple[str, ...] = ("x-request-id",)
