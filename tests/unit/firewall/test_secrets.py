"""Credentials are seen in every vendor's format, and what only looks like one is left alone."""

import pytest

from ironcage.firewall import standard_firewall
from support.builders_firewall import (
    ALNUM,
    ASSIGNED,
    BASE64,
    HEX,
    SECRETS,
    UPPER,
    a_jwt,
    a_policy,
    drawn,
    found,
    redacted,
)

FIREWALL = standard_firewall()
POLICY = a_policy("secrets")
PASSWORD = "S3cure!Passw0rd#2024"
HARMLESS = {
    "prose": "Keep your api key secret, and rotate the token when the password changes.",
    "openai_placeholder": "sk-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
    "openai_named_placeholder": "OPENAI_API_KEY=sk-your-key-here",
    "openai_short": "sk-" + drawn(ALNUM, 12),
    "word_with_sk": "the task-management-of-large-projects-in-2024-and-later approach",
    "hyphenated_words": "sk-learnclassifiersandregressors",
    "anthropic_short": "sk-ant-api03-" + drawn(ALNUM, 8),
    "openrouter_short": "sk-or-v1-" + drawn(HEX, 63),
    "aws_documentation_key": "AKIAIOSFODNN7EXAMPLE",
    "aws_short": "AKIA" + drawn(UPPER, 15),
    "aws_lower_case": "akia" + drawn(UPPER, 16).lower(),
    "aws_secret_placeholder": "aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    "aws_secret_short": "SecretAccessKey=" + drawn(BASE64, 39) + "%",
    "github_short": "ghp_" + drawn(ALNUM, 35),
    "github_repeated": "ghp_" + "a" * 36,
    "github_fine_grained_short": "github_pat_" + drawn(ALNUM, 22) + "_" + drawn(ALNUM, 58),
    "gitlab_short": "glpat-" + drawn(ALNUM, 19),
    "slack_name": "xoxb-is-the-prefix-of-bot-tokens",
    "slack_webhook_docs": "https://hooks.slack.com/services/T000/B000/XXXX",
    "stripe_short": "sk_test_" + drawn(ALNUM, 15),
    "stripe_placeholder": "sk_test_" + "x" * 24,
    "google_short": "AIza" + drawn(ALNUM, 34),
    "twilio_short": "SK" + drawn(HEX, 31),
    "sendgrid_short": "SG." + drawn(ALNUM, 21) + "." + drawn(ALNUM, 43),
    "npm_short": "npm_" + drawn(ALNUM, 35),
    "npm_variable": "npm_config_registry",
    "pypi_word": "pypi-server",
    "digitalocean_short": "dop_v1_" + drawn(HEX, 63),
    "huggingface_function": "hf_hub_download",
    "telegram_short": "123456789:AA" + drawn(ALNUM, 32),
    "databricks_short": "dapi" + drawn(HEX, 31),
    "jwt_two_parts": ".".join(a_jwt().split(".")[:2]),
    "certificate": "-----BEGIN CERTIFICATE-----\n"
    + drawn(BASE64, 64)
    + "\n-----END CERTIFICATE-----",
    "empty_key_block": "-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----",
    "key_block_mention": "A file that starts with -----BEGIN PRIVATE KEY----- is a private key.",
    "url_without_password": "https://example.org:8443/path?x=1@y",
    "url_placeholder": "postgres://user:<password>@host/db",
    "url_template": "postgres://user:${PASSWORD}@host/db",
    "url_marker": "postgres://user:[REDACTED:SECRET]@host/db",
    "assigned_call": "token = get_token_for_user2024(session)",
    "assigned_word": 'password: "correcthorsebattery"',
    "assigned_placeholder": 'api_key = "your-api-key-1234567"',
    "passed": "first_pass: done_in_the_second_half_of_the_day",
    "file_of_a_secret": "DB_PASS_FILE=/run/secrets/db",
    "assigned_short": "secret=abc123",
    "commit": "commit " + drawn(HEX, 40),
    "uuid": "123e4567-e89b-12d3-a456-426614174000",
}


@pytest.mark.parametrize("value", SECRETS.values(), ids=SECRETS.keys())
def test_secret_is_removed_whole_from_prose(value: str) -> None:
    text = f"Here it is: {value} and so on."

    assert redacted(FIREWALL, text, POLICY) == "Here it is: [REDACTED:SECRET] and so on."


@pytest.mark.parametrize(("text", "value"), ASSIGNED.values(), ids=ASSIGNED.keys())
def test_secret_that_its_surroundings_give_away_is_removed(text: str, value: str) -> None:
    assert redacted(FIREWALL, text, POLICY) == text.replace(value, "[REDACTED:SECRET]")


