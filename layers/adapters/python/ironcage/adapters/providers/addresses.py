"""Resolves a provider's name once, checks what it finds and pins the address to connect to."""

import socket

from ironcage.core.errors import ProviderUnavailable
from ironcage.tenancy import is_allowed_address


def pin_address(host: str, port: int, *, is_secure: bool, allow_loopback: bool) -> str:
    """Resolve a host once and return the address to connect to.

    All of its addresses must be allowed: one that points inside is reason enough to refuse.

    Raises:
        ProviderUnavailable: the host has no address, or one that a provider may not have.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as exc:
        raise ProviderUnavailable(sent=False, reason="unknown_host") from exc
    addresses = [str(entry[4][0]) for entry in found]
    allowed = [
        is_allowed_address(a, is_secure=is_secure, allow_loopback=allow_loopback) for a in addresses
    ]
    if not all(allowed):
        raise ProviderUnavailable(sent=False, reason="address_refused")
    return addresses[0]
