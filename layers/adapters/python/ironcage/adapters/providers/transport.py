"""HTTP to model providers: pooled connections, one deadline a call, bounded answers.

`http.client` costs a twelfth of the CPU time of the SDKs' stack. A pool belongs to one process;
its connections live as long as the execution environment.
"""

import http.client
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from threading import Lock
from urllib.parse import urlsplit

from ironcage.adapters.providers.connections import Deadline, Origin, PinnedConnection
from ironcage.core import Clock
from ironcage.core.errors import DeadlineExceeded, ProviderUnavailable

MAX_ANSWER_BYTES = 16_000_000
MAX_IDLE_PER_ORIGIN = 8
MAX_IDLE_SECONDS = 30.0
DRAIN_SECONDS = 0.05

# A reused connection that the other side had just closed fails within a round trip. Later than
# this the request may have been worked on, and sending it again could be paid twice.
STALE_SECONDS = 0.25

_GONE = (BrokenPipeError, ConnectionResetError, ConnectionAbortedError)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A POST to a provider. `headers` may hold a key, so it is never shown."""

    url: str
    body: bytes
    headers: Mapping[str, str] = field(repr=False)


class Transport:
    """Sends requests over connections that are kept and checked.

    Args:
        clock: for deadlines and idle times.
        allow_loopback: whether a provider may live on this machine, also without TLS.
    """

    def __init__(self, clock: Clock, *, allow_loopback: bool = False) -> None:
        self._clock = clock
        self._allow_loopback = allow_loopback
        self._idle: dict[Origin, list[PinnedConnection]] = {}
        self._lock = Lock()

    def send(self, request: Outgoing, *, timeout_seconds: float) -> "Answer":
        """Send a request and return as soon as the answer's head is there.

        Raises:
            ProviderUnavailable: the endpoint is no provider's, or nobody answered.
            DeadlineExceeded: the time ran out.
        """
        origin, target = self._split(request.url)
        deadline = Deadline(self._clock.monotonic, timeout_seconds)
        connection = self._take(origin)
        if connection is not None:
            answer = self._try_reused(connection, request, target=target, deadline=deadline)
            if answer is not None:
                return answer
        fresh = PinnedConnection(origin, allow_loopback=self._allow_loopback)
        return self._try_fresh(fresh, request, target=target, deadline=deadline)

    def close(self) -> None:
        """Hang up on every idle connection."""
        with self._lock:
            pools, self._idle = list(self._idle.values()), {}
        for connection in (c for pool in pools for c in pool):
            connection.close()

    def _try_reused(
        self, connection: PinnedConnection, request: Outgoing, *, target: str, deadline: Deadline
    ) -> "Answer | None":
        """Use a kept connection; None means that it was dead and the request went nowhere."""
        begun = self._clock.monotonic()
        try:
            return self._exchange(connection, request, target=target, deadline=deadline)
        except _GONE as exc:
            connection.close()
            is_late = self._clock.monotonic() - begun > STALE_SECONDS
            if connection.has_answered or is_late:
                raise ProviderUnavailable(sent=True, reason="hung_up") from exc
            return None

    def _try_fresh(
        self, connection: PinnedConnection, request: Outgoing, *, target: str, deadline: Deadline
    ) -> "Answer":
        connection.deadline = deadline
        try:
            connection.connect()
            return self._exchange(connection, request, target=target, deadline=deadline)
        except _GONE as exc:
            connection.close()
            raise ProviderUnavailable(sent=True, reason="hung_up") from exc

    def _exchange(
        self, connection: PinnedConnection, request: Outgoing, *, target: str, deadline: Deadline
    ) -> "Answer":
        connection.deadline = deadline
        connection.has_answered = False
        headers = {**request.headers, "accept-encoding": "identity", "connection": "keep-alive"}
        try:
            connection.request("POST", target, request.body, headers)
            response = connection.getresponse()
        except _GONE:  # RemoteDisconnected is one of them
            raise
        except TimeoutError as exc:
            connection.close()
            raise DeadlineExceeded(sent=True) from exc
        except (OSError, http.client.HTTPException) as exc:
            connection.close()
            raise ProviderUnavailable(sent=True, reason="bad_answer") from exc
        return Answer(connection, response, keep=self._keep, clock=self._clock)

    def _split(self, url: str) -> tuple[Origin, str]:
        try:
            parts = urlsplit(url)
            scheme, host, port = parts.scheme, parts.hostname, parts.port
        except ValueError as exc:
            raise ProviderUnavailable(sent=False, reason="bad_endpoint") from exc
        is_plain_allowed = self._allow_loopback and scheme == "http"
        if not host or "@" in parts.netloc or (scheme != "https" and not is_plain_allowed):
            raise ProviderUnavailable(sent=False, reason="bad_endpoint")
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        return Origin(scheme, host, port or (443 if scheme == "https" else 80)), target or "/"

    def _take(self, origin: Origin) -> PinnedConnection | None:
        while True:
            with self._lock:
                pool = self._idle.get(origin)
                if not pool:
                    return None
                connection = pool.pop()
            idled = self._clock.monotonic() - connection.idle_since
            if idled <= MAX_IDLE_SECONDS and not connection.is_stale():
                return connection
            connection.close()

    def _keep(self, connection: PinnedConnection) -> None:
        connection.idle_since = self._clock.monotonic()
        connection.deadline = None
        with self._lock:
            pool = self._idle.setdefault(connection.origin, [])
            if len(pool) < MAX_IDLE_PER_ORIGIN:
                pool.append(connection)
                return
        connection.close()


class Answer:
    """An answer whose head has arrived; it must be read to its end or closed."""

    def __init__(
        self,
        connection: PinnedConnection,
        response: http.client.HTTPResponse,
        *,
        keep: Callable[[PinnedConnection], None],
        clock: Clock,
    ) -> None:
        self.status = response.status
        self._connection = connection
        self._response = response
        self._keep = keep
        self._clock = clock
        self._is_over = False

    def header(self, name: str) -> str | None:
        """Read a header of the answer."""
        return self._response.getheader(name)

    def read(self) -> bytes:
        """Read the whole body.

        Raises:
            ProviderUnavailable: the body is cut short or too long.
            DeadlineExceeded: the time ran out.
        """
        return b"".join(self.pieces())

    def pieces(self) -> Iterator[bytes]:
        """Hand out the body as it arrives.

        Raises:
            ProviderUnavailable: the body is cut short or too long.
            DeadlineExceeded: the time ran out.
        """
        total = 0
        while piece := self._next():
            total += len(piece)
            if total > MAX_ANSWER_BYTES:
                self.close()
                raise ProviderUnavailable(sent=True, reason="answer_too_long")
            yield piece
        if self._response.length:  # what was announced and never came
            self.close()
            raise ProviderUnavailable(sent=True, reason="cut_short")
        self._finish()

    def drain(self) -> None:
        """Read the little that is left after the last event, so that the connection can be kept."""
        if self._is_over:
            return
        self._connection.deadline = Deadline(self._clock.monotonic, DRAIN_SECONDS)
        try:
            is_at_end = not self._response.read1(1)
        except (OSError, http.client.HTTPException):
            is_at_end = False
        if is_at_end:
            self._finish()
        else:
            self.close()

    def close(self) -> None:
        """Hang up, unless the answer was read to its end."""
        if not self._is_over:
            self._is_over = True
            self._response.close()
            self._connection.close()

    def _next(self) -> bytes:
        try:
            return self._response.read1(65_536)
        except TimeoutError as exc:
            self.close()
            raise DeadlineExceeded(sent=True) from exc
        except (OSError, http.client.HTTPException) as exc:
            self.close()
            raise ProviderUnavailable(sent=True, reason="cut_short") from exc

    def _finish(self) -> None:
        self._is_over = True
        will_close = self._response.will_close
        self._response.close()
        if will_close:
            self._connection.close()
        else:
            self._keep(self._connection)
