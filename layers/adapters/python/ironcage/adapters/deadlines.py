"""No call of AWS outlasts the invocation that makes it, however silent the service is.

botocore fixes the time-outs of a client when it is made, and repeats what timed out. That suits an
invocation with time to spare. Near its end each call may take half of what is left, once: so the
next one (the spool after the topic, the settlement after both) still has its turn, and the answer
leaves before the function is killed.
"""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import Any, Protocol

from ironcage.core import SystemClock

# A call takes the longest of these that still ends in time.
STEPS = (0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8)
# With less than this no failure is repeated: botocore's pauses may take a second or two.
REPEAT_SECONDS = 2.0
_CLOCK = SystemClock()
_ENDS = ContextVar("ends", default=math.inf)


class LambdaContext(Protocol):
    """What we use of Lambda's context."""

    def get_remaining_time_in_millis(self) -> int:
        """Tell how long the invocation may still run."""
        ...


@contextmanager
def invocation_ends_in(seconds: float) -> Iterator[None]:
    """Let every call of AWS in this block end before so many seconds are over."""
    token = _ENDS.set(_CLOCK.monotonic() + seconds)
    try:
        yield
    finally:
        _ENDS.reset(token)


class EndsInTime:
    """The `before-send` handler of one client; while there is time it leaves the call alone.

    Args:
        connect_seconds: the client's own patience with connections.
        read_seconds: and with answers.
        ca_bundle: the certificates that the client trusts; None means botocore's own.
    """

    def __init__(
        self, connect_seconds: float, read_seconds: float, *, ca_bundle: str | None
    ) -> None:
        self._usual = connect_seconds + read_seconds
        self._connect_seconds = connect_seconds
        self._verify = ca_bundle or True
        self._session = cache(self._open_session)

    def __call__(self, request: Any, **_: object) -> Any:
        """Send a request that must hurry; None leaves it to the client.

        Raises:
            BotoCoreError: it did not end in time; of this botocore repeats nothing.
        """
        left = (_ENDS.get() - _CLOCK.monotonic()) / 2
        if left >= self._usual:
            return None
        steps = [step for step in STEPS if step <= left]
        return self._send(request, steps[-1] if steps else 0.0)

    def _send(self, request: Any, seconds: float) -> Any:
        from botocore.exceptions import (  # noqa: PLC0415 - loaded with the client, not before
            BotoCoreError,
            ConnectTimeoutError,
            HTTPClientError,
            ReadTimeoutError,
        )

        if not seconds:
            raise BotoCoreError
        try:
            return self._session(seconds).send(request)
        except HTTPClientError as exc:
            is_late = isinstance(exc, ConnectTimeoutError | ReadTimeoutError)
            if is_late or seconds < REPEAT_SECONDS:
                raise BotoCoreError from exc
            raise

    def _open_session(self, seconds: float) -> Any:
        from botocore.httpsession import URLLib3Session  # noqa: PLC0415 - as above

        connect, read = min(self._connect_seconds, seconds / 4), seconds * 3 / 4
        limits: Any = {
            "verify": self._verify,
            "timeout": (connect, read),
        }  # more than its stubs know
        return URLLib3Session(**limits)
