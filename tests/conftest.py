"""The network is shut: unit tests open no socket, the others reach this machine alone."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from pytest_socket import disable_socket, socket_allow_hosts

UNIT = Path(__file__).parent / "unit"
LOOPBACK = ["127.0.0.1", "::1", "localhost"]

# Examples bound the property tests, not a clock: a busy machine is no counterexample.
settings.register_profile("ironcage", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("ironcage")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let the e2e tests run where every call is judged by the caller's role."""
    parser.addoption("--guarded", action="store_true", help="e2e: AUTH=true over TLS")


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Shut the network as the kind of the test demands."""
    if item.path.is_relative_to(UNIT):
        disable_socket(allow_unix_socket=True)
    else:
        socket_allow_hosts(LOOPBACK, allow_unix_socket=True)
