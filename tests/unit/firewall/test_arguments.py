"""Tool-call arguments are redacted inside their literals, and still parse."""

import json

import pytest

from ironcage.core.errors import OutputBlocked
from ironcage.firewall import Action, ArgumentRedactor, ArgumentScanner, standard_firewall
from ironcage.firewall.arguments import MAX_ARGUMENTS
from support.builders_firewall import SECRETS, a_policy

FIREWALL = standard_firewall()
POLICY = a_policy()
TOKEN = SECRETS["github_token"]


def cleaned(raw: str) -> str:
    return ArgumentRedactor(FIREWALL, POLICY).clean(raw)[0]


@pytest.mark.parametrize(
    "raw",
    ["{}", '{ "a" :1.50,\n"b":[true,null,"x\\u0041\\n"] }', "", "[1e400, 3]", '"é"'],
)
def test_harmless_arguments_stay_byte_for_byte(raw: str) -> None:
    assert cleaned(raw) == raw


def test_secret_is_removed_inside_its_string() -> None:
    raw = json.dumps({"cmd": f'echo "{TOKEN}"\n', "n": 1})

    assert json.loads(cleaned(raw)) == {"cmd": 'echo "[REDACTED:SECRET]"\n', "n": 1}


def test_secret_in_escapes_is_removed() -> None:
    escaped = "".join(f"\\u{ord(char):04x}" for char in TOKEN)

    assert json.loads(cleaned(f'{{"t": "{escaped}"}}')) == {"t": "[REDACTED:SECRET]"}


@pytest.mark.parametrize(
    ("escaped", "expected"),
    [
        ("\\ud83d\\ude00 ", "\U0001f600 [REDACTED:SECRET]"),
        ("\\u00e9\\n", "é\n[REDACTED:SECRET]"),
        ("\\ud83d ", "\ud83d [REDACTED:SECRET]"),
        ("\\ude00\\ud83d ", "\ude00\ud83d [REDACTED:SECRET]"),
    ],
    ids=["pair", "plain", "half", "halves_the_wrong_way_round"],
)
def test_surrogates_come_out_as_text_or_as_escapes(escaped: str, expected: str) -> None:
    out = cleaned(f'{{"t": "{escaped}{TOKEN}"}}')

    assert json.loads(out) == {"t": expected}
    assert out.encode()


@pytest.mark.parametrize("half", ["\\ud83d", "\\ude00", "\\ud83d\\u0041"])
def test_half_a_surrogate_pair_in_harmless_arguments_stays_as_it_was(half: str) -> None:
    assert cleaned(f'{{"t": "{half}"}}') == f'{{"t": "{half}"}}'


def test_surrogates_of_a_string_that_is_cut_off_are_joined() -> None:
    out = cleaned(f'{{"t": "\\ud83d\\ude00 {TOKEN} \\ud8')

    assert "[REDACTED:SECRET]" in out
    assert "\U0001f600" in json.loads(out.removeprefix('{"t": '))


def test_key_block_with_escaped_line_ends_is_removed() -> None:
    raw = json.dumps({"pem": SECRETS["private_key"]})

    assert json.loads(cleaned(raw)) == {"pem": "[REDACTED:SECRET]"}


def test_name_of_a_member_is_redacted_too() -> None:
    assert json.loads(cleaned(json.dumps({"bob@mail.com": 1}))) == {"[REDACTED:EMAIL_ADDRESS]": 1}


def test_number_that_is_a_card_becomes_a_string() -> None:
    assert json.loads(cleaned('{"card": 4111111111111111}')) == {"card": "[REDACTED:CREDIT_CARD]"}


@pytest.mark.parametrize(
    "raw",
    [
        f'{{"t": "{TOKEN}',
        f'{{"t": "{TOKEN}\\',
        f"{{t: {TOKEN}}}",
        f"{TOKEN}",
        f'{{"a": "\\u00zz", "t": "{TOKEN}"}}',
        "[" * 100_000 + f'"{TOKEN}"',
    ],
    ids=["cut_off", "cut_in_escape", "unquoted", "bare", "bad_escape", "too_deep"],
)
def test_secret_is_removed_from_what_is_no_json(raw: str) -> None:
    assert TOKEN not in cleaned(raw)
    assert "[REDACTED:SECRET]" in cleaned(raw)


def test_findings_point_at_the_literal() -> None:
    raw = json.dumps({"to": "Bob <bob@mail.com>"})

    _, verdict = ArgumentRedactor(FIREWALL, POLICY).clean(raw)

    assert verdict.action is Action.REDACT
    assert [raw[f.start : f.end] for f in verdict.findings] == ['"Bob <bob@mail.com>"']


def test_streamed_arguments_are_withheld_until_they_are_complete() -> None:
    scanner = ArgumentScanner(FIREWALL, POLICY)
    raw = json.dumps({"to": "bob@mail.com"})

    released = "".join(map(scanner.feed, raw))

    assert released == ""
    assert json.loads(scanner.finish()) == {"to": "[REDACTED:EMAIL_ADDRESS]"}
    assert scanner.verdict.action is Action.REDACT


def test_streamed_arguments_that_the_policy_blocks_are_never_released() -> None:
    scanner = ArgumentScanner(FIREWALL, a_policy(actions={"SECRET": Action.BLOCK}))
    scanner.feed(json.dumps({"t": TOKEN}))

    with pytest.raises(OutputBlocked):
        scanner.finish()


def test_arguments_longer_than_we_withhold_are_blocked() -> None:
    scanner = ArgumentScanner(FIREWALL, POLICY)
    scanner.feed("x" * MAX_ARGUMENTS)

    with pytest.raises(OutputBlocked):
        scanner.feed("x")
