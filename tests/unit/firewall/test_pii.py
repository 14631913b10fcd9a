"""Personal data with a form is seen where checksums and ranges agree, and nowhere else."""

import pytest

from ironcage.firewall import standard_firewall
from support.builders_firewall import PII, PII_IN_CONTEXT, a_policy, found, redacted

FIREWALL = standard_firewall()
POLICY = a_policy("pii")
HARMLESS = {
    "year": "In 2024 there were 365 days and 12 months.",
    "email_without_domain": "user@localhost and @handle",
    "email_dots": "a..b@mail.com",
    "email_leading_dot": ".@mail.com",
    "git_remote": "git clone git@github.com:org/repo.git",
    "phone_short": "+49 123 45",
    "phone_long": "+1234567890123456789",
    "phone_repeated": "+11 11 11 11 11",
    "phone_area_code": "123-456-7890",
    "phone_mixed_separators": "555-234.5678",
    "card_checksum": "4111 1111 1111 1112",
    "card_brand": "9111 1111 1111 1111",
    "card_repeated": "4444 4444 4444 4444",
    "card_short": "4111 1111 1111",
    "card_decimal": "0.4111111111111111",
    "iban_checksum": "DE88 3704 0044 0532 0130 00",
    "iban_country": "ZZ89 3704 0044 0532 0130 00",
    "iban_short": "DE89 3704 0044 0532",
    "iban_long": "BE685390075470341",
    "ssn_area": "000-12-3456",
    "ssn_area_666": "666-12-3456",
    "ssn_area_900": "987-12-3456",
    "ssn_group": "536-00-4399",
    "ssn_serial": "536-90-0000",
    "ssn_famous": "078-05-1120",
    "ssn_without_context": "536904399",
    "ipv4_octet": "300.1.2.3",
    "ipv4_leading_zero": "10.01.2.3",
    "ipv4_loopback": "127.0.0.1",
    "ipv4_netmask": "255.255.255.0",
    "ipv4_version": "version 10.2.3.4",
    "ipv4_browser": "Mozilla/5.0 (X11; Linux x86_64) Chrome/120.0.0.0 Safari/537.36",
    "ipv4_paragraph": "see paragraph 3.2.1.4 of the manual",
    "ipv4_five": "1.2.3.4.5",
    "ipv6_time": "at 12:30:45",
    "ipv6_scope": "std::vector, a::b and ::1",
    "nif_letter": "12345678A",
    "nric_letter": "S1234567A",
    "hetu_letter": "131052-308U",
    "fiscal_code_letter": "RSSMRA85T10A562X",
    "nhs_checksum": "NHS number 943 476 5918",
    "nhs_without_context": "order 943 476 5919",
    "pesel_checksum": "PESEL 44051401358",
    "order_number": "order 20240101-0042, part 12-34-56",
}


@pytest.mark.parametrize(("kind", "value"), PII.values(), ids=PII.keys())
def test_value_is_removed_whole_from_prose(kind: str, value: str) -> None:
    assert (
        redacted(FIREWALL, f"It is {value}, he said.", POLICY)
        == f"It is [REDACTED:{kind}], he said."
    )


@pytest.mark.parametrize(("kind", "value"), PII.values(), ids=PII.keys())
def test_value_alone_is_found_at_its_offsets(kind: str, value: str) -> None:
    findings = found(FIREWALL, value, POLICY).findings

    assert (kind, 0, len(value)) in [(f.type, f.start, f.end) for f in findings]


@pytest.mark.parametrize(
    ("kind", "before", "value"), PII_IN_CONTEXT.values(), ids=PII_IN_CONTEXT.keys()
)
def test_value_that_needs_context_is_removed_with_it(kind: str, before: str, value: str) -> None:
    assert redacted(FIREWALL, f"{before}{value}.", POLICY) == f"{before}[REDACTED:{kind}]."


@pytest.mark.parametrize("text", HARMLESS.values(), ids=HARMLESS.keys())
def test_near_miss_is_left_alone(text: str) -> None:
    assert found(FIREWALL, text, POLICY).findings == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("DE89 3704 0044 0532 0130 00 EUR", "[REDACTED:IBAN_CODE] EUR"),
        ("BE68 5390 0754 7034 AND", "[REDACTED:IBAN_CODE] AND"),
        ("from 10.1.2.3.", "from [REDACTED:IP_ADDRESS]."),
        ("<bob@acme.com>;", "<[REDACTED:EMAIL_ADDRESS]>;"),
        ("2001:db8::1:2: gone", "[REDACTED:IP_ADDRESS]: gone"),
        ("4111 1111 1111 1111 2027", "[REDACTED:CREDIT_CARD] 2027"),
    ],
    ids=[
        "iban_then_word",
        "iban_of_whole_groups",
        "ip_full_stop",
        "email",
        "ipv6_colon",
        "card_year",
    ],
)
def test_value_ends_where_it_should(text: str, expected: str) -> None:
    assert redacted(FIREWALL, text, POLICY) == expected


def test_singaporean_number_of_this_century_is_found() -> None:
    findings = found(FIREWALL, "T1234567J F1234567N", POLICY).findings

    assert [f.type for f in findings] == ["SG_NRIC_FIN", "SG_NRIC_FIN"]
