"""Names are resolved, checked and pinned; nothing that is refused is ever connected to."""

import pytest

from ironcage.adapters.providers.addresses import pin_address
from ironcage.adapters.providers.transport import Outgoing, Transport
from ironcage.core import SystemClock
from ironcage.core.errors import ProviderUnavailable
from support.provider import ScriptedProvider

ENDPOINTS = [
    "http://api.example.com/v1",
    "ftp://api.example.com/v1",
    "file:///etc/passwd",
    "https://user:password@api.example.com/v1",
    "https:///v1",
    "https://[::1/v1",
    "https://127.0.0.1:99999/v1",
    "",
]


def test_name_of_this_machine_is_refused_when_loopback_is_off() -> None:
    with pytest.raises(ProviderUnavailable) as caught:
        pin_address("localhost", 443, is_secure=True, allow_loopback=False)

    assert caught.value.details["reason"] == "address_refused"
    assert not caught.value.sent


@pytest.mark.parametrize("host", ["host.invalid", "a..b", "x" * 70 + ".invalid"])
def test_host_without_address_is_unknown(host: str) -> None:
    with pytest.raises(ProviderUnavailable) as caught:
        pin_address(host, 443, is_secure=True, allow_loopback=False)

    assert caught.value.details["reason"] == "unknown_host"


@pytest.mark.parametrize("url", ENDPOINTS)
def test_endpoint_that_is_no_providers_is_refused(url: str) -> None:
    transport = Transport(SystemClock(), allow_loopback=False)

    with pytest.raises(ProviderUnavailable) as caught:
        transport.send(Outgoing(url, b"{}", {}), timeout_seconds=1)

    assert caught.value.details["reason"] == "bad_endpoint"


def test_loopback_provider_is_never_reached_when_loopback_is_off() -> None:
    with ScriptedProvider() as upstream:
        url = upstream.url.replace("http://", "https://")

        with pytest.raises(ProviderUnavailable):
            Transport(SystemClock()).send(Outgoing(url, b"{}", {}), timeout_seconds=1)

        assert upstream.connections == 0


def test_provider_that_speaks_no_tls_gets_nothing() -> None:
    with ScriptedProvider() as upstream:
        url = upstream.url.replace("http://", "https://")
        transport = Transport(SystemClock(), allow_loopback=True)

        with pytest.raises(ProviderUnavailable) as caught:
            transport.send(Outgoing(url, b"{}", {"authorization": "x"}), timeout_seconds=2)

    assert caught.value.details["reason"] == "no_tls"
    assert not caught.value.sent


def test_headers_of_a_request_are_never_printed() -> None:
    assert "secret" not in repr(Outgoing("https://x", b"", {"authorization": "secret"}))
