"""Short passwords are told from words, numbers and names by the kinds of their characters."""

import pytest

from ironcage.firewall.detectors.checks import CHECKS
from ironcage.firewall.detectors.passwords import turns
from support.builders_firewall import BASE64, HEX, drawn

AWS_SECRET = drawn(BASE64, 39, "c") + "7"


@pytest.mark.parametrize(
    ("check", "value"),
    [
        ("chosen", "abcde1"),
        ("chosen", "hunter22"),
        ("chosen", "T1ger#99"),
        ("password", "{hunter22}"),
        ("written", "$ecret-of-9"),
        ("strong", "Xy7!kd92Lm"),
        ("strong", "hunter#2026"),
        ("strong", "k7Tx9Q2m"),
        ("url_user", "x8fk29lmqz71pvtb34rn"),
        ("url_user", drawn(HEX, 40)),
        ("aws_secret", AWS_SECRET),
    ],
)
def test_password_that_someone_has_is_accepted_whole(check: str, value: str) -> None:
    assert CHECKS[check](value) == len(value)


@pytest.mark.parametrize(
    ("check", "value"),
    [
        ("chosen", "abcd1"),
        ("chosen", "correcthorse"),
        ("chosen", "3306:3306"),
        ("chosen", "root2026"),
        ("chosen", "Admin_123!"),
        ("chosen", "NewPassword1"),
        ("chosen", "P@ssw0rd2026"),
        ("chosen", "yourSecret1"),
        ("chosen", "DB_PW_2"),
        ("chosen", "database_name1"),
        ("chosen", "oracle12c"),
        ("chosen", "12345678a"),
        ("chosen", "p4ssw0rd2x"),
        ("password", "x-oauth-basic"),
        ("password", "{db_password}"),
        ("password", "$DB_PASSWORD"),
        ("written", "$DB_PASSWORD"),
        ("url_user", "YOUR2ACCESS3TOKEN4GOES5HERE"),
        ("strong", "Xy7!kd9"),
        ("strong", "correct!horse"),
        ("strong", "HMAC-SHA256"),
        ("strong", "hunter2026!"),
        ("strong", "a1b2c3d4"),
        ("strong", "A1B2C3D4"),
        ("strong", "Base64URL"),
        ("url_user", "BuildServerOfTheShopTeam2026"),
        ("url_user", drawn(HEX, 32)),
        ("aws_secret", drawn(HEX, 40)),
        ("aws_secret", AWS_SECRET.lower()),
        ("aws_secret", AWS_SECRET.upper()),
        ("aws_secret", "aB1" * 13 + "c"),
        ("aws_secret", "/home/Bob/Work/2026/shop/src/main/javaQx"),
    ],
)
def test_what_stands_for_a_password_is_refused(check: str, value: str) -> None:
    assert CHECKS[check](value) == 0


@pytest.mark.parametrize(
    ("value", "count"),
    [("", 0), ("ab12", 1), ("a1b2", 3), ("1a-2", 1), ("team-42-of-2026", 0), ("12", 0)],
)
def test_turns_are_counted_between_figures_and_letters_alone(value: str, count: int) -> None:
    assert turns(value) == count
