"""Policies are data: presets, documents with every problem named, actions by type and origin."""

import pytest

from ironcage.core.errors import InvalidRequest
from ironcage.firewall import (
    Action,
    Finding,
    Origin,
    RedactionMode,
    decide,
    default_policies,
    parse_policy,
)
from ironcage.firewall.presets import PRESETS

INJECTED = Finding("PROMPT_INJECTION", "injection/x", 0, 5, score=0.9)


def test_empty_document_is_the_default_preset() -> None:
    assert parse_policy({}) is default_policies()
    assert parse_policy({"preset": "moderate"}) == default_policies()


@pytest.mark.parametrize("preset", PRESETS)
def test_every_preset_is_valid(preset: str) -> None:
    policies = parse_policy({"preset": preset})

    assert policies.input.detectors == ("injection", "secrets", "pii")
    assert policies.output.detectors == ("secrets", "pii")


@pytest.mark.parametrize(
    ("origin", "action"),
    [
        (Origin.USER, Action.BLOCK),
        (Origin.DOCUMENT, Action.REDACT),
        (Origin.SYSTEM, Action.ALLOW),
    ],
)
def test_moderate_policy_acts_on_injection_by_its_origin(origin: Origin, action: Action) -> None:
    finding = decide(INJECTED, default_policies().input, origin)

    assert finding is not None
    assert finding.action is action


def test_moderate_policy_records_inputs_and_redacts_outputs() -> None:
    secret = Finding("SECRET", "secrets/x", 0, 5)

    recorded = decide(secret, default_policies().input, Origin.USER)
    removed = decide(secret, default_policies().output, Origin.MODEL)

    assert recorded is not None
    assert recorded.action is Action.ALLOW
    assert removed is not None
    assert removed.action is Action.REDACT


def test_finding_below_its_threshold_is_dropped() -> None:
    doubtful = Finding("PROMPT_INJECTION", "injection/x", 0, 5, score=0.4)

    assert decide(doubtful, default_policies().input, Origin.USER) is None


def test_document_changes_what_it_names_and_nothing_else() -> None:
    policies = parse_policy(
        {
            "output": {
                "actions": {"EMAIL_ADDRESS": "allow", "SECRET": "block"},
                "modes": {"CREDIT_CARD": "partial", "SECRET": "full"},
                "thresholds": {"PHONE_NUMBER": 1},
                "otherwise": "escalate",
                "detectors": ["pii"],
            }
        }
    )

    assert policies.input.actions == default_policies().input.actions
    assert policies.output.actions == {"EMAIL_ADDRESS": Action.ALLOW, "SECRET": Action.BLOCK}
    assert policies.output.modes["CREDIT_CARD"] is RedactionMode.PARTIAL
    assert policies.output.thresholds == {"PHONE_NUMBER": 1.0}
    assert policies.output.otherwise is Action.ESCALATE
    assert policies.output.detectors == ("pii",)


def test_version_follows_the_content() -> None:
    changed = parse_policy({"output": {"otherwise": "block"}})

    assert changed.input.version == changed.output.version
    assert changed.output.version != default_policies().output.version
    assert changed == parse_policy({"output": {"otherwise": "block"}, "preset": "moderate"})


def test_every_problem_is_named_at_once() -> None:
    document = {
        "preset": 7,
        "inputs": {},
        "input": [],
        "output": {
            "detector": [],
            "detectors": ["pii", "magic", 3],
            "otherwise": "maybe",
            "actions": {
                "email": "allow",
                "SECRET": "drop",
                "SECRET:mars": "allow",
                "PHONE_NUMBER": 1,
            },
            "modes": {"SECRET": "hash", "IBAN_CODE:user": "full", "US_SSN": "most"},
            "thresholds": {"SECRET": 2, "x": 0.5, "US_SSN": True, "IBAN_CODE": "high"},
        },
    }

    with pytest.raises(InvalidRequest) as caught:
        parse_policy(document)

    assert sorted(caught.value.fields) == [
        "input",
        "inputs",
        "output.actions.PHONE_NUMBER",
        "output.actions.SECRET",
        "output.actions.SECRET:mars",
        "output.actions.email",
        "output.detector",
        "output.detectors",
        "output.modes.IBAN_CODE:user",
        "output.modes.SECRET",
        "output.modes.US_SSN",
        "output.otherwise",
        "output.thresholds.IBAN_CODE",
        "output.thresholds.SECRET",
        "output.thresholds.US_SSN",
        "output.thresholds.x",
        "preset",
    ]


@pytest.mark.parametrize("field", ["actions", "modes", "thresholds", "detectors"])
def test_field_of_the_wrong_kind_is_refused(field: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        parse_policy({"input": {field: "x"}})

    assert list(caught.value.fields) == [f"input.{field}"]


def test_origin_may_be_given_to_an_action() -> None:
    policies = parse_policy({"input": {"actions": {"SECRET:document": "block"}}})

    standard = default_policies().input.actions
    assert policies.input.actions == {**standard, "SECRET:document": Action.BLOCK}
