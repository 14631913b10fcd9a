"""The faults of the table, each as one value: what goes wrong with a request on its way."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum


class Ending(Enum):
    """How a connection ends."""

    WHOLE = "the answer is complete and the connection stays"
    RESET = "the connection is reset"
    HALF_CLOSED = "nothing more is sent, but the socket still reads"
    SILENT = "nothing more is sent, and nobody hangs up"


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer."""

    status: int
    body: bytes
    headers: tuple[tuple[str, str], ...] = ()
    is_chunked: bool = False


@dataclass(frozen=True, slots=True)
class Fault:
    """What happens to one request, in the order of its fields."""

    wait_seconds: float = 0.0
    meanwhile: Callable[[], object] | None = None  # runs while the caller waits
    is_forwarded: bool = True  # the target hears of it and works
    reply: Reply | None = None  # given in place of the target's answer
    body_bytes: int | None = None  # so much of the body is sent
    pieces: int = 1  # the body comes in so many pieces
    pause_seconds: float = 0.0  # after each piece
    ending: Ending = Ending.WHOLE


RESET_BEFORE = Fault(is_forwarded=False, ending=Ending.RESET)
ANSWER_LOST = Fault(body_bytes=0, ending=Ending.RESET)
HALF_CLOSED = Fault(body_bytes=0, ending=Ending.HALF_CLOSED)
SILENT = Fault(body_bytes=0, ending=Ending.SILENT)
TRUNCATED = Fault(body_bytes=20, ending=Ending.HALF_CLOSED)
SLOW = Fault(wait_seconds=0.3)


def meanwhile(act: Callable[[], object]) -> Fault:
    """Do something while the caller waits for a good answer."""
    return Fault(meanwhile=act)


def dripping(seconds: float, *, pieces: int = 20) -> Fault:
    """Answer well, but so slowly."""
    return Fault(pieces=pieces, pause_seconds=seconds / pieces)


def cut_after(body_bytes: int, ending: Ending = Ending.HALF_CLOSED) -> Fault:
    """Begin a good answer and end the connection in the middle of its body."""
    return Fault(body_bytes=body_bytes, ending=ending)


def answering(status: int, body: bytes = b"<html>busy</html>", **headers: str) -> Fault:
    """Answer in the target's place, which never hears of it."""
    named = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return Fault(is_forwarded=False, reply=Reply(status, body, named))


def garbled() -> Fault:
    """Let the target work, and replace its answer by half a JSON document of a right length."""
    return Fault(reply=Reply(200, b'{"id": "half', (("content-type", "application/json"),)))


def refused_json(code: str, status: int = 400, **more: object) -> Fault:
    """Refuse as the JSON services of AWS do: DynamoDB, Secrets Manager, SQS."""
    body = json.dumps({"__type": f"com.amazonaws#{code}", "message": "scripted", **more}).encode()
    return answering(status, body, content_type="application/x-amz-json-1.0")


def refused_xml(code: str, status: int = 403) -> Fault:
    """Refuse as SNS does."""
    error = f"<Error><Type>Sender</Type><Code>{code}</Code><Message>scripted</Message></Error>"
    body = f"<ErrorResponse>{error}<RequestId>r</RequestId></ErrorResponse>".encode()
    return answering(status, body, content_type="text/xml")


def refused_s3(code: str, status: int = 503) -> Fault:
    """Refuse as S3 does."""
    body = f"<Error><Code>{code}</Code><Message>scripted</Message></Error>".encode()
    return answering(status, body, content_type="application/xml")


THROTTLED = refused_json("ProvisionedThroughputExceededException")
DENIED = refused_json("AccessDeniedException")  # which nobody repeats: the quickest failure
CONFLICT = refused_json("TransactionConflictException")
CANCELLED = refused_json(
    "TransactionCanceledException", CancellationReasons=[{"Code": "TransactionConflict"}]
)
SIGNATURE_TOO_OLD = refused_json("InvalidSignatureException")
BROKEN = refused_json("InternalServerError", 500)
BUSY_PAGE = answering(503, content_type="text/html")
TOPIC_REFUSED = refused_xml("AuthorizationError")
BUCKET_DENIED = refused_s3("AccessDenied", 403)
