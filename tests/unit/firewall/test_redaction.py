"""Values are taken out in the policy's mode, overlapping ones together."""

import pytest

from ironcage.firewall import Action, Finding, RedactionMode, Verdict, redact, standard_firewall
from support.builders_firewall import SECRETS, a_policy, redacted

TOKEN = SECRETS["github_token"]
KEY = b"k" * 32


def a_finding(
    start: int, end: int, *, kind: str = "EMAIL_ADDRESS", action: Action = Action.REDACT
) -> Finding:
    return Finding(kind, "pii/x", start, end, action)


def cleaned(text: str, *findings: Finding, mode: RedactionMode, key: bytes = KEY) -> str:
    policy = a_policy(modes=dict.fromkeys(["EMAIL_ADDRESS", "SECRET"], mode))
    return redact(text, Verdict(findings=findings), policy, hash_key=key)


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        (RedactionMode.FULL, "to [REDACTED:EMAIL_ADDRESS]!"),
        (RedactionMode.PARTIAL, "to [REDACTED:EMAIL_ADDRESS:*com]!"),
        (RedactionMode.HASH, "to [REDACTED:EMAIL_ADDRESS:bbpgdaicbaagbncmamgjfibb]!"),
    ],
)
def test_value_is_removed_in_the_mode_of_the_policy(mode: RedactionMode, expected: str) -> None:
    out = cleaned("to bob@mail.com!", a_finding(3, 15), mode=mode)

    assert out[:27] == expected[:27]
    assert len(out) == len(expected)


def test_hash_tells_equal_values_and_depends_on_the_key() -> None:
    text = "bob@mail.com bob@mail.com"
    pair = (a_finding(0, 12), a_finding(13, 25))

    first, second = cleaned(text, *pair, mode=RedactionMode.HASH).split()
    other = cleaned(text, *pair, mode=RedactionMode.HASH, key=b"o" * 32).split()[0]

    assert first == second != other
    assert first[len("[REDACTED:EMAIL_ADDRESS:") : -1].isalpha()


@pytest.mark.parametrize(
    "written", ["bob@mail.c\u200bom", "\uff42ob@mail.com"], ids=["hidden", "wide"]
)
def test_hash_is_that_of_the_value_as_it_reads(written: str) -> None:
    plain = cleaned("bob@mail.com", a_finding(0, 12), mode=RedactionMode.HASH)

    assert cleaned(written, a_finding(0, len(written)), mode=RedactionMode.HASH) == plain


@pytest.mark.parametrize(
    ("kind", "one", "other", "is_same"),
    [
        ("CREDIT_CARD", "4111 1111 1111 1111", "4111-1111-1111-1111", True),
        ("CREDIT_CARD", "4111111111111111", "4111.1111.1111.1111", True),
        ("US_SSN", "536-90-4399", "536 90 4399", True),
        ("MAC_ADDRESS", "00:1a:2b:3c:4d:5e", "001A.2B3C.4D5E", True),
        ("EMAIL_ADDRESS", "Bob@Mail.com", "bob@mail.com", True),
        ("SE_PERSONNUMMER", "850504-1234", "850504+1234", False),
        ("EMAIL_ADDRESS", "b.ob@mail.com", "bob@mail.com", False),
        ("IP_ADDRESS", "1.12.3.4", "11.2.3.4", False),
        ("BADGE", "A-12", "A1-2", False),
    ],
    ids=["spaces", "dots", "national", "device", "mail", "sign", "dotted mail", "address", "own"],
)
def test_hash_is_one_for_a_number_however_it_is_spaced(
    kind: str, one: str, other: str, *, is_same: bool
) -> None:
    def hashed(text: str) -> str:
        found = a_finding(0, len(text), kind=kind)
        policy = a_policy(modes={kind: RedactionMode.HASH})
        return redact(text, Verdict(findings=(found,)), policy, hash_key=KEY)

    assert (hashed(one) == hashed(other)) is is_same


def test_hash_without_a_key_is_a_full_redaction() -> None:
    out = cleaned("bob@mail.com", a_finding(0, 12), mode=RedactionMode.HASH, key=b"")

    assert out == "[REDACTED:EMAIL_ADDRESS]"


def test_short_value_is_never_kept_in_part() -> None:
    assert (
        cleaned("bob@m.com", a_finding(0, 9), mode=RedactionMode.PARTIAL)
        == "[REDACTED:EMAIL_ADDRESS]"
    )


@pytest.mark.parametrize("mode", RedactionMode)
def test_secret_is_always_removed_in_full(mode: RedactionMode) -> None:
    out = cleaned("k=0123456789abcdef;", a_finding(2, 18, kind="SECRET"), mode=mode)

    assert out == "k=[REDACTED:SECRET];"


