"""A scripted Bedrock on loopback: Converse in JSON, ConverseStream in AWS event frames."""

import json
import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any, Self, cast
from zlib import crc32

from botocore.config import Config
from botocore.session import get_session

JsonObject = dict[str, object]

USAGE: JsonObject = {"inputTokens": 12, "outputTokens": 3, "totalTokens": 15}


@dataclass(frozen=True, slots=True)
class BedrockScript:
    """How one request is answered; an `error` is the name of an AWS exception."""

    text: str = "Hello from Bedrock."
    error: str | None = None
    status: int = 400
    error_in_stream: str | None = None
    ends_stream: bool = True
    wait_seconds: float = 0.0
    pause_seconds: float = 0.0


@dataclass
class ScriptedBedrock:
    """A Bedrock for the time of a `with` block; every request gets the one script."""

    script: BedrockScript = field(default_factory=BedrockScript)
    seen: list[tuple[str, JsonObject]] = field(default_factory=list)
    stopping: Event = field(default_factory=Event)

    def __enter__(self) -> Self:
        self._server = _Server(self)
        self._thread = Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stopping.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def url(self) -> str:
        """Tell the endpoint for a botocore client."""
        return f"http://127.0.0.1:{self._server.server_port}"


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, owner: ScriptedBedrock) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.owner = owner

    def handle_error(self, request: object, client_address: object) -> None:
        """Stay silent: a client that hangs up is part of the script."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class says so
        """Stay silent."""

    def do_POST(self) -> None:
        owner = cast("_Server", self.server).owner
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        owner.seen.append((self.path, body))
        owner.stopping.wait(owner.script.wait_seconds)
        if owner.script.error is not None:
            self._error(owner.script)
        elif self.path.endswith("/converse-stream"):
            self._stream(owner)
        else:
            self._answer(owner.script)

    def _error(self, script: BedrockScript) -> None:
        self.send_response(script.status)
        self.send_header("x-amzn-errortype", str(script.error))
        self._write(b'{"message": "scripted"}')

    def _answer(self, script: BedrockScript) -> None:
        message = {"role": "assistant", "content": [{"text": script.text}]}
        answer = {"output": {"message": message}, "stopReason": "end_turn", "usage": USAGE}
        self.send_response(200)
        self._write(json.dumps({**answer, "metrics": {"latencyMs": 1}}).encode())

    def _write(self, data: bytes) -> None:
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(data)))
        self.send_header("connection", "close")
        self.end_headers()
        self.wfile.write(data)

    def _stream(self, owner: ScriptedBedrock) -> None:
        self.send_response(200)
        self.send_header("content-type", "application/vnd.amazon.eventstream")
        self.send_header("transfer-encoding", "chunked")
        self.send_header("connection", "close")
        self.end_headers()
        for name, payload in _events(owner.script):
            owner.stopping.wait(owner.script.pause_seconds)
            self._chunk(frame(name, payload))
        if owner.script.error_in_stream is not None:
            error = owner.script.error_in_stream
            self._chunk(frame(error, {"message": "scripted"}, kind="exception"))
        self._chunk(b"")

    def _chunk(self, data: bytes) -> None:
        self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")


def _events(script: BedrockScript) -> list[tuple[str, JsonObject]]:
    said: list[tuple[str, JsonObject]] = [
        ("contentBlockDelta", {"contentBlockIndex": 0, "delta": {"text": script.text[at : at + 4]}})
        for at in range(0, len(script.text), 4)
    ]
    ending: list[tuple[str, JsonObject]] = [
        ("contentBlockStop", {"contentBlockIndex": 0}),
        ("messageStop", {"stopReason": "end_turn"}),
        ("metadata", {"usage": USAGE, "metrics": {"latencyMs": 1}}),
    ]
    start: tuple[str, JsonObject] = ("messageStart", {"role": "assistant"})
    is_whole = script.ends_stream and script.error_in_stream is None
    return [start, *said, *(ending if is_whole else [])]


def frame(name: str, payload: JsonObject, *, kind: str = "event") -> bytes:
    """Write one frame of AWS's binary event stream."""
    headers = b"".join(
        _header(key, value)
        for key, value in (
            (f":{kind}-type", name),
            (":content-type", "application/json"),
            (":message-type", kind),
        )
    )
    body = json.dumps(payload).encode()
    prelude = struct.pack(">II", len(headers) + len(body) + 16, len(headers))
    message = prelude + struct.pack(">I", crc32(prelude)) + headers + body
    return message + struct.pack(">I", crc32(message))


def _header(name: str, value: str) -> bytes:
    text = value.encode()
    return bytes([len(name)]) + name.encode() + b"\x07" + struct.pack(">H", len(text)) + text


def opener_of(url: str) -> Callable[[float], Any]:
    """Make clients with keys of their own, so that no environment matters."""

    def open_client(read_seconds: float) -> Any:
        config = Config(
            connect_timeout=1, read_timeout=read_seconds, retries={"total_max_attempts": 1}
        )
        return get_session().create_client(
            "bedrock-runtime",
            region_name="us-east-1",
            endpoint_url=url,
            aws_access_key_id="test",
            aws_secret_access_key="test",
            config=config,
        )

    return open_client
