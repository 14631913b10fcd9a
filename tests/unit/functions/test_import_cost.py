"""What stands in every request's way imports nothing heavy."""

import subprocess
import sys

import pytest

from support.events import load_event

HEAVY = {
    "aws_lambda_powertools",
    "aws_xray_sdk",
    "boto3",
    "botocore",
    "cryptography",
    "fastapi",
    "httpx",
    "jwt",
    "litellm",
    "mangum",
    "openai",
    "pydantic",
    "re2",
    "requests",
    "urllib3",
}


HANDLERS = [
    "token_authorizer.handler",
    "gateway.handler",
    "audit_archiver.handler",
    "input_firewall.handler",
    "output_firewall.handler",
]


@pytest.mark.parametrize("module", HANDLERS)
def test_import_of_a_handler_loads_no_heavy_module(module: str) -> None:
    loaded = modules_after(f"import {module}")

    assert not HEAVY & {name.partition(".")[0] for name in loaded}


@pytest.mark.parametrize("direction", ["input", "output"])
def test_scan_loads_neither_the_framework_nor_the_gateway(direction: str) -> None:
    event = load_event(f"{direction}_firewall/scan")

    loaded = modules_after(
        f"from {direction}_firewall.handler import handler; handler({event!r}, None)"
    )

    assert not (HEAVY - {"re2"}) & {name.partition(".")[0] for name in loaded}  # texts need RE2
    assert "ironcage.firewall" in loaded
    assert not {"ironcage.gateway", "ironcage.web"} & loaded


def modules_after(code: str) -> set[str]:
    """Run some code in a process of its own; list what it has loaded."""
    whole = f"import sys; sys.path[:0] = {sys.path!r}; {code}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", whole], check=True, capture_output=True, text=True)  # noqa: S603 - our own code
    return set(done.stdout.splitlines()[-1].split())
