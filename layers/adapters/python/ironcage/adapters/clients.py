"""AWS clients: bare botocore, one per service and region, with short time-outs.

Not boto3: its resources cost import time that the hot path cannot pay. botocore reads credentials,
region and `AWS_ENDPOINT_URL` from the environment by itself. Clients are made at run time, so
callers name their type with the stubs.
"""

from functools import cache
from threading import Lock
from typing import Any, NamedTuple

from ironcage.core import Settings

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
    return _session().create_client(
        service, region_name=region, endpoint_url=limits.endpoint, config=config
    )


@cache
def _session() -> Any:
    from botocore.session import get_session  # noqa: PLC0415 - as above

    return get_session()
