"""A tenant's patterns are found wherever they match, and a stream never lets a part of one go."""

from collections.abc import Sequence

import pytest

from ironcage.core.errors import FirewallUnavailable
from ironcage.firewall import (
    Firewall,
    Policy,
    Reading,
    StreamDetector,
    StreamScanner,
    compile_custom,
    pii_detector,
    secrets_detector,
)
from ironcage.firewall.detectors.rules import BadRule
from support.builders_firewall import PII, SECRETS, a_policy, found, redacted

Row = dict[str, object]
EMPLOYEE: Row = {
    "id": "employee",
    "type": "EMPLOYEE_ID",
    "pattern": r"\bEMP-[0-9]{4,6}\b",
    "score": 0.9,
}
PROJECT: Row = {"id": "project", "type": "PROJECT", "pattern": "(?i)project (?:atlas|orion)"}
DIGITS: Row = {"id": "digits", "type": "NUMBER", "pattern": "[0-9]{6}"}
LETTERS: Row = {"id": "letters", "type": "LETTERS", "pattern": "[A-Z]{6,9}"}
ACCENTS: Row = {"id": "accents", "type": "STREET", "pattern": "[Ss]traße [0-9]{1,3}"}
ROWS = (EMPLOYEE, PROJECT, DIGITS, ACCENTS)
POLICY = a_policy("custom")
ALL = a_policy("secrets", "pii", "custom")
CASES = {
    "employee": ("Ask EMP-12345 now.", "Ask [REDACTED:EMPLOYEE_ID] now."),
    "at_both_ends": ("EMP-1234", "[REDACTED:EMPLOYEE_ID]"),
    "boundary": ("TEMP-1234 and EMP-1234x and EMP-123", None),
    "any_case": ("the Project ORION is late", "the [REDACTED:PROJECT] is late"),
    "overlap": ("no 12345678 is long", "no [REDACTED:NUMBER] is long"),
    "one_digit_short": ("no 12345 is long", None),
    "touching": ("EMP-1234,EMP-5678", "[REDACTED:EMPLOYEE_ID],[REDACTED:EMPLOYEE_ID]"),
    "behind_accents": ("é漢 straße 12 é", "é漢 [REDACTED:STREET] é"),
    "full_width": ("ask EMP\uff0d\uff11\uff12\uff13\uff14!", "ask [REDACTED:EMPLOYEE_ID]!"),
    "invisible": ("ask EM\u200bP-1234!", "ask [REDACTED:EMPLOYEE_ID]!"),
    "surrogate": ("\ud800 EMP-1234 \ud800", "\ud800 [REDACTED:EMPLOYEE_ID] \ud800"),
    "beside_marker": ("[REDACTED:XX]EMP-1234[REDACTED:YY]", None),
    "behind_marker": ("[REDACTED:XX] EMP-1234", "[REDACTED:XX] [REDACTED:EMPLOYEE_ID]"),
    "far_behind_marker": (
        "[REDACTED:XX] EMP-1234, and much later on EMP-5678",
        "[REDACTED:XX] [REDACTED:EMPLOYEE_ID], and much later on [REDACTED:EMPLOYEE_ID]",
    ),
    "inside_marker": ("[REDACTED:XX:1234] and [REMOVED:PROMPT_INJECTION]", None),
    "inside_what_is_no_marker": (
        "[REDACTED:EMP-1234] and [REMOVED:123456]",
        "[REDACTED:[REDACTED:EMPLOYEE_ID]] and [REMOVED:[REDACTED:NUMBER]]",
    ),
    "marker_like": ("[REDACTED:123456", "[REDACTED:[REDACTED:NUMBER]"),
    "nothing": ("", ""),
}


def a_firewall(*rows: Row) -> Firewall:
    return Firewall({"custom": compile_custom(rows)})


def streamed(firewall: Firewall, pieces: Sequence[str], policy: Policy = POLICY) -> str:
    scanner = StreamScanner(firewall, policy)
    return "".join(map(scanner.feed, pieces)) + scanner.finish()


@pytest.mark.parametrize(("text", "expected"), CASES.values(), ids=CASES.keys())
def test_text_loses_what_matches(text: str, expected: str | None) -> None:
    assert redacted(a_firewall(*ROWS), text, POLICY) == (text if expected is None else expected)


