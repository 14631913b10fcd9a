"""A line to a server that a test can cut: bytes go through until then, and nothing afterwards."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Lock, Thread
from urllib.parse import urlsplit

_CHUNK = 65_536


class Line:
    """Listens on loopback and passes every connection on to the server at one address."""

    def __init__(self, endpoint: str) -> None:
        where = urlsplit(endpoint)
        self._scheme, self._target = where.scheme, where.port or 0
        self._lock = Lock()
        self._open: list[socket.socket] = []
        self._is_cut = False
        self._server = socket.create_server(("127.0.0.1", 0))
        self._thread = Thread(target=self._accept, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        """Tell the address of the near end."""
        return f"{self._scheme}://localhost:{self._server.getsockname()[1]}"

    def cut(self) -> None:
        """Hang up on everybody; who calls from now on is hung up on too."""
        with self._lock:
            self._is_cut = True
            for end in self._open:
                _hang_up(end)
            self._open.clear()

    def close(self) -> None:
        """Cut the line and stop listening."""
        self.cut()
        _hang_up(self._server)
        self._thread.join()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._server.accept()
                self._join(near)

    def _join(self, near: socket.socket) -> None:
        with self._lock:
            if self._is_cut:
                _hang_up(near)
                return
            far = socket.create_connection(("127.0.0.1", self._target))
            self._open += [near, far]
        for source, sink in ((near, far), (far, near)):
            Thread(target=_pass, args=(source, sink), daemon=True).start()


def _pass(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(_CHUNK):
            sink.sendall(data)
    _hang_up(sink)


def _hang_up(end: socket.socket) -> None:
    with suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()


@contextmanager
def a_line(endpoint: str) -> Iterator[Line]:
    """Lay a line for the time of a `with` block."""
    line = Line(endpoint)
    try:
        yield line
    finally:
        line.close()
