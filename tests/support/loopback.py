"""A server on loopback for the time of a `with` block: what all those of the tests have alike."""

from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Lock, Thread
from typing import Self, cast


class Listener[Owner](ThreadingHTTPServer):
    """Takes connections for whoever decides the answers."""

    request_queue_size = 128

    def __init__(self, owner: Owner, handler: type[BaseHTTPRequestHandler]) -> None:
        super().__init__(("127.0.0.1", 0), handler)
        self.owner = owner

    def handle_error(self, request: object, client_address: object) -> None:
        """Stay silent: a client that hangs up is part of the plan."""


class Handler[Owner](BaseHTTPRequestHandler):
    """Reads requests, and asks the owner what becomes of them."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    @property
    def owner(self) -> Owner:
        """Tell who decides the answers."""
        return cast("Listener[Owner]", self.server).owner

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class says so
        """Stay silent."""

    def do_POST(self) -> None:
        """Take a request; the linter knows this name in a direct subclass alone."""
        self.respond()

    def respond(self) -> None:
        """Answer the request."""
        raise NotImplementedError

    def read_body(self) -> bytes:
        """Read the body of the request."""
        return self.rfile.read(int(self.headers.get("content-length", 0)))

    def reply(self, status: int, data: bytes, **headers: str) -> None:
        """Answer with JSON."""
        length = {"content-type": "application/json", "content-length": str(len(data))}
        self.send_response(status)
        for name, value in (length | headers).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)


@dataclass
class Loopback:
    """Starts a listener and stops it again."""

    _lock: Lock = field(default_factory=Lock, init=False, repr=False)
    _stopping: Event = field(default_factory=Event, init=False, repr=False)

    def __enter__(self) -> Self:
        self._listener = self._listen()
        self._thread = Thread(target=self._listener.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._listener.shutdown()
        self._listener.server_close()
        self._thread.join()

    def _listen(self) -> Listener[Self]:
        raise NotImplementedError

    @property
    def url(self) -> str:
        """Tell the address."""
        return f"http://127.0.0.1:{self._listener.server_port}"

    def wait(self, seconds: float) -> None:
        """Let time pass, unless the server is being stopped."""
        self._stopping.wait(seconds)