@pytest.mark.parametrize("value", SECRETS.values(), ids=SECRETS.keys())
@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("abc", ""),
        ("XY_", ""),
        ("0123", ""),
        ("DE89370400440532013000", ""),
        ("", "zz9"),
        ("", "_example"),
        ("", "xxxxxxxxxxxx"),
        ("", "a" * 300),
        ("", "漢"),
        ("é", "é"),
        ("[REDACTED:SECRET]", "[REDACTED:SECRET]"),
        (SECRETS["github_token"], SECRETS["github_token"]),
        (SECRETS["openai_key"], SECRETS["aws_access_key_id"]),
    ],
)
def test_secret_never_hides_behind_what_it_is_glued_to(value: str, before: str, after: str) -> None:
    out = redacted(FIREWALL, f"so {before}{value}{after} it is", a_policy())

    assert "[REDACTED:SECRET]" in out.replace(before, "", 1)
    assert value[4:-4] not in out
    assert redacted(FIREWALL, out, a_policy()) == out


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (SECRETS["github_token"] + "x.", "[REDACTED:SECRET]."),
        (SECRETS["github_token"] + drawn(ALNUM, 864), "[REDACTED:SECRET]"),
        ("AKIA" + drawn(UPPER, 17), "[REDACTED:SECRET]"),
        ("monkey-" + drawn(HEX, 32), "mon[REDACTED:SECRET]"),
        ("secret_key = " + drawn(BASE64, 60), "secret_key = [REDACTED:SECRET]"),
        ("Pwd=" + drawn(ALNUM, 400) + ";", "Pwd=[REDACTED:SECRET];"),
        ("token=" + drawn(ALNUM, 2_000), "token=[REDACTED:SECRET]"),
    ],
    ids=["github", "github_endless", "aws", "in_word", "aws_secret", "connection", "assigned"],
)
def test_value_longer_than_its_form_is_removed_to_its_end(text: str, expected: str) -> None:
    assert redacted(FIREWALL, text, POLICY) == expected


@pytest.mark.parametrize(
    ("before", "value", "after"),
    [
        (r'"{\"password\": \"', PASSWORD, r'\"}"'),
        (r'{"url": "postgres:\/\/app:', PASSWORD, r'@db\/app"}'),
        ("postgres://app:", "passw@rd99", "@db:5432/app"),
        ("DB_PASS=", PASSWORD, "\n"),
        ("passphrase: ", PASSWORD, "\n"),
        ("Passwort: ", PASSWORD, "."),
        ("secret_key_base: ", drawn(HEX, 128), "\n"),
    ],
    ids=["json in json", "escaped url", "at", "pass", "passphrase", "german", "rails"],
)
def test_secret_in_other_spellings_is_removed(before: str, value: str, after: str) -> None:
    text = f"{before}{value}{after}"

    assert redacted(FIREWALL, text, POLICY) == f"{before}[REDACTED:SECRET]{after}"


@pytest.mark.parametrize("text", HARMLESS.values(), ids=HARMLESS.keys())
def test_near_miss_is_left_alone(text: str) -> None:
    assert found(FIREWALL, text, POLICY).findings == ()


def test_finding_names_its_rule() -> None:
    verdict = found(FIREWALL, SECRETS["github_token"], POLICY)

    assert [(f.type, f.detector) for f in verdict.findings] == [("SECRET", "secrets/github_token")]


@pytest.mark.parametrize("hidden", ["\u200b", "\u2060", "\ufe0f", "\u00ad"])
def test_secret_with_invisible_characters_is_removed_with_them(hidden: str) -> None:
    value = SECRETS["github_token"]
    text = f"x {value[:10]}{hidden}{value[10:]} y"

    assert redacted(FIREWALL, text, POLICY) == "x [REDACTED:SECRET] y"


def test_secret_in_full_width_letters_is_removed() -> None:
    value = SECRETS["aws_access_key_id"]
    wide = "".join(chr(ord(char) + 0xFEE0) for char in value)

    assert redacted(FIREWALL, f"é {wide} z", POLICY) == "é [REDACTED:SECRET] z"


def test_key_block_that_never_ends_is_removed_to_the_end_of_the_text() -> None:
    block = SECRETS["private_key"].rpartition("-----END")[0]

    assert redacted(FIREWALL, "key: " + block, POLICY) == "key: [REDACTED:SECRET]"


@pytest.mark.parametrize(
    ("before", "after"),
    [("Comment: https://example.org\n\n", ""), ("", "...\n"), ("", "<br>\n"), ("", "xxxxxx\n")],
    ids=["header", "dots", "mark-up", "crosses"],
)
def test_key_block_is_removed_whatever_stands_in_it_beside_the_key(before: str, after: str) -> None:
    head, lines, foot = SECRETS["private_key"].partition("\n")[0], *_material_and_foot()
    text = f"{head}\n{before}{lines}\n{after}{foot}"

    assert redacted(FIREWALL, text, POLICY) == "[REDACTED:SECRET]"


def test_words_after_a_key_block_without_an_end_do_not_save_it() -> None:
    block = SECRETS["private_key"].rpartition("-----END")[0]

    assert redacted(FIREWALL, f"{block}\nFor example: ...", POLICY) == "[REDACTED:SECRET]"


def _material_and_foot() -> tuple[str, str]:
    lines, _, foot = SECRETS["private_key"].partition("\n")[2].rpartition("\n")
    return lines, foot
