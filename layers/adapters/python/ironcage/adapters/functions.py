"""Asking a firewall function by direct invocation: an answer in time, whole, or none at all."""

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, cast

from ironcage.adapters.clients import failures, open_client
from ironcage.core import Clock
from ironcage.core.errors import FirewallUnavailable
from ironcage.firewall import Finding, Question, RemoteAnswer, read_answer, write_scans

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

# botocore fixes the time-outs of a client when it is made: a call takes the longest that fits.
STEPS = (0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0)
_LONGEST_CONNECT_SECONDS = 1.0
_OK = 200


class FunctionScanner:
    """`RemoteScanner`: one function, by its name; without a name there is nobody to ask."""

    def __init__(self, function: str, clock: Clock) -> None:
        self._function = function
        self._clock = clock

    def scan(
        self,
        questions: Sequence[Question],
        detectors: Sequence[str],
        *,
        deadline_seconds: float,
        traceparent: str = "",
    ) -> RemoteAnswer:
        """Let detectors look at texts, in as few invocations as take them.

        Raises:
            FirewallUnavailable: there is no complete answer; its `reason` says why.
        """
        if not self._function:
            raise FirewallUnavailable(reason="not_configured")
        ends = self._clock.monotonic() + deadline_seconds
        versions: dict[str, str] = {}
        findings: list[Sequence[Finding]] = []
        for asked, payload in write_scans(questions, detectors, traceparent=traceparent):
            answer = read_answer(self._invoke(payload, ends), asked, detectors)
            if versions not in ({}, answer.versions):
                raise FirewallUnavailable(reason="replaced")
            versions = dict(answer.versions)
            findings += answer.findings
        return RemoteAnswer(versions, findings)

    def _invoke(self, payload: bytes, ends: float) -> bytes:
        """Call the function; a connection that breaks is tried once more, nothing else is."""
        try:
            return self._invoke_once(payload, ends)
        except _broken_connections():
            pass
        try:
            return self._invoke_once(payload, ends)
        except _broken_connections() as exc:
            raise FirewallUnavailable(reason="unreachable") from exc

    def _invoke_once(self, payload: bytes, ends: float) -> bytes:
        client = _client_for(ends - self._clock.monotonic())
        try:
            told = client.invoke(FunctionName=self._function, Payload=payload)
            answer = told["Payload"].read()
        except _broken_connections():
            raise
        except failures() as exc:
            raise FirewallUnavailable(reason=_reason_of(exc)) from exc
        if told["StatusCode"] != _OK or told.get("FunctionError"):
            raise FirewallUnavailable(reason="function_error")
        return answer


@cache
def _broken_connections() -> tuple[type[Exception], ...]:
    from botocore.exceptions import (  # noqa: PLC0415 - loaded with the first client
        ConnectionClosedError,
        EndpointConnectionError,
    )

    return ConnectionClosedError, EndpointConnectionError


def _reason_of(error: Exception) -> str:
    from botocore.exceptions import ConnectTimeoutError, ReadTimeoutError  # noqa: PLC0415 - as above

    is_late = isinstance(error, ConnectTimeoutError | ReadTimeoutError)
    return "timed_out" if is_late else "failed"


def _client_for(seconds: float) -> "LambdaClient":
    fitting = [step for step in STEPS if step <= seconds]
    if not fitting:
        raise FirewallUnavailable(reason="timed_out")
    connect = min(_LONGEST_CONNECT_SECONDS, fitting[-1] / 5)
    read = fitting[-1] - connect
    return cast(
        "LambdaClient",
        open_client("lambda", connect_seconds=connect, read_seconds=read, attempts=1),
    )
