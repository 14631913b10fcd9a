"""Which addresses a model provider may have: the first half of the SSRF guard.

`check_endpoint` judges the text of a URL when it is saved and before each use; `is_allowed_address`
judges each address that the name resolves to, and the transport then connects to that very address.
"""

import re
from ipaddress import IPv4Address, IPv6Address, ip_address
from urllib.parse import SplitResult, urlsplit

from ironcage.core.errors import InvalidRequest

MAX_URL_LENGTH = 2_048
_PORTS = {"https": 443, "http": 80}
_PRINTABLE = re.compile(r"[\x21-\x7e]+")
_NAME = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")
_LOCAL_NAME = "localhost"
_PRIVATE_SUFFIXES = (".localhost", ".local", ".internal", ".intranet", ".lan", ".home.arpa")


def check_endpoint(url: str, *, allow_loopback: bool) -> None:
    """Accept an `https` URL of a public host; loopback (also by `http`) only where it is allowed.

    Raises:
        InvalidRequest: the URL is malformed, carries credentials, or names a private place.
    """
    problem = _problem(url, allow_loopback=allow_loopback)
    if problem:
        raise InvalidRequest({"endpoint": problem})


def is_allowed_address(address: str, *, is_secure: bool, allow_loopback: bool) -> bool:
    """Tell whether a resolved address may be connected to: global unicast, or allowed loopback.

    Without TLS only loopback will do, since a key in the clear would cross a network.
    """
    try:
        found = _plain(ip_address(address.partition("%")[0]))
    except ValueError:
        return False
    if found.is_loopback:
        return allow_loopback
    return is_secure and found.is_global and not found.is_multicast and not found.is_reserved


def origin_of(url: str) -> tuple[str, str, int | None]:
    """Tell scheme, host and port of an accepted URL: who hears what is sent there."""
    parts = urlsplit(url)
    return parts.scheme, parts.hostname or "", parts.port or _PORTS.get(parts.scheme)


def _problem(url: str, *, allow_loopback: bool) -> str | None:
    parts = _split(url)
    if parts is None:
        return "must be an absolute URL"
    host = parts.hostname or ""
    if parts.username is not None or parts.password is not None or parts.query or parts.fragment:
        return "must not hold credentials, a query or a fragment"
    if allow_loopback and _is_loopback(host):
        return None if parts.scheme in {"http", "https"} else "must use http or https"
    if parts.scheme != "https":
        return "must use https"
    return None if _is_public(host) else "must name a public host"


def _split(url: str) -> SplitResult | None:
    if len(url) > MAX_URL_LENGTH or not _PRINTABLE.fullmatch(url) or "\\" in url:
        return None
    try:
        parts = urlsplit(url)
        is_whole = bool(parts.scheme and parts.hostname) and parts.port != 0
    except ValueError:
        return None
    return parts if is_whole else None


def _is_loopback(host: str) -> bool:
    if host == _LOCAL_NAME:
        return True
    try:
        return _plain(ip_address(host)).is_loopback
    except ValueError:
        return False


def _is_public(host: str) -> bool:
    try:
        return is_allowed_address(str(ip_address(host)), is_secure=True, allow_loopback=False)
    except ValueError:
        # A name; its last label must be alphabetic, so `127.1`, `0x7f.1` and `2130706433` are none.
        return bool(_NAME.fullmatch(host)) and not host.endswith(_PRIVATE_SUFFIXES)


def _plain(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """Unwrap an IPv4 address that is written as IPv6 (mapped, 6to4, Teredo, NAT64)."""
    if isinstance(address, IPv4Address):
        return address
    if address.packed.startswith(_NAT64_PREFIX):
        return IPv4Address(address.packed[-4:])
    teredo = address.teredo[1] if address.teredo else None
    return address.ipv4_mapped or address.sixtofour or teredo or address


_NAT64_PREFIX = bytes.fromhex("0064ff9b0000000000000000")
