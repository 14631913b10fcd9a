"""Compliance presets are floors: what they name is treated at least so, whatever else is said."""

import tomllib

import pytest

from ironcage.firewall import Action, parse_policy
from ironcage.firewall.compliance import COMPLIANCE
from ironcage.firewall.detectors.packs import read_pack


@pytest.mark.parametrize("name", COMPLIANCE)
@pytest.mark.parametrize("preset", ["strict", "moderate", "permissive"])
def test_named_types_are_treated_so_under_every_preset(name: str, preset: str) -> None:
    policies = parse_policy({"preset": preset, "compliance": [name]})

    for direction, policy in (("input", policies.input), ("output", policies.output)):
        floor = COMPLIANCE[name][direction]
        assert set(floor["detectors"]) <= set(policy.detectors)  # type: ignore[call-overload]  # data
        for kind, word in floor["actions"].items():  # type: ignore[attr-defined]  # data
            assert policy.actions[kind] >= Action[word.upper()]


def test_floor_is_raised_for_each_origin_and_strictness_stays() -> None:
    actions = {"CREDIT_CARD": "block", "CREDIT_CARD:user": "allow", "US_SSN:user": "allow"}

    policy = parse_policy({"compliance": ["pci", "gdpr"], "input": {"actions": actions}}).input

    assert policy.actions["CREDIT_CARD"] is Action.BLOCK
    assert policy.actions["CREDIT_CARD:user"] is Action.REDACT
    assert policy.actions["US_SSN"] is Action.REDACT
    assert policy.actions["US_SSN:user"] is Action.REDACT


def test_health_preset_blocks_images_and_payment_preset_blocks_cards_in_answers() -> None:
    assert parse_policy({"compliance": ["hipaa"]}).input.actions["IMAGE"] is Action.BLOCK
    assert parse_policy({"compliance": ["pci"]}).output.actions["CREDIT_CARD"] is Action.BLOCK
    assert "IMAGE" not in parse_policy({"compliance": ["gdpr"]}).input.actions


def test_every_structured_type_that_we_know_is_personal_data() -> None:
    known = {rule["type"] for rule in tomllib.loads(read_pack("pii"))["rule"]}
    policies = parse_policy({"preset": "permissive", "compliance": ["gdpr"]})

    assert known
    assert known <= policies.input.actions.keys()
    assert known <= policies.output.actions.keys()
