"""Start and stop MiniStack: on loopback only, with its own data, and never somebody else's."""

import os
import signal
import socket
import ssl
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

from infra_cdk.local.workspace import Trouble, Workspace, bare_environment

_LOOPBACK_HEX = "0100007F"
_LISTENING = "0A"
_START_SECONDS = 120.0  # a laptop that is slow or busy; a server that dies ends the wait at once
_STOP_SECONDS = 10.0
_POLL_SECONDS = 0.1


def ensure_running(workspace: Workspace) -> bool:
    """Start the server unless ours runs already; tell whether it was started now.

    Raises:
        Trouble: the port belongs to another program, or the server does not start.
    """
    running = running_pid(workspace)
    if running and _is_ready_in_time(workspace, running):
        return False
    if _answers(workspace.port):
        raise Trouble(
            f"Port {workspace.port} is taken by another program. Stop that program, or choose "
            "another port: make up IRONCAGE_PORT=4570"
        )
    if not workspace.cloud_python.exists():
        raise Trouble("The local cloud is not installed. Run: make setup")
    pid = _spawn(workspace)
    workspace.pid_file.write_text(f"{pid} {workspace.port}\n")
    _wait_until_ready(workspace, pid)
    if not listens_on_loopback_only(workspace.port):
        stop(workspace)
        raise Trouble("The local cloud was reachable from outside this machine and was stopped.")
    return True


def running_pid(workspace: Workspace) -> int | None:
    """Find the process that we started, if it lives and is still the same program."""
    if not workspace.pid_file.exists():
        return None
    pid, port = (int(word) for word in workspace.pid_file.read_text().split())
    if port != workspace.port:
        raise Trouble(f"Our local cloud runs on port {port}: run make down, or use that port.")
    return pid if _is_ours(pid) else None


def stop(workspace: Workspace) -> bool:
    """Stop the server if we started it; tell whether there was one."""
    if not workspace.pid_file.exists():
        return False
    pid = int(workspace.pid_file.read_text().split()[0])
    was_running = _is_ours(pid)
    if was_running:
        _end(pid)
    workspace.pid_file.unlink()
    return was_running


def is_ready(workspace: Workspace) -> bool:
    """Ask the server whether it is ready."""
    certificate = workspace.certificate
    scheme = "https" if certificate else "http"
    address = f"{scheme}://127.0.0.1:{workspace.port}/_ministack/ready"
    try:
        trust = ssl.create_default_context(cafile=certificate) if certificate else None
        with urllib.request.urlopen(address, timeout=2, context=trust) as answer:  # noqa: S310 - ours
            return bool(answer.status == 200)  # noqa: PLR2004 - HTTP's own number
    except (urllib.error.URLError, OSError):
        return False


def listens_on_loopback_only(port: int) -> bool:
    """Tell whether every listener on a port is bound to 127.0.0.1."""
    table = Path("/proc/net/tcp")
    if not table.exists():
        return not _answers_outside(port)
    six = Path("/proc/net/tcp6")
    lines = table.read_text().splitlines() + (six.read_text().splitlines() if six.exists() else [])
    rows = [line.split() for line in lines if ":" in line]
    wanted = f":{port:04X}"
    bound = [r[1].split(":")[0] for r in rows if r[1].endswith(wanted) and r[3] == _LISTENING]
    return bool(bound) and set(bound) == {_LOOPBACK_HEX}


def free_port() -> int:
    """Find a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _spawn(workspace: Workspace) -> int:
    """Start a server that outlives this command, in a session of its own."""
    data = workspace.data.absolute()
    for name in ("s3", "state", "tmp"):
        (data / name).mkdir(parents=True, exist_ok=True)
    keeping = {"PERSIST_STATE": "1", "S3_PERSIST": "1"} if workspace.persists else {}
    guarding = {"AUTH": "true", "USE_SSL": "1"} if workspace.is_guarded else {}
    environment = bare_environment(
        {
            "BIND_HOST": "127.0.0.1",
            "GATEWAY_PORT": str(workspace.port),
            "IOT_MTLS_ENABLED": "0",
            "S3_DATA_DIR": str(data / "s3"),
            "STATE_DIR": str(data / "state"),
            "TMPDIR": str(data / "tmp"),
            **keeping,
            **guarding,
        }
    )
    python = str(workspace.cloud_python.absolute())
    append = os.O_WRONLY | os.O_CREAT | os.O_APPEND
    return os.posix_spawn(
        python,
        [python, "-m", "ministack"],
        environment,
        setsid=True,
        file_actions=[
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_OPEN, 1, str(data / "log"), append, 0o600),
            (os.POSIX_SPAWN_DUP2, 1, 2),
        ],
    )


def _is_ready_in_time(workspace: Workspace, pid: int) -> bool:
    """Ask until it is ready: one that is busy answers late, and is ours all the same."""
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and _is_ours(pid):
        if is_ready(workspace):
            return True
        time.sleep(_POLL_SECONDS)
    return False


def _wait_until_ready(workspace: Workspace, pid: int) -> None:
    if _is_ready_in_time(workspace, pid):
        return
    stop(workspace)
    raise Trouble(f"The local cloud did not start. Its log: {workspace.data / 'log'}")


def _end(pid: int) -> None:
    """Ask politely, so that state is saved; a hanging deployment blocks that, so insist."""
    os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + _STOP_SECONDS
    while _is_ours(pid):
        if time.monotonic() > deadline:
            os.kill(pid, signal.SIGKILL)
            return
        _reap(pid)
        time.sleep(_POLL_SECONDS)


def _reap(pid: int) -> None:
    """Collect the process if it is our child: until then it would look alive."""
    try:
        os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:
        return


def _is_ours(pid: int) -> bool:
    """Tell whether a process lives and is a MiniStack: ids are reused by the system."""
    command = ["ps", "-o", "state=,args=", "-p", str(pid)]
    shown = subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
    return "ministack" in shown and not shown.startswith("Z")


def _answers(port: int, host: str = "127.0.0.1") -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((host, port)) == 0


def _answers_outside(port: int) -> bool:
    """Try the machine's other address, where the kernel shows no table of listeners."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(("192.0.2.1", 9))
        own = str(probe.getsockname()[0])
    return not own.startswith("127.") and _answers(port, own)
