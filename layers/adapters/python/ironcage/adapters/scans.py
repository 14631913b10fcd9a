"""The two sides of a firewall function, as a stage is deployed: scans of ours, and its own callers.

The gateway asks a function by invoking it; everybody else asks it over HTTP, as an agent with a
token or, where a firewall is deployed alone, as a principal of the account.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ironcage.adapters.deadlines import LambdaContext, invocation_ends_in
from ironcage.adapters.lines import write_line, write_metrics
from ironcage.core import Clock, Settings, SystemClock, new_id, trace_id_of
from ironcage.core.errors import IronCageError, Unavailable
from ironcage.firewall import Detector, DetectorService

if TYPE_CHECKING:
    from ironcage.gateway import Caller, RecordPublisher, ScanTally, TermsSource

_BY_IAM = "iam"
# API Gateway waits so long for an answer, whatever time-out the function itself has.
GATEWAY_SECONDS = 29.0

WebHandler = Callable[[Mapping[str, Any], Any], dict[str, Any]]


def time_for_answer(
    event: Mapping[str, Any], context: LambdaContext, *, clock: Clock
) -> Callable[[], float]:
    """Make what tells the seconds until nobody waits for the answer to a request any more.

    That is when the invocation ends, or before that when API Gateway gives up: it has waited since
    it took the request, a cold start included.
    """
    given_up_at = clock.monotonic() + GATEWAY_SECONDS - _waited(event, clock)

    def seconds_left() -> float:
        remaining = context.get_remaining_time_in_millis() / 1000
        return min(remaining, given_up_at - clock.monotonic())

    return seconds_left


def _waited(event: Mapping[str, Any], clock: Clock) -> float:
    """Tell how long ago API Gateway took a request; a moment that cannot be counts as now."""
    taken_ms = _part(event, "requestContext").get("requestTimeEpoch")
    waited = (clock.now_ms() - taken_ms) / 1000 if isinstance(taken_ms, int) else 0.0
    return waited if 0 <= waited <= GATEWAY_SECONDS else 0.0


def answer_event(
    event: object,
    context: LambdaContext,
    *,
    service: str,
    detectors: Callable[[], Sequence[Detector]],
    web: Callable[[], WebHandler],
) -> dict[str, Any]:
    """Answer one event: a proxy event of API Gateway, or a direct call of a program of ours.

    Args:
        event: what arrived.
        context: Lambda's.
        service: the function's name.
        detectors: opens what it can look for.
        web: loads the framework and the route, half a second that direct calls do not wait.
    """
    if not isinstance(event, Mapping) or "httpMethod" not in event:
        return _answer_call(event, detectors(), service)
    seconds_left = time_for_answer(event, context, clock=SystemClock())
    with invocation_ends_in(seconds_left()):
        return web()(event, context)


def _answer_call(event: object, detectors: Sequence[Detector], service: str) -> dict[str, Any]:
    """Answer a direct call; whatever stops us on purpose is data under `error`."""
    try:
        answer = DetectorService(detectors, SystemClock()).answer(event)
    except IronCageError as error:
        return _refused(error, service)
    trace = event.get("traceparent") if isinstance(event, Mapping) else None
    texts = len(answer.get("results", ()))
    write_line(
        "INFO",
        "texts_scanned",
        service=service,
        texts=texts,
        trace_id=trace_id_of(trace if isinstance(trace, str) else None),
        timings_ms=answer.get("timings_ms", {}),
    )
    write_metrics(service, {"texts_scanned": texts})
    return answer


def _refused(error: IronCageError, service: str) -> dict[str, Any]:
    from ironcage.gateway.wire.bodies import (  # noqa: PLC0415 - only a refusal needs it
        error_body,
    )

    request_id = new_id("req")
    report_refusals(service)(request_id, [error])
    return error_body(error, request_id)


def report_refusals(service: str) -> Callable[[str, Sequence[IronCageError]], None]:
    """Make what tells why a call, or inputs of one, got no verdict; what failed is counted."""

    def report(request_id: str, errors: Sequence[IronCageError]) -> None:
        told = {(e.code, *e.details.items()): e for e in errors}  # what 64 inputs share, once
        for error in told.values():
            write_line(
                "WARNING",
                "scan_refused",
                service=service,
                code=error.code,
                details=error.details,
                request_id=request_id,
            )
        if failed := sum(isinstance(error, Unavailable) for error in errors):
            write_metrics(service, {"scan_failed": failed})

    return report


def report_crash(service: str) -> Callable[[str, Exception], None]:
    """Make what reports a bug: its type alone, since its text may hold anything."""

    def report(request_id: str, error: Exception) -> None:
        kind = type(error).__name__
        write_line("ERROR", "request_crashed", service=service, request_id=request_id, kind=kind)
        write_metrics(service, {"request_crashed": 1})

    return report


class ScanReports:
    """Tells of every request that came over HTTP: the log, and the audit trail where there is one.

    Args:
        service: the function's name.
        publisher: the way of the records; a firewall that is deployed alone has none.
        clock: tells when.
    """

    def __init__(self, service: str, publisher: "RecordPublisher | None", clock: Clock) -> None:
        self._service = service
        self._publisher = publisher
        self._clock = clock

    def tell(self, tally: "ScanTally", caller: "Caller", request_id: str) -> None:
        """Tell what was done for a caller; a trail that cannot be reached stops nothing."""
        event = tally.to_event(caller, request_id, now_ms=self._clock.now_ms())
        write_line("INFO", "inputs_scanned", service=self._service, record=event)
        if self._publisher is None:
            return
        went_to = self._publisher.publish(event)
        if went_to != "topic":
            write_metrics(self._service, {f"record_to_{went_to}": 1})


def open_reports(service: str, settings: Settings, clock: Clock) -> ScanReports:
    """Open the reports of a function; only a stage that has a topic has an audit trail."""
    from ironcage.adapters.clients import open_client  # noqa: PLC0415 - scans need none of these
    from ironcage.adapters.objects import SpoolOnDemand  # noqa: PLC0415 - as above
    from ironcage.adapters.queues import SnsRecordPublisher  # noqa: PLC0415 - as above

    if not settings.records_topic:
        return ScanReports(service, None, clock)
    spool = SpoolOnDemand(settings.records_spool_bucket, clock)
    publisher = SnsRecordPublisher(open_client("sns"), settings.records_topic, spool)
    return ScanReports(service, publisher, clock)


@dataclass(frozen=True, slots=True)
class Access:
    """Who may ask over HTTP, and by what policy that caller's texts are judged."""

    caller_of: Callable[[Mapping[str, Any]], "Caller"]
    terms: "TermsSource"


