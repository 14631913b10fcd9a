"""AWS emulated in this process, for integration tests."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from moto import mock_aws

from ironcage.adapters.clients import open_client

REGION = "us-east-1"


@contextmanager
def emulated_aws(patch: pytest.MonkeyPatch) -> Iterator[None]:
    """Emulate AWS around a test, with credentials that are none."""
    patch.setenv("AWS_ACCESS_KEY_ID", "testing")
    patch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    patch.setenv("AWS_DEFAULT_REGION", REGION)
    patch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        yield


def a_client(service: str) -> Any:
    """Open the client that the adapters would open."""
    return open_client(service, REGION)
