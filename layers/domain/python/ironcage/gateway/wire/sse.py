"""Server-sent events: written for our clients, read from our providers."""

import json

from ironcage.core.errors import ProviderUnavailable
from ironcage.gateway.model import JsonObject
from ironcage.gateway.wire.strict_json import encode_json

DONE = b"data: [DONE]\n\n"
MAX_EVENT_BYTES = 1_000_000


def encode_chunk(chunk: JsonObject) -> bytes:
    """Write one event that carries a JSON object."""
    return b"data: " + encode_json(chunk) + b"\n\n"


def encode_event(name: str, content: JsonObject) -> bytes:
    """Write one named event; its data says its name too, as `type`."""
    data = encode_json({"type": name, **content})
    return b"event: " + name.encode() + b"\ndata: " + data + b"\n\n"


class SseParser:
    """Reads a provider's events as bytes arrive; where the bytes are split makes no difference.

    Lines end in LF or CRLF. Comments and all fields but `data` are skipped.
    """

    def __init__(self) -> None:
        self.is_done = False
        self._tail: list[bytes] = []
        self._size = 0
        self._data: list[bytes] = []
        self._data_size = 0

    def feed(self, data: bytes) -> list[JsonObject]:
        """Take some bytes and hand out the events that they complete.

        Raises:
            ProviderUnavailable: an event is too long or is not a JSON object.
        """
        self._size += len(data)
        if b"\n" not in data:
            self._tail.append(data)
            self._check_size()
            return []
        *lines, rest = b"".join([*self._tail, data]).split(b"\n")
        self._tail = [rest]
        found = [event for line in lines if (event := self._take(line)) is not None]
        self._size = len(rest) + self._data_size
        self._check_size()
        return found

    def finish(self) -> list[JsonObject]:
        """End the stream, as if the blank line that some providers forget had come."""
        return self.feed(b"\n\n")

    def _take(self, line: bytes) -> JsonObject | None:
        line = line.removesuffix(b"\r")
        if line:
            self._collect(line)
            return None
        data, self._data, self._data_size = b"\n".join(self._data), [], 0
        if not data or self.is_done:
            return None
        if data == b"[DONE]":
            self.is_done = True
            return None
        return _object(data)

    def _collect(self, line: bytes) -> None:
        name, _, value = line.partition(b":")
        if name == b"data":
            self._data.append(value.removeprefix(b" "))
            self._data_size += len(value) + 1

    def _check_size(self) -> None:
        if self._size > MAX_EVENT_BYTES:
            raise ProviderUnavailable(sent=True, reason="event_too_long")


def _object(data: bytes) -> JsonObject:
    try:
        value = json.loads(data)
    except (ValueError, RecursionError) as exc:
        raise ProviderUnavailable(sent=True, reason="bad_event") from exc
    if not isinstance(value, dict):
        raise ProviderUnavailable(sent=True, reason="bad_event")
    return value
