"""The fault table of providers: one or two of them, whole answers and streams."""

from dataclasses import replace

from ironcage.tenancy import ProviderKind
from support.fault_kinds import (
    ANSWER_LOST,
    HALF_CLOSED,
    RESET_BEFORE,
    SILENT,
    SLOW,
    TOPIC_REFUSED,
    TRUNCATED,
    Ending,
    Fault,
    answering,
    cut_after,
    dripping,
    garbled,
    refused_json,
)
from support.fault_proxy import Rule
from support.fault_rows import Money, Row, secrets, topic

LIMITED = answering(429, b'{"error": {"code": "rate_limit_exceeded"}}', retry_after="7")
LOST_LATER = replace(ANSWER_LOST, wait_seconds=0.4)
SHORT = 3.0  # of which the settlement keeps two seconds
SHORT_FOR_BEDROCK = 3.8  # its shortest time-out is a second
HEAD_BYTES = 400  # of a stream: some events have come, the usage has not


def on(fault: Fault, times: int | None = None) -> tuple[Rule, ...]:
    """Break a provider."""
    return (Rule("POST *", fault, times=times),)


def lost(id: str, fault: Fault, *, asked: int = 1, seconds: float = 30.0) -> Row:  # noqa: A002 - as pytest's
    """Write a row whose request may have been worked on: not repeated, presumed."""
    return Row(
        id,
        first=on(fault),
        status=503,
        code="ALL_PROVIDERS_DOWN",
        money=Money.PRESUMED,
        asked=(asked, 0),
        seconds=seconds,
    )


def late(row: Row, *, seconds: float = SHORT) -> Row:
    """Let a request run out of time."""
    return replace(row, status=504, code="DEADLINE_EXCEEDED", seconds=seconds)


def broken(id: str, fault: Fault, *, code: str = "PROVIDER_UNAVAILABLE") -> Row:  # noqa: A002 - as above
    """Write a row whose stream breaks on the way: an error event, charged for what came."""
    return Row(id, first=on(fault), code=code, money=Money.ESTIMATED, is_stream=True)


def down(id: str, fault: Fault, *, status: int = 503, code: str = "ALL_PROVIDERS_DOWN") -> Row:  # noqa: A002 - as above
    """Write a row whose provider refused without working: nothing is charged."""
    return Row(id, first=on(fault), status=status, code=code, money=Money.NOTHING, asked=(0, 0))


def over(id: str, fault: Fault, *, is_stream: bool = False) -> Row:  # noqa: A002 - as above
    """Write a row whose first provider refuses and whose second answers."""
    return Row(id, first=on(fault), asked=(0, 1), providers=2, is_stream=is_stream)


ONE_PROVIDER = (
    Row("provider-slow", first=on(SLOW)),
    Row("provider-slow-body", first=on(dripping(0.4))),
    Row("provider-503-once", first=on(answering(503), 1)),
    lost("provider-reset-before", RESET_BEFORE, asked=0),
    lost("provider-answer-lost", ANSWER_LOST),
    lost("provider-half-closed", HALF_CLOSED),
    lost("provider-half-closed-in-the-body", cut_after(40)),
    lost("provider-reset-in-the-body", cut_after(40, Ending.RESET)),
    lost("provider-truncated-json", TRUNCATED),
    lost("provider-garbled-json", garbled()),
    lost("provider-502", answering(502), asked=0),
    late(lost("provider-silent", SILENT)),
    late(lost("provider-silent-in-the-body", cut_after(40, Ending.SILENT))),
    late(lost("provider-drips-past-the-deadline", dripping(4.0))),
    # Hung up on within a round trip: the connection had idled too long, and nobody has worked.
    Row("provider-closed-a-kept-connection", first=on(RESET_BEFORE, 1), is_warm=True),
    replace(lost("provider-lost-on-a-kept-connection", LOST_LATER), is_warm=True),
    down("provider-503", answering(503)),
    down("provider-500", answering(500)),
    down("provider-401", answering(401)),
    down("provider-429", LIMITED, status=429, code="PROVIDER_RATE_LIMITED"),
    replace(down("provider-400", answering(400)), status=400, code="PROVIDER_REJECTED"),
)

TWO_PROVIDERS = (
    over("first-503-second-answers", answering(503)),
    over("first-429-second-answers", LIMITED),
    over("first-401-second-answers", answering(401)),
    Row(
        "first-without-a-key-second-answers",
        (secrets(answering(500), "ip_scripted_001"),),
        asked=(0, 1),
        providers=2,
    ),
    replace(lost("first-half-closed-second-not-asked", HALF_CLOSED), providers=2),
    replace(lost("first-truncated-second-not-asked", TRUNCATED), providers=2),
    replace(down("both-503", answering(503)), second=on(answering(503)), providers=2, asked=(0, 0)),
    replace(
        late(lost("first-503-second-silent", answering(503), asked=0)),
        second=on(SILENT),
        providers=2,
        asked=(0, 1),
        seconds=4.5,
    ),
)

STREAMS = (
    Row("stream-slow", first=on(SLOW), is_stream=True),
    Row("stream-slow-body", first=on(dripping(0.4)), is_stream=True),
    Row("stream-sns-refused", (topic(TOPIC_REFUSED),), way="spool", is_stream=True),
    broken("stream-half-closed", cut_after(HEAD_BYTES)),
    broken("stream-reset", cut_after(HEAD_BYTES, Ending.RESET)),
    replace(
        broken("stream-silent", cut_after(HEAD_BYTES, Ending.SILENT), code="DEADLINE_EXCEEDED"),
        seconds=SHORT,
    ),
    replace(
        broken("stream-drips-past-the-deadline", dripping(2.0), code="DEADLINE_EXCEEDED"),
        seconds=SHORT,
    ),
    replace(lost("stream-cut-before-its-first-event", TRUNCATED), is_stream=True),
    replace(lost("stream-garbled", garbled()), is_stream=True),
    over("stream-503-second-streams", answering(503), is_stream=True),
)


def bedrock(row: Row) -> Row:
    """Let the first provider of a row be Bedrock, which is asked through AWS's own client."""
    moved = tuple(replace(rule, calls="bedrock:*") for rule in row.first)
    return replace(row, id=f"bedrock-{row.id}", aws=moved, first=(), kind=ProviderKind.BEDROCK)


BEDROCK = tuple(
    map(
        bedrock,
        (
            Row("slow", first=on(SLOW)),
            Row("busy-once", first=on(refused_json("ServiceUnavailableException", 503), 1)),
            lost("reset-before", RESET_BEFORE, asked=0),
            lost("answer-lost", ANSWER_LOST),
            lost("half-closed", HALF_CLOSED),
            lost("truncated-json", TRUNCATED),
            lost("garbled-json", garbled()),
            late(lost("silent", SILENT), seconds=SHORT_FOR_BEDROCK),
            down("503", refused_json("ServiceUnavailableException", 503)),
            down(
                "throttled",
                refused_json("ThrottlingException", 429),
                status=429,
                code="PROVIDER_RATE_LIMITED",
            ),
            replace(lost("stream-half-closed-at-once", HALF_CLOSED), is_stream=True),
            broken("stream-half-closed", cut_after(400)),
        ),
    )
)

PROVIDER_ROWS = (*ONE_PROVIDER, *TWO_PROVIDERS, *STREAMS, *BEDROCK)
