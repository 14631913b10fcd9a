"""Where the local cloud keeps its files, and the environment its programs get."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

DEFAULT_PORT = 4566
REGION = "us-east-1"
ACCOUNT = "000000000000"
FAKE_KEY = "test"
_KEPT = ("PATH", "HOME", "LANG", "TMPDIR")


class Trouble(Exception):
    """What went wrong, in words for the person at the keyboard."""


@dataclass(frozen=True, slots=True)
class Workspace:
    """One local cloud: its port, its folder, and what it shares with others (tools, assets).

    A guarded cloud judges every call by the caller's role, as AWS does. It speaks TLS, since the
    policies of buckets, queues and topics refuse everything else.
    """

    home: Path = Path("build")
    port: int = DEFAULT_PORT
    shared: Path = Path("build")
    persists: bool = True
    is_guarded: bool = False

    @property
    def endpoint(self) -> str:
        """Say where AWS is: the name must contain `localhost` for S3 addresses to work."""
        return f"{'https' if self.is_guarded else 'http'}://localhost:{self.port}"

    @property
    def certificate(self) -> Path | None:
        """Name the file to trust, if this cloud speaks TLS; the server writes it at its start."""
        return self.data / "tmp" / "ministack-tls" / "server.crt" if self.is_guarded else None

    @property
    def data(self) -> Path:
        """Name the folder of the cloud's own data."""
        return self.home / "cloud-data"

    @property
    def pid_file(self) -> Path:
        """Name the file that tells which process we started, and on which port."""
        return self.home / "cloud.pid"

    @property
    def facts(self) -> Path:
        """Name the file with everything a client needs."""
        return self.home / "local.json"

    @property
    def synthesized(self) -> Path:
        """Name the folder of the synthesized app."""
        return self.home / "cdk.local"

    @property
    def cloud_python(self) -> Path:
        """Name the interpreter of MiniStack's own environment."""
        return self.shared / "cloud" / "bin" / "python"


def chosen_port() -> int:
    """Read the port from IRONCAGE_PORT or PORT.

    Raises:
        Trouble: it is not a port number.
    """
    told = os.getenv("IRONCAGE_PORT") or os.getenv("PORT") or str(DEFAULT_PORT)
    if not told.isdigit() or not 0 < int(told) < 2**16:
        raise Trouble(f"{told!r} is not a port: set IRONCAGE_PORT to a number from 1 to 65535.")
    return int(told)


def given_key(name: str) -> str:
    """Read a provider key that the user has in the environment; empty if there is none."""
    return os.getenv(name) or ""


def bare_environment(extra: Mapping[str, str]) -> dict[str, str]:
    """Build an environment with almost nothing of ours: keys in a shell must not leak into it."""
    kept = {name: value for name in _KEPT if (value := os.getenv(name))}
    return {**kept, **extra}


def cloud_environment(workspace: Workspace) -> dict[str, str]:
    """Build the environment of a program that talks to the local cloud."""
    tools = Path(".venv/bin").absolute()
    return bare_environment(
        {
            "PATH": f"{tools}{os.pathsep}{os.getenv('PATH') or os.defpath}",
            "AWS_ENDPOINT_URL": workspace.endpoint,
            "AWS_ENDPOINT_URL_S3": workspace.endpoint,
            "AWS_ACCESS_KEY_ID": FAKE_KEY,
            "AWS_SECRET_ACCESS_KEY": FAKE_KEY,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_REGION": REGION,
            "CDK_HOME": str((workspace.home / "cdk_home").absolute()),
            "CDK_DISABLE_CLI_TELEMETRY": "true",
            "JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": "1",
            "NO_COLOR": "1",
            **_trust(workspace),
        }
    )


def _trust(workspace: Workspace) -> dict[str, str]:
    if workspace.certificate is None:
        return {}
    certificate = str(workspace.certificate.absolute())
    return {"AWS_CA_BUNDLE": certificate, "NODE_EXTRA_CA_CERTS": certificate}
