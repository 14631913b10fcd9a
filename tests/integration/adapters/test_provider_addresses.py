"""Where a provider may live: public addresses over TLS, loopback only where it is allowed."""

import pytest

from ironcage.adapters.providers.addresses import is_allowed, pin_address
from ironcage.adapters.providers.transport import Outgoing, Transport
from ironcage.core import SystemClock
from ironcage.core.errors import ProviderUnavailable
from support.provider import ScriptedProvider

INSIDE = [
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",  # noqa: S104 - an address that must be refused
    "224.0.0.1",
    "255.255.255.255",
    "::",
    "fe80::1",
    "fd00:ec2::254",
    "fe80::1%eth0",
    "ff02::1",
    "::ffff:10.0.0.1",
    "::ffff:169.254.169.254",
    "64:ff9b::a9fe:a9fe",
    "2002:a9fe:a9fe::1",
    "not an address",
]
LOOPBACK = ["127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1"]
PUBLIC = ["1.1.1.1", "8.8.8.8", "2606:4700:4700::1111"]
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


@pytest.mark.parametrize("address", INSIDE)
def test_address_inside_is_never_allowed(address: str) -> None:
    assert not is_allowed(address, is_secure=True, allow_loopback=True)


@pytest.mark.parametrize("address", LOOPBACK)
@pytest.mark.parametrize("allow", [True, False])
def test_loopback_is_allowed_only_where_it_was_switched_on(address: str, *, allow: bool) -> None:
    assert is_allowed(address, is_secure=False, allow_loopback=allow) is allow


@pytest.mark.parametrize("address", PUBLIC)
@pytest.mark.parametrize("secure", [True, False])
def test_public_address_needs_tls(address: str, *, secure: bool) -> None:
    assert is_allowed(address, is_secure=secure, allow_loopback=True) is secure


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
