"""Both firewall functions behind Lambda's way of invoking them, on loopback.

They know the phrases of `injection` and the one name of `ner`; a test may give other answers.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Self

import pytest

from ironcage.adapters import clients
from ironcage.core import variable_of
from ironcage.core.errors import FirewallUnavailable
from ironcage.firewall import InjectionDetector, Origin, Question
from support.aws_mocked import REGION
from support.fakes_scanner import LocalScanner, NameDetector
from support.loopback import Handler, Listener, Loopback

INPUT, OUTPUT = "ironcage-input-firewall", "ironcage-output-firewall"
FUNCTION_NAMES = {"firewall_input_function": INPUT, "firewall_output_function": OUTPUT}
ENDPOINT = "AWS_ENDPOINT_URL_LAMBDA"
Answer = Callable[[dict[str, Any]], object]


@dataclass
class FirewallFunctions(Loopback):
    """The functions for the time of a `with` block; `events` is what they were invoked with."""

    events: list[dict[str, Any]] = field(default_factory=list)
    answer: Answer = field(default_factory=lambda: scan_answer)
    error: str = ""  # what the runtime reports of an invocation that crashed

    def _listen(self) -> Listener[Self]:
        return Listener(self, _Handler)

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


class _Handler(Handler[FirewallFunctions]):
    def respond(self) -> None:
        data = self.owner.take(json.loads(self.read_body()))
        error = {"x-amz-function-error": self.owner.error} if self.owner.error else {}
        self.reply(200, data, **error)
