"""AWS clients: bare botocore, one per service and region, with short time-outs.

Not boto3: its resources cost import time that the hot path cannot pay. botocore reads credentials,
region and `AWS_ENDPOINT_URL` from the environment by itself. Clients are made at run time, so
callers name their type with the stubs.
"""

from functools import cache
from threading import Lock
from typing import Any, NamedTuple

from ironcage.adapters.deadlines import EndsInTime
from ironcage.core import Settings

USUAL_SECONDS = 3.0
_LOCK = Lock()


def open_client(
    service: str,
    region: str | None = None,
    *,
    endpoint: str | None = None,
    connect_seconds: float | None = None,
    read_seconds: float | None = None,
    attempts: int = 3,
    pool: int = 16,
) -> Any:
    """Open a client once per environment; the next call with the same arguments gets the same.

    Without `read_seconds`, answers are waited for as long as the stage says; a connection, a third
    of that.
    """
    patience = _patience_seconds() if read_seconds is None else read_seconds
    connecting = _patience_seconds() / 3 if connect_seconds is None else connect_seconds
    with _LOCK:  # a botocore session must not make two clients at once
        limits = _Limits(connecting, patience, attempts, pool, endpoint)
        return _open(service, region, limits)


def stretched(seconds: float) -> float:
    """Lengthen a short time-out as the stage lengthens the usual one: its cloud is a slow machine.

    A stage with less patience than usual shortens nothing.
    """
    return seconds * max(1.0, _patience_seconds() / USUAL_SECONDS)


@cache
def no_answer() -> tuple[type[Exception], ...]:
    """List what a client raises when no answer came, or one that cannot be read."""
    from botocore.exceptions import BotoCoreError  # noqa: PLC0415 - loaded with the first client
    from botocore.parsers import ResponseParserError  # noqa: PLC0415 - as above

    return BotoCoreError, ResponseParserError


@cache
def failures() -> tuple[type[Exception], ...]:
    """List what a client raises when a call failed, also by a refusal of the service."""
    from botocore.exceptions import ClientError  # noqa: PLC0415 - as above

    return ClientError, *no_answer()


class _Limits(NamedTuple):
    connect_seconds: float
    read_seconds: float
    attempts: int
    pool: int
    endpoint: str | None


@cache
def _patience_seconds() -> float:
    return float(Settings.from_environment().clients_read_seconds)


@cache
def _open(service: str, region: str | None, limits: _Limits) -> object:
    from botocore.config import Config  # noqa: PLC0415 - 60 ms that not every invocation needs

    config = Config(
        connect_timeout=limits.connect_seconds,
        read_timeout=limits.read_seconds,
        retries={"mode": "standard", "total_max_attempts": limits.attempts},
        max_pool_connections=limits.pool,
        tcp_keepalive=True,
    )
    client = _session().create_client(
        service, region_name=region, endpoint_url=limits.endpoint, config=config
    )
    client.meta.events.register("after-call", _refuse_cut_answer)
    if limits.attempts > 1:  # who asks once has chosen a time-out that is the whole of it
        client.meta.events.register_last("before-send", _hurried(limits))
    return client


def _hurried(limits: _Limits) -> EndsInTime:
    ca_bundle = _session().get_config_variable("ca_bundle")
    return EndsInTime(limits.connect_seconds, limits.read_seconds, ca_bundle=ca_bundle)


def _refuse_cut_answer(*, http_response: Any, model: Any, **_: object) -> None:
    """Refuse an answer that ended early: botocore reads half a document as an empty one.

    It stands behind botocore's own retries. Streams are left alone: their readers count. The
    answer to a HEAD announces a body that is not sent.
    """
    from botocore.exceptions import ConnectionClosedError  # noqa: PLC0415 - as above

    if (
        model.has_streaming_output
        or model.has_event_stream_output
        or model.http["method"] == "HEAD"
    ):
        return
    announced = http_response.headers.get("content-length", "")
    if announced.isdecimal() and len(http_response.content) < int(announced):
        raise ConnectionClosedError(endpoint_url=http_response.url)


@cache
def _session() -> Any:
    from botocore.session import get_session  # noqa: PLC0415 - as above

    return get_session()
