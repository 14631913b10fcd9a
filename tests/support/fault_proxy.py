"""A loopback proxy that stands before a service or a provider and breaks what a rule names.

It reads whole requests, so it can tell one call of AWS from another, and knows for each whether
it was forwarded before things went wrong: that is what decides who has worked, and who must pay.
"""

import socket
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from http.server import BaseHTTPRequestHandler
from typing import Self
from urllib.parse import parse_qs, urlsplit

from support.fault_kinds import Ending, Fault, Reply
from support.loopback import Handler, Listener, Loopback

_HOP_BY_HOP = frozenset({"connection", "transfer-encoding", "content-length", "keep-alive"})
_TARGET_SECONDS = 20.0
_FINE = Fault()


@dataclass(frozen=True, slots=True)
class Call:
    """One request: `name` is `service:Operation` of AWS, or `POST /path` of anything else."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Rule:
    """Which calls go wrong, and how.

    Args:
        calls: a pattern of `Call.name`, such as `dynamodb:UpdateItem` or `POST *`.
        fault: what happens to them.
        words: they must all stand in the request.
        times: how many of them go wrong; None means every one.
    """

    calls: str
    fault: Fault
    words: tuple[str, ...] = ()
    times: int | None = None

    def concerns(self, call: Call) -> bool:
        """Tell whether a call is one of those."""
        return fnmatchcase(call.name, self.calls) and all(word in call.text for word in self.words)


@dataclass
class FaultProxy(Loopback):
    """Stands before `target` (an address) for the time of a `with` block."""

    target: str
    calls: list[str] = field(default_factory=list)
    forwarded: list[str] = field(default_factory=list)
    struck: int = 0
    _rules: list[tuple[Rule, list[int]]] = field(default_factory=list)

    def _listen(self) -> Listener[Self]:
        return _AbruptListener(self, _Handler)

    @property
    def url(self) -> str:
        """Tell the address of the proxy, with the path of its target."""
        return super().url + urlsplit(self.target).path

    def break_with(self, *rules: Rule) -> None:
        """Let these rules hold from now on, in this order, and forget what was before."""
        with self._lock:
            self._rules = [(rule, [0]) for rule in rules]
            self.calls, self.forwarded, self.struck = [], [], 0

    def mend(self) -> None:
        """Let everything through from now on; what was counted stays."""
        with self._lock:
            self._rules = []

    def fault_for(self, call: Call) -> Fault:
        """Note a call and choose what happens to it: the first rule that is not used up."""
        with self._lock:
            self.calls.append(call.name)
            for rule, used in self._rules:
                if rule.concerns(call) and (rule.times is None or used[0] < rule.times):
                    used[0] += 1
                    self.struck += 1
                    return rule.fault
        return _FINE

    def ask_target(self, call: Call, request: "_Handler", body: bytes) -> Reply:
        """Forward a request and read the whole answer."""
        with self._lock:
            self.forwarded.append(call.name)
        parts = urlsplit(self.target)
        kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
        connection = kind(parts.hostname or "", parts.port, timeout=_TARGET_SECONDS)
        try:
            headers = {k: v for k, v in request.headers.items() if k.lower() != "expect"}
            connection.request(request.command, request.path, body, headers)
            answer = connection.getresponse()
            told = tuple((k, v) for k, v in answer.getheaders() if k.lower() not in _HOP_BY_HOP)
            is_chunked = answer.getheader("transfer-encoding") == "chunked"
            return Reply(answer.status, answer.read(), told, is_chunked=is_chunked)
        finally:
            connection.close()


class _AbruptListener[Owner](Listener[Owner]):
    def shutdown_request(self, request: object) -> None:
        """Close at once: the base class says goodbye first, and a reset would be none."""
        self.close_request(request)  # type: ignore[arg-type]  # typeshed's private union


class _Handler(Handler[FaultProxy], BaseHTTPRequestHandler):
    timeout = 5.0  # an idle client must not keep the proxy from stopping

    def do_GET(self) -> None:
        self.respond()

    def do_PUT(self) -> None:
        self.respond()

    def do_DELETE(self) -> None:
        self.respond()

    def do_HEAD(self) -> None:
        self.respond()

    def respond(self) -> None:
        owner, body = self.owner, self.read_body()
        call = read_call(f"{self.command} {self.path}", dict(self.headers.items()), body=body)
        fault = owner.fault_for(call)
        owner.wait(fault.wait_seconds)
        if fault.meanwhile is not None:
            fault.meanwhile()
        reply = fault.reply
        if fault.is_forwarded:
            theirs = self._ask(owner, call, body)
            reply = reply or theirs
        if reply is None or fault.ending is not Ending.WHOLE:
            self.close_connection = True
        if reply is not None:
            self._answer(reply, fault, owner)
        self._end(fault.ending, owner)

    def _ask(self, owner: FaultProxy, call: Call, body: bytes) -> Reply | None:
        try:
            return owner.ask_target(call, self, body)
        except (OSError, HTTPException):  # the target is gone: so are we
            return None

    def _answer(self, reply: Reply, fault: Fault, owner: FaultProxy) -> None:
        if fault.body_bytes == 0 and fault.ending is not Ending.WHOLE:
            return
        body = reply.body if fault.body_bytes is None else reply.body[: fault.body_bytes]
        self.send_response(reply.status)
        for name, value in reply.headers:
            self.send_header(name, value)
        if reply.is_chunked:
            self.send_header("Transfer-Encoding", "chunked")
        else:
            self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        if self.command != "HEAD":
            for piece in pieces_of(body, fault.pieces):
                self._write(piece, is_chunked=reply.is_chunked)
                owner.wait(fault.pause_seconds)
            if reply.is_chunked and fault.body_bytes is None:
                self.wfile.write(b"0\r\n\r\n")

    def _write(self, piece: bytes, *, is_chunked: bool) -> None:
        self.wfile.write(f"{len(piece):x}\r\n".encode() + piece + b"\r\n" if is_chunked else piece)

    def _end(self, ending: Ending, owner: FaultProxy) -> None:
        match ending:
            case Ending.WHOLE:
                return
            case Ending.RESET:
                linger = struct.pack("ii", 1, 0)
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            case Ending.HALF_CLOSED:
                self.connection.shutdown(socket.SHUT_WR)
                self._read_until_client_leaves()
            case Ending.SILENT:
                self._read_until_client_leaves()

    def _read_until_client_leaves(self) -> None:
        self.connection.settimeout(_TARGET_SECONDS)
        while self.connection.recv(4_096):
            pass


def read_call(line: str, headers: Mapping[str, str], *, body: bytes) -> Call:
    """Name a request: AWS's by service and operation, any other by its method and path."""
    lower = {name.lower(): value for name, value in headers.items()}
    text = body.decode("utf-8", "replace")
    scope = lower.get("authorization", "").partition("Credential=")[2].partition(",")[0].split("/")
    if len(scope) != len(("key", "day", "region", "service", "aws4_request")):
        return Call(line, text)
    kind, target = lower.get("content-type", ""), lower.get("x-amz-target", "").rpartition(".")[2]
    action = parse_qs(text).get("Action", [""])[0] if "json" not in kind else ""
    return Call(f"{scope[3]}:{target or action or line}", text)


def pieces_of(body: bytes, count: int) -> Iterator[bytes]:
    """Cut a body into about so many pieces; 1 leaves it whole."""
    step = max(1, -(-len(body) // count))
    return (body[at : at + step] for at in range(0, len(body), step))