def test_overlapping_values_are_removed_together_and_in_full() -> None:
    text = "0123456789abcdefghij-"
    chain = (a_finding(0, 12), a_finding(10, 15, kind="PHONE_NUMBER"), a_finding(14, 20))

    assert cleaned(text, *chain, mode=RedactionMode.PARTIAL) == "[REDACTED:EMAIL_ADDRESS]-"


def test_value_inside_another_does_not_cut_it_short() -> None:
    nested = (a_finding(0, 10), a_finding(2, 4, kind="IP_ADDRESS"), a_finding(6, 8, kind="US_SSN"))

    assert cleaned("0123456789-", *nested, mode=RedactionMode.FULL) == "[REDACTED:EMAIL_ADDRESS]-"


def test_values_that_touch_are_removed_one_by_one() -> None:
    pair = (a_finding(4, 8, kind="IP_ADDRESS"), a_finding(0, 4))

    assert cleaned("aaaabbbb", *pair, mode=RedactionMode.FULL) == (
        "[REDACTED:EMAIL_ADDRESS][REDACTED:IP_ADDRESS]"
    )


def test_secret_gives_its_name_to_what_it_overlaps() -> None:
    pair = (a_finding(0, 10), a_finding(3, 6, kind="SECRET"))

    assert cleaned("0123456789", *pair, mode=RedactionMode.FULL) == "[REDACTED:SECRET]"


def test_allowed_finding_stays() -> None:
    allowed = a_finding(0, 12, action=Action.ALLOW)

    assert cleaned("bob@mail.com", allowed, mode=RedactionMode.FULL) == "bob@mail.com"


def test_injected_text_is_removed_whole() -> None:
    injected = a_finding(5, 9, kind="PROMPT_INJECTION")

    assert (
        cleaned("some text here", injected, mode=RedactionMode.FULL) == "[REMOVED:PROMPT_INJECTION]"
    )


@pytest.mark.parametrize(
    "text",
    [
        "bob@mail.com+15551234567",
        "DE89370400440532013000",
        "AKIAbob@mail.com4111111111111111",
        "postgres://app:DE89 3704 0044 0532 0130 00rest@host",
        "Pwd=DE89 3704 0044 0532 0130 00rest;",
        f"api_key: k3y4you2see5x{TOKEN}(",
        f"release {TOKEN}version 10.2.3.4",
    ],
)
def test_value_that_a_neighbour_had_ruled_out_is_not_found_by_a_second_pass(text: str) -> None:
    once = redacted(standard_firewall(), text, a_policy())

    assert redacted(standard_firewall(), once, a_policy()) == once


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[REDACTED:SECRET]+15551234567", "[REDACTED:SECRET][REDACTED:PHONE_NUMBER]"),
        ("bob@mail.com[REDACTED:SECRET]", "[REDACTED:EMAIL_ADDRESS][REDACTED:SECRET]"),
        (f"[REDACTED:X1]{TOKEN}[REDACTED:X1]", "[REDACTED:X1][REDACTED:SECRET][REDACTED:X1]"),
        (
            "postgres://app:[REDACTED:SECRET]hunter2@db",
            "postgres://app:[REDACTED:SECRET]@db",
        ),
        ("Pwd=hunter2[REDACTED:SECRET];", "Pwd=[REDACTED:SECRET];"),
        (
            "token: k3y4you2see5x[REDACTED:SECRET]",
            "token: [REDACTED:SECRET][REDACTED:SECRET]",
        ),
        (f"[REDACTED:{TOKEN}]", "[REDACTED:[REDACTED:SECRET]]"),
        ("[REDACTED:DE89370400440532013000]", "[REDACTED:[REDACTED:IBAN_CODE]]"),
    ],
    ids=["phone", "email", "secret", "url", "connection", "assigned", "forged", "forged_iban"],
)
def test_value_that_touches_a_marker_is_removed(text: str, expected: str) -> None:
    once = redacted(standard_firewall(), text, a_policy())

    assert once == expected
    assert redacted(standard_firewall(), once, a_policy()) == once


@pytest.mark.parametrize("joint", [" ", ", ", "\n", "; "])
def test_value_beside_a_marker_is_still_removed(joint: str) -> None:
    text = f"[REDACTED:SECRET]{joint}bob@mail.com{joint}[REDACTED:SECRET]"

    out = redacted(standard_firewall(), text, a_policy())

    assert out == f"[REDACTED:SECRET]{joint}[REDACTED:EMAIL_ADDRESS]{joint}[REDACTED:SECRET]"
