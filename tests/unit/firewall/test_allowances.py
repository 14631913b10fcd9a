"""Texts that a policy lists as harmless are found, recorded and left alone."""

import pytest

from ironcage.core.errors import OutputBlocked
from ironcage.firewall import (
    Action,
    Allowance,
    Finding,
    Origin,
    StreamScanner,
    decide,
    parse_policy,
    redact,
    standard_firewall,
)

HARMLESS = Allowance(frozenset({"help@acme.io"}), (r"[a-z]+@acme\.org",))


@pytest.mark.parametrize(
    ("span", "is_covered"),
    [
        pytest.param("help@acme.io", True, id="value"),
        pytest.param("bob@acme.org", True, id="pattern"),
        pytest.param("Help@acme.io", False, id="value in other letters"),
        pytest.param("bob@acme.org.uk", False, id="pattern with more after it"),
        pytest.param("x bob@acme.org", False, id="pattern with more before it"),
        pytest.param("", False, id="nothing"),
        pytest.param("\ud800@acme.org", False, id="half a character"),
        pytest.param("bób@acme.org", False, id="other letters"),
    ],
)
def test_span_is_harmless_only_as_a_whole(span: str, is_covered: bool) -> None:  # noqa: FBT001 - a table's column
    assert HARMLESS.covers(span) is is_covered


def test_harmless_finding_is_allowed_and_marked() -> None:
    policy = parse_policy({"allow": {"values": ["help@acme.io"]}}).output
    found = Finding("EMAIL_ADDRESS", "pii/email", 0, 12)

    allowed = decide(found, policy, Origin.MODEL, span="help@acme.io")
    other = decide(found, policy, Origin.MODEL, span="bob@acme.io")

    assert allowed is not None
    assert (allowed.action, allowed.is_allowed) == (Action.ALLOW, True)
    assert other is not None
    assert (other.action, other.is_allowed) == (Action.REDACT, False)


def test_harmless_text_stays_beside_one_that_is_redacted() -> None:
    policy = parse_policy({"allow": {"values": ["help@acme.io"]}}).output
    text = "Write to help@acme.io or bob@acme.io today."

    verdict = standard_firewall().inspect(text, Origin.MODEL, policy)

    assert [f.is_allowed for f in verdict.findings] == [True, False]
    assert redact(text, verdict, policy) == (
        "Write to help@acme.io or [REDACTED:EMAIL_ADDRESS] today."
    )


@pytest.mark.parametrize("cut", range(1, 50, 7))
def test_harmless_text_passes_a_stream_wherever_it_is_cut(cut: int) -> None:
    document = {"allow": {"patterns": [r"help@.*"]}, "output": {"otherwise": "block"}}
    text = "Write to help@acme.io, she will answer soon."
    scanner = StreamScanner(standard_firewall(), parse_policy(document).output)

    out = scanner.feed(text[:cut]) + scanner.feed(text[cut:]) + scanner.finish()

    assert out == text
    assert [f.is_allowed for f in scanner.findings] == [True]


def test_text_that_nobody_listed_stops_a_stream() -> None:
    document = {"allow": {"patterns": [r"help@.*"]}, "output": {"otherwise": "block"}}
    scanner = StreamScanner(standard_firewall(), parse_policy(document).output)

    with pytest.raises(OutputBlocked):
        scanner.feed("Write to bob@acme.io, he will answer soon.")
