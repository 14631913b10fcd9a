"""The fault table of the firewall functions: without a whole answer in time, nothing passes."""

from support.fault_kinds import (
    ANSWER_LOST,
    HALF_CLOSED,
    RESET_BEFORE,
    SILENT,
    SLOW,
    TRUNCATED,
    Fault,
    answering,
    refused_json,
)
from support.fault_proxy import Rule
from support.fault_rows import Money, Row

DOWN = "FIREWALL_UNAVAILABLE"
CRASHED = answering(200, b'{"errorType": "MemoryError"}', x_amz_function_error="Unhandled")
NO_RESULTS = answering(200, b'{"versions": {"injection": "1"}, "results": []}')


def firewall(fault: Fault, times: int | None = None) -> tuple[Rule, ...]:
    """Break the invocation of a firewall function."""
    return (Rule("lambda:POST *", fault, times=times),)


def stop(id: str, fault: Fault, *, seconds: float = 30.0) -> Row:  # noqa: A002 - as pytest's
    """Write a row whose request is stopped: no provider is asked, and nothing is spent."""
    return Row(
        id,
        firewalls=firewall(fault),
        status=503,
        code=DOWN,
        money=Money.NOTHING,
        asked=(0, 0),
        seconds=seconds,
    )


def serve(id: str, fault: Fault, times: int | None = None) -> Row:  # noqa: A002 - as above
    """Write a row whose request is answered and charged exactly."""
    return Row(id, firewalls=firewall(fault, times))


FIREWALL_ROWS = (
    serve("firewall-slow", SLOW),
    serve("firewall-reset-once", RESET_BEFORE, 1),
    serve("firewall-answer-lost-once", ANSWER_LOST, 1),
    stop("firewall-reset-before", RESET_BEFORE),
    stop("firewall-half-closed", HALF_CLOSED),
    stop("firewall-truncated", TRUNCATED),
    stop("firewall-silent", SILENT, seconds=4.0),
    stop("firewall-crashed", CRASHED),
    stop("firewall-garbage", answering(200, b"<html>busy</html>")),
    stop("firewall-no-results", NO_RESULTS),
    stop("firewall-throttled", refused_json("TooManyRequestsException", 429)),
    stop("firewall-missing", refused_json("ResourceNotFoundException", 404)),
)
