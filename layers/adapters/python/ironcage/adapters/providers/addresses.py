"""Which addresses a provider may have: resolved, checked and pinned at every connection."""

import socket
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

from ironcage.core.errors import ProviderUnavailable

_NAT64 = IPv6Network("64:ff9b::/96")


def pin_address(host: str, port: int, *, is_secure: bool, allow_loopback: bool) -> str:
    """Resolve a host once and return the address to connect to.

    All of its addresses must be allowed: one that points inside is reason enough to refuse.
    Without TLS only loopback will do, since a key in the clear would cross a network.

    Raises:
        ProviderUnavailable: the host has no address, or one that a provider may not have.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as exc:
        raise ProviderUnavailable(sent=False, reason="unknown_host") from exc
    addresses = [str(entry[4][0]) for entry in found]
    allowed = [is_allowed(a, is_secure=is_secure, allow_loopback=allow_loopback) for a in addresses]
    if not all(allowed):
        raise ProviderUnavailable(sent=False, reason="address_refused")
    return addresses[0]


def is_allowed(address: str, *, is_secure: bool, allow_loopback: bool) -> bool:
    """Tell whether an address is public and reached securely, or loopback where that is allowed."""
    try:
        ip = _embedded(ip_address(address.partition("%")[0]))
    except ValueError:
        return False
    if ip.is_loopback:
        return allow_loopback
    return is_secure and ip.is_global and not ip.is_multicast and not ip.is_reserved


def _embedded(ip: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """Look through the IPv6 forms that carry an IPv4 address."""
    if isinstance(ip, IPv4Address):
        return ip
    inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
    if inner is None and ip in _NAT64:
        return IPv4Address(int(ip) & 0xFFFF_FFFF)
    return inner or ip