def open_access(settings: Settings, clock: Clock) -> Access:
    """Open the way in that the stage has: tokens and their agents' policies, or the account's IAM.

    API Gateway has proved the caller in both; which of them it asked for is a setting, so that an
    event without a token never passes as one of the other kind.
    """
    from ironcage.adapters.clients import open_client  # noqa: PLC0415 - scans need none of these
    from ironcage.adapters.dynamodb.directory import DynamoDirectory  # noqa: PLC0415 - as above
    from ironcage.adapters.dynamodb.table import Table  # noqa: PLC0415 - as above
    from ironcage.adapters.hashing import SecretTextHasher  # noqa: PLC0415 - as above
    from ironcage.adapters.secrets import SecretReader  # noqa: PLC0415 - as above
    from ironcage.gateway import AgentTerms, StandardTerms  # noqa: PLC0415 - as above

    if settings.firewall_access == _BY_IAM:
        return Access(signed_caller, StandardTerms())
    control = Table(open_client("dynamodb"), settings.tables_control)
    reader = SecretReader(open_client("secretsmanager"))
    hasher = SecretTextHasher(reader, settings.audit_hash_secret, clock)
    return Access(token_caller, AgentTerms(DynamoDirectory(control, clock), hasher))


def token_caller(event: Mapping[str, Any]) -> "Caller":
    """Read the agent that the token authorizer proved.

    Raises:
        TokenInvalid: the event passed no authorizer.
    """
    from ironcage.gateway import Caller  # noqa: PLC0415 - as above

    return Caller.proven_by(_part(event, "requestContext").get("authorizer"))


def signed_caller(event: Mapping[str, Any]) -> "Caller":
    """Name the principal whose signature API Gateway checked; the account is its tenant."""
    from ironcage.core import AgentId, TenantId  # noqa: PLC0415 - as above
    from ironcage.gateway import Caller  # noqa: PLC0415 - as above

    context = _part(event, "requestContext")
    account = str(context.get("accountId") or "account")
    principal = str(_part(context, "identity").get("userArn") or "principal")
    return Caller(TenantId(account), AgentId(principal), "")


def _part(event: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = event.get(name)
    return part if isinstance(part, Mapping) else {}
