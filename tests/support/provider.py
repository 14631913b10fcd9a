"""A scripted model provider on loopback: it speaks OpenAI's chat format and misbehaves on demand.

Which script answers is chosen by the model that a request names, so that a test, a demo or another
process needs no more than the URL: `scripted`, `scripted-429`, `scripted-slow` and so on. A test
may also queue scripts of its own for a model.
"""

import json
import socket
import struct
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from threading import Event
from typing import ClassVar, Self, cast

from support.loopback import Handler, Listener, Loopback
from support.provider_scripts import (
    SCRIPTS,
    JsonObject,
    Script,
    body_of,
    events_of,
    pieces_of,
    split_as,
)

__all__ = ["SCRIPTS", "Script", "ScriptedProvider", "Seen"]


@dataclass(frozen=True, slots=True)
class Seen:
    """A request as it arrived."""

    path: str
    headers: dict[str, str]
    body: JsonObject

    @property
    def model(self) -> str:
        """Tell the model that was asked for."""
        return str(self.body.get("model"))


@dataclass
class ScriptedProvider(Loopback):
    """A provider for the time of a `with` block; `hung_up` is set when a reader leaves early."""

    kind: ClassVar[str] = "openai"
    stream_type: ClassVar[str] = "text/event-stream"

    seen: list[Seen] = field(default_factory=list)
    connections: int = 0
    hung_up: Event = field(default_factory=Event)
    _queued: dict[str, list[Script]] = field(default_factory=lambda: defaultdict(list))

    def _listen(self) -> Listener[Self]:
        self._wires = _Wires(self, _Handler)
        return self._wires

    @property
    def url(self) -> str:
        """Tell the endpoint as a provider record wants it."""
        return super().url + "/v1"

    def read(self, path: str, body: JsonObject) -> JsonObject:
        """Read a request: which model is asked for, and whether the answer is streamed."""
        return body

    def whole(self, script: Script, request: JsonObject) -> bytes:
        """Write a whole answer, or an error."""
        return body_of(script, request)

    def streamed(self, script: Script, request: JsonObject) -> Iterator[bytes]:
        """Write the events of a streamed answer."""
        return events_of(script, request)

    def script(self, model: str, *scripts: Script) -> None:
        """Queue scripts for a model; each answers one request, the last one all that follow."""
        with self._lock:
            self._queued[model] = list(scripts)

    def count(self, model: str | None = None) -> int:
        """Count the requests that arrived."""
        with self._lock:
            return sum(model is None or seen.model == model for seen in self.seen)

    def hang_up_idle(self) -> None:
        """Close every connection, as a provider does with those that idle."""
        self._wires.hang_up()

    def take(self, seen: Seen) -> Script:
        """Note a request and choose its script."""
        with self._lock:
            self.seen.append(seen)
            queued = self._queued.get(seen.model)
            if not queued:
                return SCRIPTS.get(seen.model, SCRIPTS["scripted"])
            return queued.pop(0) if len(queued) > 1 else queued[0]

    def connected(self) -> None:
        """Count a connection."""
        with self._lock:
            self.connections += 1


class _Wires[Owner: ScriptedProvider](Listener[Owner]):
    def __init__(self, owner: Owner, handler: type[BaseHTTPRequestHandler]) -> None:
        super().__init__(owner, handler)
        self._open: set[socket.socket] = set()

    def process_request(self, request: object, client_address: object) -> None:
        self._open.add(cast("socket.socket", request))
        self.owner.connected()
        super().process_request(request, client_address)  # type: ignore[arg-type]  # typeshed's private union

    def shutdown_request(self, request: object) -> None:
        self._open.discard(cast("socket.socket", request))
        super().shutdown_request(request)  # type: ignore[arg-type]  # as above

    def server_close(self) -> None:
        self.hang_up()
        super().server_close()

    def hang_up(self) -> None:
        for wire in list(self._open):
            try:
                wire.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue


class _Handler(Handler[ScriptedProvider]):
    def respond(self) -> None:
        owner = self.owner
        body = owner.read(self.path, json.loads(self.read_body()))
        seen = Seen(self.path, {k.lower(): v for k, v in self.headers.items()}, body)
        script = owner.take(seen)
        owner.wait(script.wait_seconds)
        if script.resets:
            self._reset()
        elif script.status == 200 and body.get("stream"):
            self._stream(script, body, owner)
        else:
            self._answer(script, body, owner)

    def _reset(self) -> None:
        linger = struct.pack("ii", 1, 0)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.close_connection = True

    def _answer(self, script: Script, body: JsonObject, owner: ScriptedProvider) -> None:
        data = owner.whole(script, body)
        self._head(script, "application/json", ("content-length", str(len(data))))
        owner.wait(script.pause_seconds)
        self.wfile.write(data if script.cut_at is None else data[: script.cut_at])
        self.close_connection = self.close_connection or script.cut_at is not None

    def _stream(self, script: Script, body: JsonObject, owner: ScriptedProvider) -> None:
        self._head(script, owner.stream_type, ("transfer-encoding", "chunked"))
        try:
            self._write_pieces(script, body, owner)
        except OSError:
            owner.hung_up.set()
            raise

    def _write_pieces(self, script: Script, body: JsonObject, owner: ScriptedProvider) -> None:
        sent = 0
        for event in split_as(script.splits, owner.streamed(script, body)):
            owner.wait(script.pause_seconds)
            for piece in pieces_of(event, script.piece):
                if script.cut_at is not None and sent + len(piece) > script.cut_at:
                    self.close_connection = True
                    return
                self.wfile.write(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
                sent += len(piece)
        self.wfile.write(b"0\r\n\r\n")

    def _head(self, script: Script, kind: str, length: tuple[str, str]) -> None:
        self.send_response(script.status)
        for name, value in (("content-type", kind), length, *script.headers):
            self.send_header(name, value)
        self.end_headers()
