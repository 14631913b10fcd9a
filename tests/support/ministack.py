"""A private local cloud for one test session: loopback only, own folders, a clean environment."""

import socket
import subprocess
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import IO

from ironcage.core import SystemClock

_ROOT = Path(__file__).parents[2]
_PYTHON = _ROOT / "build" / "cloud" / "bin" / "python"
_CLEAN = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8"}
_READY_SECONDS = 120.0
_STOP_SECONDS = 10.0


@dataclass
class MiniStack:
    """A running local cloud."""

    port: int
    process: "subprocess.Popen[bytes]"
    log: IO[bytes]

    @property
    def endpoint(self) -> str:
        """Tell its address, with the word that the CDK looks for."""
        return f"http://localhost:{self.port}"

    def stop(self) -> None:
        """Stop it, by force when it hangs."""
        self.process.terminate()
        try:
            self.process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(_STOP_SECONDS)
        self.log.close()


def start_ministack(folder: Path) -> MiniStack:
    """Start a local cloud on a free port and wait until it is ready."""
    port = free_port()
    environment = {
        **_CLEAN,
        "HOME": made(folder / "home"),
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "IOT_MTLS_ENABLED": "0",
        "S3_DATA_DIR": made(folder / "s3"),
        "STATE_DIR": made(folder / "state"),
        "TMPDIR": made(folder / "tmp"),
    }
    log = (folder / "log").open("wb")
    process = subprocess.Popen(  # noqa: S603 - our own interpreter and arguments
        [str(_PYTHON), "-m", "ministack"],
        env=environment,
        stdout=log,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    stack = MiniStack(port, process, log)
    wait_until_ready(stack)
    return stack


def free_port() -> int:
    """Find a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def made(folder: Path) -> str:
    """Make a folder and tell its path."""
    folder.mkdir(parents=True, exist_ok=True)
    return str(folder)


def wait_until_ready(stack: MiniStack) -> None:
    """Wait until our own process answers; on a taken port somebody else's would."""
    clock = SystemClock()
    end = clock.monotonic() + _READY_SECONDS
    while clock.monotonic() < end:
        if stack.process.poll() is not None:
            break
        if is_ready(stack.port):
            return
        clock.sleep(0.1)
    stack.stop()
    raise RuntimeError(f"the local cloud did not start; see {stack.log.name}")


def is_ready(port: int) -> bool:
    """Ask whether the local cloud of a port is ready."""
    connection = HTTPConnection("127.0.0.1", port, timeout=1)
    try:
        connection.request("GET", "/_ministack/ready")
        return connection.getresponse().status == HTTPStatus.OK
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()
