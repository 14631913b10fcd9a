"""What stands in every request's way imports nothing heavy."""

import subprocess
import sys

import pytest

HEAVY = {
    "aws_lambda_powertools",
    "aws_xray_sdk",
    "boto3",
    "botocore",
    "cryptography",
    "httpx",
    "jwt",
    "litellm",
    "openai",
    "pydantic",
    "re2",
    "requests",
    "urllib3",
}


HANDLERS = ["token_authorizer.handler", "gateway.handler", "audit_archiver.handler"]


@pytest.mark.parametrize("module", HANDLERS)
def test_import_of_a_handler_loads_no_heavy_module(module: str) -> None:
    code = f"import sys; sys.path[:0] = {sys.path!r}; import {module}; print(*sys.modules)"

    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)  # noqa: S603 - our own code

    assert not HEAVY & {name.partition(".")[0] for name in done.stdout.split()}
