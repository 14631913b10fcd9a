"""The SAM command line, offline: no telemetry, no check for updates, no Docker, no account."""

import json
import subprocess
from pathlib import Path

from ironcage.core import SystemClock

_SAM = Path("build/sam/bin/sam").absolute()
_NOWHERE = "http://127.0.0.1:9"


def run_sam(home: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    """Run one command; whatever would leave this machine fails at once."""
    remembered = home / ".aws-sam" / "metadata.json"
    remembered.parent.mkdir(parents=True, exist_ok=True)
    now = SystemClock().now_ms() / 1000
    remembered.write_text(json.dumps({"telemetryEnabled": False, "lastVersionCheck": now}))
    environment = {
        "HOME": str(home),
        "PATH": f"{_SAM.parent}:/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "SAM_CLI_TELEMETRY": "0",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "none",
        "AWS_SECRET_ACCESS_KEY": "none",
        "HTTP_PROXY": _NOWHERE,
        "HTTPS_PROXY": _NOWHERE,
        "DOCKER_HOST": "tcp://127.0.0.1:9",
    }
    return subprocess.run(  # noqa: S603 - our own pinned tool, our own words
        [str(_SAM), *words],
        cwd=home,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
