"""A provider's address is public, https, and says nothing but a place."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ironcage.core.errors import InvalidRequest
from ironcage.tenancy import check_endpoint, is_allowed_address, origin_of


@pytest.mark.parametrize(
    "url",
    [
        "https://api.openai.com/v1",
        "https://api.groq.com:8443/openai/v1/",
        "https://my-gateway.example.co.uk",
        "https://xn--bcher-kva.example/v1",
        "https://8.8.8.8/v1",
        "https://[2606:4700:4700::1111]/v1",
        "HTTPS://API.OPENAI.COM/v1",
    ],
)
def test_endpoint_is_accepted_when_it_is_public(url: str) -> None:
    check_endpoint(url, allow_loopback=False)
    check_endpoint(url, allow_loopback=True)


LOOPBACK = [
    "http://localhost:11434/v1",
    "http://127.0.0.1:8000",
    "https://127.8.9.10/v1",
    "http://[::1]:8000/v1",
    "http://[::ffff:127.0.0.1]/",
]


@pytest.mark.parametrize("url", LOOPBACK)
def test_loopback_is_accepted_where_it_is_allowed(url: str) -> None:
    check_endpoint(url, allow_loopback=True)


REFUSED = [
    "",
    "api.openai.com",
    "//api.openai.com",
    "https://",
    "https:///v1",
    "http://api.openai.com/v1",
    "ftp://api.openai.com",
    "file:///etc/passwd",
    "gopher://api.openai.com",
    "javascript:alert(1)",
    "https://user:pass@api.openai.com/",
    "https://user@api.openai.com/",
    "https://@api.openai.com/",
    "https://api.openai.com@127.0.0.1/",
    "https://api.openai.com/?key=1",
    "https://api.openai.com/#x",
    "https://api.openai.com\\@10.0.0.1/",
    "https://api.openai.com /v1",
    "https://api.openai.com/\r\nHost: x",
    "https://api.openai.com/\u202e",
    "https://\u24d0pi.example/",
    "https://api.openai.com:0/",
    "https://api.openai.com:99999/",
    "https://api.openai.com:x/",
    "https://a..example/",
    "https://-a.example/",
    "https://api.openai.com./",
    "https://openai/",
    "https://intranet.corp.internal/",
    "https://printer.local/",
    "https://router.lan/",
    "https://x.localhost/",
    "https://nas.home.arpa/",
    "https://10.0.0.1/",
    "https://172.16.0.1/",
    "https://192.168.1.1/",
    "https://169.254.169.254/latest/meta-data/",
    "https://100.64.0.1/",
    "https://0.0.0.0/",
    "https://0/",
    "https://255.255.255.255/",
    "https://224.0.0.1/",
    "https://2130706433/",
    "https://0x7f000001/",
    "https://0x7f.1/",
    "https://0177.0.0.1/",
    "https://127.1/",
    "https://010.8.8.8/",
    "https://[fd00::1]/",
    "https://[fe80::1]/",
    "https://[fe80::1%25eth0]/",
    "https://[ff02::1]/",
    "https://[::]/",
    "https://[::ffff:10.0.0.1]/",
    "https://[::ffff:a9fe:a9fe]/",
    "https://[64:ff9b::a9fe:a9fe]/",
    "https://[2002:a00:1::]/",
    "https://[::1",
    "https://" + "a" * 2_048 + ".example/",
]


@pytest.mark.parametrize("url", REFUSED)
def test_endpoint_is_refused_even_where_loopback_is_allowed(url: str) -> None:
    with pytest.raises(InvalidRequest):
        check_endpoint(url, allow_loopback=True)


@pytest.mark.parametrize("url", [*REFUSED, *LOOPBACK])
def test_endpoint_is_refused_when_it_is_not_public(url: str) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        check_endpoint(url, allow_loopback=False)

    assert set(refusal.value.fields) == {"endpoint"}


INSIDE = [
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",  # noqa: S104 - an address to refuse, not to bind
    "224.0.0.1",
    "240.0.0.1",
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
    "2001:0:0:0:0:0:f5ff:fffe",
    "",
    "api.openai.com",
]
LOOPBACK_ADDRESSES = [
    "127.0.0.1",
    "127.8.8.8",
    "::1",
    "::ffff:127.0.0.1",
    "64:ff9b::7f00:1",
    "2002:7f00:1::",
]
PUBLIC_ADDRESSES = ["1.1.1.1", "8.8.8.8", "2606:4700:4700::1111"]


@pytest.mark.parametrize("address", INSIDE)
def test_address_inside_is_never_allowed(address: str) -> None:
    assert not is_allowed_address(address, is_secure=True, allow_loopback=True)


@pytest.mark.parametrize("address", LOOPBACK_ADDRESSES)
@pytest.mark.parametrize("allow", [True, False])
def test_loopback_address_is_allowed_only_where_it_was_switched_on(
    address: str, *, allow: bool
) -> None:
    assert is_allowed_address(address, is_secure=False, allow_loopback=allow) is allow


@pytest.mark.parametrize("address", PUBLIC_ADDRESSES)
@pytest.mark.parametrize("secure", [True, False])
def test_public_address_needs_tls(address: str, *, secure: bool) -> None:
    assert is_allowed_address(address, is_secure=secure, allow_loopback=False) is secure


@given(st.text(max_size=60))
def test_any_text_is_judged_without_surprise(text: str) -> None:
    for url in (text, f"https://{text}/v1"):
        with suppress(InvalidRequest):
            check_endpoint(url, allow_loopback=False)


@pytest.mark.parametrize(
    "other",
    ["https://API.example.com", "https://api.example.com:443/v2", "HTTPS://api.example.com/"],
)
def test_origin_stays_when_the_path_changes(other: str) -> None:
    assert origin_of(other) == origin_of("https://api.example.com/v1")


@pytest.mark.parametrize(
    "other",
    [
        "http://api.example.com/v1",
        "https://api.example.com:444/v1",
        "https://api.example.org/v1",
        "https://api.example.com.evil.org/v1",
        "",
    ],
)
def test_origin_is_another_when_scheme_host_or_port_change(other: str) -> None:
    assert origin_of(other) != origin_of("https://api.example.com/v1")
