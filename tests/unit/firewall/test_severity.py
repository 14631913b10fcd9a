"""A score has a severity, a severity an action, and a bad document says what is wrong with it."""

import pytest

from ironcage.firewall import (
    Action,
    ModerationCategory,
    ModerationProvider,
    ModerationRules,
    Severity,
    moderation_problems,
    moderation_type,
    read_moderation,
    severity_of,
)

ACTIONS = "allow, redact, escalate, block"
ESCALATING = {"categories": {"HATE": {"medium": "escalate"}}}


@pytest.mark.parametrize(
    ("score", "severity"),
    [
        (0.0, None),
        (0.499, None),
        (0.5, Severity.LOW),
        (0.699, Severity.LOW),
        (0.7, Severity.MEDIUM),
        (0.899, Severity.MEDIUM),
        (0.9, Severity.HIGH),
        (1.0, Severity.HIGH),
    ],
)
def test_score_is_in_its_band(score: float, severity: Severity | None) -> None:
    assert severity_of(score) == severity


def test_types_are_the_categories_in_capitals() -> None:
    assert moderation_type("self-harm/intent") == "MODERATION_SELF_HARM_INTENT"
    assert len({moderation_type(c) for c in ModerationCategory}) == len(ModerationCategory) == 13


@pytest.mark.parametrize(
    ("document", "kind", "score", "action"),
    [
        pytest.param({}, "HATE", 0.4, None, id="below"),
        pytest.param({}, "HATE", 0.6, Action.ALLOW, id="low_warns"),
        pytest.param({}, "HATE", 0.8, Action.ALLOW, id="medium_flags"),
        pytest.param({}, "HATE", 0.95, Action.BLOCK, id="high_blocks"),
        pytest.param(ESCALATING, "HATE", 0.8, Action.ESCALATE, id="own_medium"),
        pytest.param(ESCALATING, "HATE", 0.6, Action.ALLOW, id="own_medium_not_low"),
        pytest.param(ESCALATING, "HATE", 0.95, Action.BLOCK, id="own_medium_standard_high"),
        pytest.param(ESCALATING, "SEXUAL", 0.8, Action.ALLOW, id="other_category"),
        pytest.param(
            {"categories": {"HATE": {"high": "allow"}}}, "HATE", 0.99, Action.ALLOW, id="own_high"
        ),
        pytest.param(
            {"categories": {"HATE": {"low": "block"}}},
            "HATE",
            0.8,
            Action.BLOCK,
            id="low_reaches_up",
        ),
        pytest.param(
            {"categories": {"SELF_HARM_INTENT": {"low": "redact"}}},
            "SELF_HARM_INTENT",
            0.5,
            Action.REDACT,
            id="redacts",
        ),
    ],
)
def test_severity_leads_to_its_action(
    document: dict[str, object], kind: str, *, score: float, action: Action | None
) -> None:
    assert not moderation_problems(document)
    assert read_moderation(document).action_for(f"MODERATION_{kind}", score) == action


def test_empty_document_is_the_standard() -> None:
    assert read_moderation({}) == ModerationRules()
    assert ModerationRules().provider is ModerationProvider.LOCAL


@pytest.mark.parametrize("name", ["local", "openai", "none"])
def test_provider_is_read(name: str) -> None:
    assert not moderation_problems({"provider": name})
    assert read_moderation({"provider": name}).provider == name


@pytest.mark.parametrize(
    ("document", "problems"),
    [
        pytest.param([], {"": "must be an object"}, id="list"),
        pytest.param("local", {"": "must be an object"}, id="string"),
        pytest.param({"providers": 1}, {".providers": "is not a policy field"}, id="unknown_field"),
        pytest.param(
            {"provider": "azure"},
            {".provider": "must be one of local, openai, none"},
            id="provider",
        ),
        pytest.param(
            {"provider": None},
            {".provider": "must be one of local, openai, none"},
            id="no_provider",
        ),
        pytest.param({"categories": []}, {".categories": "must be an object"}, id="categories"),
        pytest.param(
            {"categories": {"HATE": "block"}},
            {".categories.HATE": "must be an object"},
            id="no_severities",
        ),
        pytest.param(
            {"categories": {"HATE": {"highest": "block"}}},
            {".categories.HATE.highest": "must be one of low, medium, high"},
            id="severity",
        ),
        pytest.param(
            {"categories": {"HATE": {"low": "warn", "high": 3}}},
            {
                ".categories.HATE.low": f"must be one of {ACTIONS}",
                ".categories.HATE.high": f"must be one of {ACTIONS}",
            },
            id="actions",
        ),
        pytest.param(
            {"provider": 7, "categories": 7, "x": 7},
            {
                ".provider": "must be one of local, openai, none",
                ".categories": "must be an object",
                ".x": "is not a policy field",
            },
            id="all_at_once",
        ),
    ],
)
def test_bad_document_names_its_problems(document: object, problems: dict[str, str]) -> None:
    assert moderation_problems(document) == problems


@pytest.mark.parametrize("name", ["hate", "MODERATION_HATE", "SPAM", 4])
def test_unknown_category_is_refused(name: object) -> None:
    (problem,) = moderation_problems({"categories": {name: {}}}).values()

    assert problem.startswith("must be one of HARASSMENT, HARASSMENT_THREATENING, HATE,")
