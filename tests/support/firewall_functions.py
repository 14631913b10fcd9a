"""Both firewall functions behind Lambda's way of invoking them, on loopback.

They know the phrases of `injection` and the one name of `ner`; a test may give other answers.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Lock, Thread
from typing import Any, Self, cast

import pytest

from ironcage.adapters import clients
from ironcage.core import variable_of
from ironcage.core.errors import FirewallUnavailable
from ironcage.firewall import InjectionDetector, Origin, Question
from support.aws_mocked import REGION
from support.fakes_scanner import LocalScanner, NameDetector

INPUT, OUTPUT = "ironcage-input-firewall", "ironcage-output-firewall"
FUNCTION_NAMES = {"firewall_input_function": INPUT, "firewall_output_function": OUTPUT}
ENDPOINT = "AWS_ENDPOINT_URL_LAMBDA"
Answer = Callable[[dict[str, Any]], object]


@dataclass
class FirewallFunctions:
    """The functions for the time of a `with` block; `events` is what they were invoked with."""

    events: list[dict[str, Any]] = field(default_factory=list)
    answer: Answer = field(default_factory=lambda: scan_answer)
    error: str = ""  # what the runtime reports of an invocation that crashed
    _lock: Lock = field(default_factory=Lock)
    _stopping: Event = field(default_factory=Event)

    def __enter__(self) -> Self:
        self._server = _Server(self)
        self._thread = Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def url(self) -> str:
        """Tell the address to put in the place of Lambda's."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def take(self, event: dict[str, Any]) -> bytes:
        """Note an invocation and answer it."""
        with self._lock:
            self.events.append(event)
        told = self.answer(event)
        return told if isinstance(told, bytes) else json.dumps(told).encode()


@contextmanager
def open_functions(patch: pytest.MonkeyPatch) -> Iterator[FirewallFunctions]:
    """Put the functions where this process looks for Lambda."""
    patch.setenv("AWS_ACCESS_KEY_ID", "testing")
    patch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    patch.setenv("AWS_DEFAULT_REGION", REGION)
    with FirewallFunctions() as functions, looking_at(functions.url, patch):
        yield functions


@contextmanager
def looking_at(url: str, patch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let this process look for the functions at an address, with clients of its own."""
    patch.setenv(ENDPOINT, url)
    for setting, name in FUNCTION_NAMES.items():
        patch.setenv(variable_of(setting), name)
    clients._open.cache_clear()
    yield
    clients._open.cache_clear()


def scan_answer(event: dict[str, Any]) -> object:
    """Answer as the functions do."""
    scanner = LocalScanner((InjectionDetector(), NameDetector()))
    questions = [Question(t["text"], Origin(t["origin"])) for t in event["texts"]]
    try:
        answer = scanner.scan(questions, event["detectors"], deadline_seconds=1.0)
    except FirewallUnavailable as error:
        return {"error": {"code": error.code, "message": error.text}}
    results = [
        {"findings": [finding_body(f) for f in found], "score": 0.0} for found in answer.findings
    ]
    return {"versions": dict(answer.versions), "results": results, "timings_ms": {}}


def finding_body(found: Any) -> dict[str, object]:
    """Write a finding as the wire has it."""
    names = ("type", "detector", "start", "end", "score")
    return {name: getattr(found, name) for name in names}


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, owner: FirewallFunctions) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.owner = owner


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class says so
        """Stay silent."""

    def do_POST(self) -> None:
        owner = cast("_Server", self.server).owner
        size = int(self.headers.get("content-length", 0))
        data = owner.take(json.loads(self.rfile.read(size)))
        self.send_response(200)
        self.send_header("content-length", str(len(data)))
        if owner.error:
            self.send_header("x-amz-function-error", owner.error)
        self.end_headers()
        self.wfile.write(data)
