"""A scripted Bedrock on loopback: Converse in JSON, ConverseStream in AWS event frames."""

import json
import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Self
from zlib import crc32

from botocore.config import Config
from botocore.session import get_session

from support.loopback import Handler, Listener, Loopback

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
class ScriptedBedrock(Loopback):
    """A Bedrock for the time of a `with` block; every request gets the one script."""

    script: BedrockScript = field(default_factory=BedrockScript)
    seen: list[tuple[str, JsonObject]] = field(default_factory=list)

    def _listen(self) -> Listener[Self]:
        return Listener(self, _Handler)


class _Handler(Handler[ScriptedBedrock]):
    def respond(self) -> None:
        owner, body = self.owner, json.loads(self.read_body())
        owner.seen.append((self.path, body))
        owner.wait(owner.script.wait_seconds)
        if owner.script.error is not None:
            self._error(owner.script)
        elif self.path.endswith("/converse-stream"):
            self._stream(owner)
        else:
            self._answer(owner.script)

    def _error(self, script: BedrockScript) -> None:
        headers = {"x-amzn-errortype": str(script.error), "connection": "close"}
        self.reply(script.status, b'{"message": "scripted"}', **headers)

    def _answer(self, script: BedrockScript) -> None:
        message = {"role": "assistant", "content": [{"text": script.text}]}
        answer = {"output": {"message": message}, "stopReason": "end_turn", "usage": USAGE}
        data = json.dumps({**answer, "metrics": {"latencyMs": 1}}).encode()
        self.reply(200, data, connection="close")

    def _stream(self, owner: ScriptedBedrock) -> None:
        self.send_response(200)
        self.send_header("content-type", "application/vnd.amazon.eventstream")
        self.send_header("transfer-encoding", "chunked")
        self.send_header("connection", "close")
        self.end_headers()
        for name, payload in _events(owner.script):
            owner.wait(owner.script.pause_seconds)
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