@pytest.mark.parametrize(("text", "expected"), CASES.values(), ids=CASES.keys())
def test_stream_equals_the_whole_at_every_split_point(text: str, expected: str | None) -> None:
    firewall = a_firewall(*ROWS)
    whole = text if expected is None else expected

    assert streamed(firewall, list(text)) == whole
    for cut in range(len(text)):
        assert streamed(firewall, [text[:cut], text[cut:]]) == whole


def test_findings_hold_offsets_of_the_original_and_the_row() -> None:
    text = "é\u200b EMP-1234"

    (finding,) = found(a_firewall(*ROWS), text, POLICY).findings

    assert text[finding.start : finding.end] == "EMP-1234"
    assert (finding.type, finding.detector) == ("EMPLOYEE_ID", "custom/employee")
    assert finding.score == 0.9


def test_stream_withholds_no_more_than_the_widest_match() -> None:
    scanner = StreamScanner(a_firewall(EMPLOYEE), POLICY)

    assert scanner.feed("x" * 100) == "x" * 90
    assert scanner.finish() == "x" * 10


def test_stream_withholds_matches_that_overlap_until_the_last_ends() -> None:
    scanner = StreamScanner(a_firewall(DIGITS), POLICY)

    released = [scanner.feed(piece) for piece in ["ab", "1" * 500, "1" * 500, " cdefghi "]]

    assert "".join(released[:3]) == "ab"
    assert released[3] + scanner.finish() == "[REDACTED:NUMBER] cdefghi "


def test_marker_is_recognised_when_its_end_was_released_before() -> None:
    firewall = a_firewall(EMPLOYEE)
    text = "[REDACTED:XX]" + "EMP-1234 is beside it"

    assert streamed(firewall, ["[REDACTED:XX]", text[13:]]) == text
    assert streamed(firewall, ["ab " + text[:16], text[16:]]) == "ab " + text


def test_marker_that_a_later_one_follows_is_recognised() -> None:
    firewall = a_firewall(DIGITS)
    text = "[REDACTED:A][REDACTED:B] 123456 [REDACTED:" + "b" * 81 + "123456]"

    assert streamed(firewall, list(text)) == redacted(firewall, text, POLICY)
    assert redacted(firewall, text, POLICY).count("[REDACTED:NUMBER]") == 2


@pytest.mark.parametrize(
    "text",
    [
        "bob@mail.comEMP-1234",
        f"EMP-1234{SECRETS['github_token']}",
        f"EMP-1234-{PII['ssn'][1]}",
        f"{PII['email'][1]}ABCDEFG{PII['ipv4'][1]}EMP-1234",
        "123456bob@mail.com123456",
    ],
)
def test_redacting_twice_equals_redacting_once_beside_other_values(text: str) -> None:
    detectors = (secrets_detector(), pii_detector(), compile_custom((*ROWS, LETTERS)))
    firewall = Firewall({detector.name: detector for detector in detectors})

    once = redacted(firewall, text, ALL)

    assert redacted(firewall, once, ALL) == once
    assert streamed(firewall, list(text), ALL) == once


def test_equal_patterns_share_a_detector_and_its_version() -> None:
    detector = compile_custom([EMPLOYEE, PROJECT])

    assert compile_custom((dict(reversed(EMPLOYEE.items())), PROJECT)) is detector
    assert compile_custom([PROJECT]).version != detector.version
    assert isinstance(detector, StreamDetector)


def test_no_patterns_see_nothing_and_withhold_nothing() -> None:
    detector = compile_custom([])

    assert detector.scan(Reading("EMP-1234", "EMP-1234", is_last=False)).hold == 8
    assert streamed(a_firewall(), ["EMP", "-1234"]) == "EMP-1234"


def test_stored_pattern_that_breaks_rules_blocks_every_text() -> None:
    firewall = a_firewall({**EMPLOYEE, "pattern": "a*"})

    with pytest.raises(FirewallUnavailable) as blocked:
        found(firewall, "EMP-1234", POLICY)

    assert isinstance(blocked.value.__cause__, BadRule)


def test_hostile_text_with_fifty_patterns_is_read_in_linear_time() -> None:
    rows = [{**DIGITS, "id": f"p{at}", "pattern": f"(?:a|b){{1,{200 + at}}}x"} for at in range(50)]
    detector = compile_custom(rows)
    text = "ab" * 20_000

    assert found(Firewall({"custom": detector}), text, POLICY).findings == ()
