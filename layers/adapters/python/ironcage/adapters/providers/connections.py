"""One keep-alive HTTP connection whose every read and write ends at a deadline."""

import http.client
import io
import select
import socket
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, NamedTuple, cast

from ironcage.adapters.providers.addresses import pin_address
from ironcage.core.errors import DeadlineExceeded, ProviderUnavailable

if TYPE_CHECKING:
    import ssl

    from _typeshed import ReadableBuffer, WriteableBuffer

CONNECT_SECONDS = 5.0


class Origin(NamedTuple):
    """Where a provider listens."""

    scheme: str
    host: str
    port: int


class Deadline:
    """A moment on a monotonic clock by which a call must be over."""

    def __init__(self, monotonic: Callable[[], float], seconds: float) -> None:
        self._monotonic = monotonic
        self._at = monotonic() + seconds

    def remaining(self) -> float:
        """Tell the seconds that are left.

        Raises:
            TimeoutError: none are left.
        """
        left = self._at - self._monotonic()
        if left <= 0:
            raise TimeoutError
        return left


class PinnedConnection(http.client.HTTPConnection):
    """A connection to one checked address; TLS proves the name, not the address."""

    def __init__(self, origin: Origin, *, allow_loopback: bool) -> None:
        super().__init__(origin.host, origin.port)
        self.default_port = 443 if origin.scheme == "https" else 80
        self.origin = origin
        self.deadline: Deadline | None = None
        self.idle_since = 0.0
        self.has_answered = False
        self.auto_open = 0
        self._allow_loopback = allow_loopback

    def connect(self) -> None:
        """Resolve, check, connect and, for https, prove the host's name.

        Raises:
            ProviderUnavailable: nobody answers there, or nobody may be asked there.
            DeadlineExceeded: the time of the call ran out meanwhile.
        """
        host, port = self.origin.host, self.origin.port
        is_secure = self.origin.scheme == "https"
        address = pin_address(host, port, is_secure=is_secure, allow_loopback=self._allow_loopback)
        try:
            wire = socket.create_connection((address, port), min(CONNECT_SECONDS, self._left()))
        except OSError as exc:
            self._raise_if_late(exc)
            raise ProviderUnavailable(sent=False, reason="no_connection") from exc
        wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        # It has the part of a socket that http.client uses.
        self.sock = cast("socket.socket", _DeadlineSocket(self._secured(wire), self))

    def is_stale(self) -> bool:
        """Tell whether the other side has closed, or said something unasked, while we idled."""
        poll = select.poll()
        poll.register(self.sock.fileno(), select.POLLIN | select.POLLHUP | select.POLLERR)
        return bool(poll.poll(0))

    def _secured(self, wire: socket.socket) -> socket.socket:
        if self.origin.scheme != "https":
            return wire
        try:
            wire.settimeout(min(CONNECT_SECONDS, self._left()))
            return tls_context().wrap_socket(wire, server_hostname=self.origin.host)
        except OSError as exc:
            wire.close()
            self._raise_if_late(exc)
            raise ProviderUnavailable(sent=False, reason="no_tls") from exc

    def _left(self) -> float:
        return CONNECT_SECONDS if self.deadline is None else self.deadline.remaining()

    def _raise_if_late(self, cause: OSError) -> None:
        try:
            self._left()
        except TimeoutError:
            raise DeadlineExceeded(sent=False) from cause


@cache
def tls_context() -> "ssl.SSLContext":
    """Make the one TLS context of this process: it costs 20 ms, so not per connection."""
    import ssl  # noqa: PLC0415 - providers over plain loopback never need it

    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


class _DeadlineSocket:
    """What http.client uses of a socket, with the time-out set anew before each step.

    http.client closes the socket while an answer without keep-alive is still being read, so the
    real one is closed with its last reader.
    """

    def __init__(self, wire: socket.socket, owner: PinnedConnection) -> None:
        self._wire = wire
        self._owner = owner
        self._readers = 0
        self._is_closed = False

    def sendall(self, data: "ReadableBuffer") -> None:
        self._arm()
        self._wire.sendall(data)

    def receive_into(self, buffer: "WriteableBuffer") -> int:
        self._arm()
        received = self._wire.recv_into(buffer)
        self._owner.has_answered = self._owner.has_answered or received > 0
        return received

    def makefile(self, _mode: str) -> io.BufferedReader:
        self._readers += 1
        return io.BufferedReader(_Reader(self), 65_536)

    def fileno(self) -> int:
        return self._wire.fileno()

    def close(self) -> None:
        self._is_closed = True
        self._close_when_unread()

    def reader_closed(self) -> None:
        self._readers -= 1
        self._close_when_unread()

    def _close_when_unread(self) -> None:
        if self._is_closed and self._readers <= 0:
            self._wire.close()

    def _arm(self) -> None:
        deadline = self._owner.deadline
        self._wire.settimeout(None if deadline is None else deadline.remaining())


class _Reader(io.RawIOBase):
    """The reading end of a socket for one answer."""

    def __init__(self, wire: _DeadlineSocket) -> None:
        super().__init__()
        self._wire = wire

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        return self._wire.receive_into(buffer)

    def close(self) -> None:
        if not self.closed:
            super().close()
            self._wire.reader_closed()
