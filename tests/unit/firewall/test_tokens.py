"""Tokens that carry a checksum are seen only when it holds."""

import pytest

from ironcage.firewall import NormalisedText, Origin, secrets_detector
from ironcage.firewall.detectors.checks import CHECKS, counts_up
from ironcage.firewall.detectors.tokens import bech32_digits, crc_bytes, crc_digits
from support.builders_secrets import filled

WITH_CHECKSUM = {
    "github_token": ("crc_digits", "ghp_{CRC:30}"),
    "npm_token": ("crc_digits", "npm_{CRC:30}"),
    "grafana_token": ("crc_bytes", "glsa_{GRAFANA:32}"),
    "age_key": ("bech32", "{AGE}"),
    "nostr_secret_key": ("bech32", "{NSEC}"),
    "bitcoin_extended_key": ("base58", "{XPRV}"),
    "stellar_seed": ("stellar", "{STELLAR}"),
}
rows = pytest.mark.parametrize(
    ("check", "template"), WITH_CHECKSUM.values(), ids=WITH_CHECKSUM.keys()
)


@rows
def test_checksum_of_a_whole_token_holds(check: str, template: str) -> None:
    value = filled(template, "a")

    assert CHECKS[check](value) == len(value)


@rows
def test_token_with_one_other_character_is_refused(check: str, template: str) -> None:
    value = filled(template, "a")

    for at in (len(value) // 2, -1):
        other = value[at + 1 if at > 0 else -2]
        other = other if other != value[at] else value[at - 1]
        assert CHECKS[check](value[:at] + other + value[at:][1:]) == 0
        text = f"stellar seed {value[:at] + other + value[at:][1:]} it is"
        assert secrets_detector().detect(NormalisedText(text), Origin.MODEL) == []


def test_checksums_equal_published_ones() -> None:
    assert crc_digits("zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ") == "0mLq17"
    assert crc_bytes("glsa_yscW25imSKJIuav8zF37RZmnbiDvB05G") == "fcaaf58a"
    assert bech32_digits("a", "") == "2uel5l"


@pytest.mark.parametrize(
    "value", ["Ym9iOg==", "OnB3", "Ym9i", "Ym9iOv8=", "Ym9i*", "Ym9iOnh4eHh4eHh4"]
)
def test_header_without_user_and_password_is_no_secret(value: str) -> None:
    assert CHECKS["basic"](value) == 0


@pytest.mark.parametrize(
    ("value", "expected"), [("xabcdefgx", True), ("1234567", True), ("abcdeg12345", False)]
)
def test_alphabet_is_no_random_value(value: str, *, expected: bool) -> None:
    assert counts_up(value) is expected
