"""Each rule for secrets sees its vendor's format, and neither near-misses nor stand-ins."""

import importlib
import re
import time

import pytest

from ironcage.firewall import (
    NormalisedText,
    Origin,
    StreamScanner,
    secrets_detector,
    standard_firewall,
)
from ironcage.firewall.detectors.rules import Rule
from support.builders_firewall import a_policy, redacted
from support.builders_secrets import Example, examples, filled

re2 = importlib.import_module("re2")  # it ships no types
FIREWALL = standard_firewall()
POLICY = a_policy("secrets")
DETECTOR = secrets_detector()
EXAMPLES = examples()
OF_NO_VENDOR = {
    *{"jwt", "jwt_with_certificates", "private_key", "putty_key", "url_password"},
    *{"connection_string", "basic_auth_header", "bearer_header", "assigned_secret"},
    *{"url_user_token", "driver_password", "password_field", "stated_password"},
    *{"npm_legacy_auth", "docker_auth", "ethereum_private_key"},
}
# A near-miss that is, or holds, what another rule rightly sees.
SEEN_BY_OTHERS = {
    *{"openai_key", "cerebras_key", "google_chat_webhook", "circle_key"},
    *{"aws_secret_beside_its_id", "command_line_password", "netrc_password"},
}
MOST_REPEATED = 1_000  # by RE2; streams hold a run to 16 kB anyway
GENEROUS_SECONDS = 0.5
HOSTILE_SIZE = 4_096

each_rule = pytest.mark.parametrize("rule", DETECTOR.rules, ids=lambda rule: rule.id)
each_example = pytest.mark.parametrize("example", EXAMPLES.values(), ids=EXAMPLES.keys())


def rules_seeing(text: str) -> set[str]:
    found = DETECTOR.detect(NormalisedText(f"Here: {text} it is"), Origin.MODEL)
    return {finding.detector.partition("/")[2] for finding in found}


def test_pack_knows_at_least_two_hundred_vendor_formats() -> None:
    formats = {rule.trigger + "".join(rule.patterns) for rule in DETECTOR.rules}

    assert len(formats) == len(DETECTOR.rules)
    assert len({rule.id for rule in DETECTOR.rules} - OF_NO_VENDOR) >= 200


def test_every_rule_has_examples_of_both_kinds() -> None:
    assert EXAMPLES.keys() == {rule.id for rule in DETECTOR.rules}
    for example in EXAMPLES.values():
        refused = [*example.near_misses(), *example.stand_ins()]
        assert example.seen
        assert len(set(refused)) >= 2, example.rule
        assert not set(refused) & {filled(template, example.rule) for template in example.seen}


@each_rule
def test_trigger_has_no_space_within_since_streams_hold_back_one_word(rule: Rule) -> None:
    assert not re.search(r" (?!$)|\\s|\\t", rule.trigger)


@each_example
def test_rule_sees_its_format(example: Example) -> None:
    for template in example.seen:
        assert example.rule in rules_seeing(filled(template, example.rule))


@each_example
def test_value_that_lacks_one_character_is_left_alone(example: Example) -> None:
    for text in example.near_misses():
        assert example.rule not in rules_seeing(text)
        assert not rules_seeing(text) or example.rule in SEEN_BY_OTHERS


@each_example
def test_stand_in_is_left_alone(example: Example) -> None:
    for text in example.stand_ins():
        assert example.rule not in rules_seeing(text)


@each_example
def test_redacted_value_is_gone_and_stays_gone(example: Example) -> None:
    for template in example.seen:
        text = f"so {filled(template, example.rule)} it is"
        out = redacted(FIREWALL, text, POLICY)

        assert out != text
        assert redacted(FIREWALL, out, POLICY) == out


@pytest.mark.parametrize("rule", [r for r in DETECTOR.rules if r.is_free], ids=lambda r: r.id)
def test_value_of_a_free_rule_does_not_hide_behind_neighbours(rule: Rule) -> None:
    value = filled(EXAMPLES[rule.id].seen[0], rule.id)
    hit = next(f for f in DETECTOR.detect(NormalisedText(value), Origin.MODEL))
    secret = value[hit.start : hit.end]

    # A word of the context must stand free; what gives a value away itself need not.
    at = hit.start if rule.context else 0
    before, rest = value[:at], value[at:]
    glued = (f"{before}abc{rest} is", f"{before}0_{rest} is")
    for text in (*glued, f"so {value}zz9", f"so {value}" + "a" * 99):
        out = redacted(FIREWALL, text, POLICY)
        assert "[REDACTED:SECRET]" in out
        assert (secret[4:-4] or secret) not in out
        assert redacted(FIREWALL, out, POLICY) == out


@each_example
def test_stream_equals_the_whole_for_each_format(example: Example) -> None:
    text = f"so {filled(example.seen[0], example.rule)} it is"
    width = 1 if len(text) < 200 else 17
    scanner = StreamScanner(FIREWALL, POLICY)

    out = "".join(scanner.feed(text[at : at + width]) for at in range(0, len(text), width))

    assert out + scanner.finish() == redacted(FIREWALL, text, POLICY)


@each_rule
def test_rule_compiles_under_re2_so_that_nothing_looks_around_or_back(rule: Rule) -> None:
    classes = [rule.chars, *([rule.tail] if rule.tail else [])]
    around = [rule.left, rule.right]

    for part in (rule.trigger, rule.lead, rule.run, *rule.patterns, *around):
        assert re2.compile(bounded(part)) is not None
    for chars in classes:
        assert re2.compile(f"[{chars}]*") is not None


def bounded(pattern: str) -> str:
    """Write a pattern as RE2 takes it: it needs no possessive marks, and counts to 1,000."""
    endless = re.sub(
        r"\{(\d+),(\d+)\}",
        lambda hit: f"{{{hit[1]},}}" if int(hit[2]) > MOST_REPEATED else hit[0],
        pattern,
    )
    return endless.replace("}+", "}")


@each_example
def test_text_made_against_a_rule_is_read_in_bounded_time(example: Example) -> None:
    value = filled(example.seen[0], example.rule)
    near = next(example.near_misses(), value)

    for piece in (near, f"{near} ", value[: 2 * len(value) // 3], value[:12]):
        text = NormalisedText((piece * (HOSTILE_SIZE // len(piece) + 1))[:HOSTILE_SIZE])
        began = time.process_time()
        DETECTOR.detect(text, Origin.DOCUMENT)
        assert time.process_time() - began < GENEROUS_SECONDS
