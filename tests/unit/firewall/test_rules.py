"""Rules keep the limits that streams rely on, and no text makes a pattern slow."""

import time
from collections.abc import Callable

import pytest

from ironcage.firewall import (
    InjectionDetector,
    NormalisedText,
    Origin,
    pii_detector,
    secrets_detector,
)
from ironcage.firewall.detectors.checks import entropy
from ironcage.firewall.detectors.digits import luhn_holds
from ironcage.firewall.detectors.injection import Phrase
from ironcage.firewall.detectors.rules import BadRule, Rule, read_rules
from support.builders_firewall import ASSIGNED, SECRETS

RULES = [*secrets_detector().rules, *pii_detector().rules]
PHRASES = InjectionDetector().phrases
SIZE = 100_000
GENEROUS_SECONDS = 2.0
HOSTILE = {
    "letters": "a" * SIZE,
    "capitals": "A" * SIZE,
    "digits": "4" * SIZE,
    "spaces": " " * SIZE,
    "dashes": "-" * SIZE,
    "dots": "1." * (SIZE // 2),
    "colons": "f:" * (SIZE // 2),
    "digit_groups": "4111 " * (SIZE // 5),
    "phones": "+1 (555) " * (SIZE // 9),
    "mail": "a.b@" * (SIZE // 4),
    "mail_domain": "a@" + "b." * (SIZE // 2),
    "mail_russian": "я" * SIZE + "@",
    "mail_russian_host": "я@" + "я." * (SIZE // 2),
    "mail_chinese_host": "я@" + "公司." * (SIZE // 3),
    "iban": "DE89 3704 " * (SIZE // 10),
    "iban_lower": "de89 3704 " * (SIZE // 10),
    "iban_lower_words": "at12 that " * (SIZE // 10),
    "macs_dotted": "aabb.ccdd." * (SIZE // 10),
    "versions": "version foo/1.2.3.4 == " * (SIZE // 23),
    "addresses_spaced": "1.2.3.4" + " " * SIZE,
    "born": "born on the 3rd day of " * (SIZE // 23),
    "nato": "nato a Roma " * (SIZE // 12),
    "nato_commas": "nato a " + "a, " * (SIZE // 3),
    "prefixes": "sk-ghp_AKIAxoxb-" * (SIZE // 16),
    "sk": "sk-" * (SIZE // 3),
    "jwt": "eyJa." * (SIZE // 5),
    "jwt_solid": "eyJ" * (SIZE // 3),
    "key_blocks": "-----BEGIN PRIVATE KEY----- " * (SIZE // 28),
    "key_block": "-----BEGIN PRIVATE KEY-----" + "A" * SIZE,
    "key_frames": "-----BEGIN " * (SIZE // 11),
    "urls": "a://b:c" * (SIZE // 7),
    "url": "a://" + "b:" * (SIZE // 2),
    "assigned": "password=" * (SIZE // 9),
    "assigned_spaces": "token :" + " " * SIZE,
    "secret_words": "secret key " * (SIZE // 11),
    "ignore": "ignore " * (SIZE // 7),
    "ignore_words": ("ignore " + "a b c d " * 3) * (SIZE // 31),
    "ignore_solid": "ignore" * (SIZE // 6),
    "spaced": "a " * (SIZE // 2),
    "percent": "%61" * (SIZE // 3),
    "hex": "6f" * (SIZE // 2),
    "base64": "aWdub3Jl" * (SIZE // 8),
    "base64_words": "aWdub3JlIGFsbCBwcmV2aW91cw== " * (SIZE // 29),
    "leet": "1gn0r3 " * (SIZE // 7),
    "invisible": "\u200b" * SIZE,
    "accents": "é" * SIZE,
    "phone_words": "phone 1 " * (SIZE // 8),
    "trunks": "0" + "12 " * (SIZE // 3),
    "birthdays": "born 1.1." * (SIZE // 9),
    "addresses": "address 1 A " * (SIZE // 12),
    "wallets": "1" * 40 + "0xA" * (SIZE // 3),
    "macs": "aa:" * (SIZE // 3),
    "records": "passport driver license A1A1A1A1 vin account number dob " * (SIZE // 56),
}


def seconds_of(act: Callable[[], object]) -> float:
    began = time.process_time()
    act()
    return time.process_time() - began


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_rule_compiles_within_its_limits(rule: Rule) -> None:
    assert rule.opening.pattern
    assert rule.going_on.pattern
    assert rule.values
    assert rule.keywords
    assert all(keyword == keyword.lower() for keyword in rule.keywords)


@pytest.mark.parametrize("trigger", ["a{1,129}", "a*", "a+"])
def test_trigger_that_a_stream_could_not_withhold_is_refused(trigger: str) -> None:
    rule = Rule("long", "SECRET", ("a",), trigger, ("a+",))

    with pytest.raises(BadRule, match="rule long"):
        _ = rule.opening


def test_rule_with_an_unknown_field_is_refused() -> None:
    with pytest.raises(TypeError):
        list(read_rules('[[rule]]\nid = "x"\ncolour = "red"\n'))


def test_rule_ids_are_unique() -> None:
    ids = [rule.id for rule in RULES] + [phrase.id for phrase in PHRASES]

    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("value", [*SECRETS.values(), *(text for text, _ in ASSIGNED.values())])
def test_trigger_of_a_matching_rule_holds_a_keyword(value: str) -> None:
    matching = [rule for rule in RULES if rule.next_start(value, 0)]

    assert matching
    assert all(any(keyword in value.lower() for keyword in rule.keywords) for rule in matching)


@pytest.mark.parametrize("phrase", PHRASES, ids=lambda phrase: phrase.id)
def test_phrase_compiles(phrase: Phrase) -> None:
    assert phrase.compiled.search("nothing") is None


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_text_is_read_in_linear_time(text: str) -> None:
    normalised = NormalisedText(text)

    for detector in (secrets_detector(), pii_detector(), InjectionDetector()):
        spent = seconds_of(lambda d=detector: d.detect(normalised, Origin.DOCUMENT))  # type: ignore[misc]
        assert spent < GENEROUS_SECONDS, detector.name


def test_luhn_and_entropy_are_what_they_say() -> None:
    assert luhn_holds("79927398713")
    assert not luhn_holds("79927398710")
    assert entropy("aaaa") == 0
    assert entropy("abcd") == 2
