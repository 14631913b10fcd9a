"""A policy comes from several documents: the lowest says the last word, but a block stays."""

from collections.abc import Mapping
from typing import Any

import pytest

from ironcage.core.errors import InvalidRequest
from ironcage.firewall import Action, ModerationProvider, Policies, changed_fields, merge_policies
from support.policy_documents import Document, action_of, policies_of

INJECTION = "PROMPT_INJECTION"


def actions_of(document: Document) -> dict[str, str]:
    found: dict[str, str] = document["input"]["actions"]
    return found


BLOCKED: dict[str, tuple[Document, Document]] = {
    "the same type": ({"actions": {"SECRET": "block"}}, {"actions": {"SECRET": "allow"}}),
    "one origin of it": ({"actions": {"SECRET": "block"}}, {"actions": {"SECRET:user": "allow"}}),
    "all but one origin": ({"actions": {"SECRET:user": "block"}}, {"actions": {"SECRET": "allow"}}),
    "any other type": ({"otherwise": "block"}, {"actions": {"SECRET": "allow"}}),
    "otherwise": ({"otherwise": "block"}, {"otherwise": "allow"}),
    "a threshold": ({"actions": {"SECRET": "block"}}, {"thresholds": {"SECRET": 1}}),
    "a threshold of an origin": (
        {"actions": {"SECRET:user": "block", "SECRET": "allow"}},
        {"thresholds": {"SECRET": 1}},
    ),
    "a stated threshold": (
        {"actions": {"SECRET": "block"}, "thresholds": {"SECRET": 0.5}},
        {"thresholds": {"SECRET:user": 0.9}},
    ),
}


@pytest.mark.parametrize(("parent", "child"), BLOCKED.values(), ids=BLOCKED.keys())
def test_block_holds_against(parent: Document, child: Document) -> None:
    policies = policies_of({"input": parent}, {"input": child})

    assert action_of(policies, "SECRET", origin="user", score=0.6) is Action.BLOCK


@pytest.mark.parametrize("name", sorted(BLOCKED.keys() - {"all but one origin"}))
def test_block_gives_way_where_the_document_says_so_to(name: str) -> None:
    parent, child = BLOCKED[name]

    policies = policies_of({"overridable": ["input"], "input": parent}, {"input": child})

    assert action_of(policies, "SECRET", origin="user", score=0.6) is Action.ALLOW


@pytest.mark.parametrize("above", [{}, {"preset": "moderate"}], ids=["alone", "below a preset"])
@pytest.mark.parametrize("origin", ["user", "document", "system"])
def test_type_that_is_blocked_is_blocked_for_all_of_its_origins(
    above: Document, origin: str
) -> None:
    policies = policies_of(above, {"input": {"actions": {INJECTION: "block"}}})

    assert action_of(policies, INJECTION, origin=origin, score=0.95) is Action.BLOCK


def test_origin_that_a_document_names_beside_its_type_keeps_its_own_action() -> None:
    own = {"input": {"actions": {INJECTION: "block", f"{INJECTION}:document": "redact"}}}

    policies = policies_of(own)

    found = [action_of(policies, INJECTION, origin=o, score=0.95) for o in ("document", "system")]
    assert found == [Action.REDACT, Action.BLOCK]


def test_single_type_is_opened_and_the_rest_is_held() -> None:
    parent = {"overridable": ["input.actions.SECRET"], "input": {"otherwise": "block"}}
    child = {"input": {"actions": {"SECRET": "allow", "SECRET:user": "redact", "US_SSN": "allow"}}}

    merged = actions_of(merge_policies([parent, child]))

    assert (merged["SECRET"], merged["SECRET:user"], merged["US_SSN"]) == (
        "allow",
        "redact",
        "block",
    )


def test_what_a_document_lists_beside_its_otherwise_is_no_demand() -> None:
    parent = {"input": {"otherwise": "block", "actions": {"SECRET": "redact"}}}

    merged = actions_of(merge_policies([parent, {"input": {"actions": {"SECRET": "allow"}}}]))

    assert merged["SECRET"] == "allow"
    assert merged[f"{INJECTION}:system"] == "allow"


def test_child_says_the_last_word_path_by_path() -> None:
    parent = {"output": {"actions": {"SECRET": "redact", "US_SSN": "redact"}, "otherwise": "allow"}}
    child = {"output": {"actions": {"US_SSN": "allow", "IBAN_CODE": "escalate"}}}

    policy = policies_of(parent, child).output

    assert policy.actions == {
        "SECRET": Action.REDACT,
        "US_SSN": Action.ALLOW,
        "IBAN_CODE": Action.ESCALATE,
    }
    assert policy.otherwise is Action.ALLOW


def test_preset_of_a_child_cannot_undo_the_one_above() -> None:
    policies = policies_of({"preset": "strict"}, {"preset": "permissive"})

    assert policies.input.actions[INJECTION] is Action.BLOCK
    assert policies.input.actions["IMAGE"] is Action.BLOCK
    assert policies.input.thresholds[INJECTION] == 0.3
    assert policies.output.actions["SECRET"] is Action.BLOCK
    assert policies.output.otherwise is Action.ALLOW


def test_what_no_document_says_is_no_demand() -> None:
    policies = policies_of({"output": {"otherwise": "redact"}}, {"preset": "permissive"})

    assert action_of(policies, INJECTION, origin="user", score=1) is Action.ALLOW


Row = tuple[Document, Document, tuple[str, ...]]
DETECTING: dict[str, Row] = {
    "listed": ({"detectors": ["ner"]}, {"detectors": ["pii"]}, ("pii", "ner")),
    "blocked secret": ({"actions": {"SECRET": "block"}}, {"detectors": []}, ("secrets",)),
    "blocked injection": ({"actions": {INJECTION: "block"}}, {"detectors": []}, ("injection",)),
    "blocked number": ({"actions": {"US_SSN:user": "block"}}, {"detectors": []}, ("pii",)),
    "blocked hate": (
        {"actions": {"MODERATION_HATE": "block"}, "detectors": ["moderation"]},
        {"detectors": []},
        ("moderation",),
    ),
    "all else blocked": (
        {"otherwise": "block"},
        {"detectors": []},
        ("injection", "secrets", "pii"),
    ),
    "nothing blocked": ({"otherwise": "redact"}, {"detectors": []}, ()),
}


@pytest.mark.parametrize(("parent", "child", "names"), DETECTING.values(), ids=DETECTING.keys())
def test_detector_runs_below_while_what_it_sees_is_demanded(
    parent: Document, child: Document, names: tuple[str, ...]
) -> None:
    assert policies_of({"input": parent}, {"input": child}).input.detectors == names


HARMLESS: Mapping[str, Any] = {"values": ["support@example.com"]}


def test_harmless_texts_of_a_child_count_only_where_all_above_let_them() -> None:
    child = {"allow": HARMLESS}
    project = {"output": {"otherwise": "redact"}}
    opened = {"overridable": ["allow"], "allow": {"patterns": ["A-[0-9]+"]}}

    assert merge_policies([{}, child])["allow"] == HARMLESS
    assert "allow" not in merge_policies([project, child])
    assert "allow" not in merge_policies([{"overridable": ["allow"]}, project, child])
    assert merge_policies([opened, {}, child])["allow"] == {
        "values": ["support@example.com"],
        "patterns": ["A-[0-9]+"],
    }


def test_pattern_of_a_parent_is_kept_and_others_come_to_it() -> None:
    badge = {"id": "badge", "type": "BADGE", "pattern": "B-[0-9]{4}"}
    other = {"id": "order", "type": "ORDER", "pattern": "O-[0-9]{4}", "score": 0.5}
    parent = {"patterns": [badge]}

    policies = policies_of(parent, {"patterns": [{**badge, "pattern": "x"}, other]})
    opened = policies_of(
        {**parent, "overridable": ["patterns"]}, {"patterns": [{**badge, "pattern": "x"}]}
    )

    assert policies.input.patterns == (badge, other)
    assert [p["pattern"] for p in opened.output.patterns] == ["x"]
    assert "custom" in policies.input.detectors
    assert "custom" in policies.output.detectors


def test_moderation_of_a_parent_is_kept_where_it_blocks() -> None:
    parent = {"moderation": {"provider": "local", "categories": {"HATE": {"high": "block"}}}}
    child = {
        "moderation": {
            "provider": "none",
            "categories": {"HATE": {"high": "allow", "low": "redact"}},
        }
    }

    kept = {"provider": "local", "categories": {"HATE": {"high": "block", "low": "redact"}}}
    assert merge_policies([parent, child])["moderation"] == kept
    assert (
        merge_policies([{"moderation": {"provider": "none"}}, child])["moderation"]
        == (child["moderation"])
    )


def test_full_redaction_and_blocked_failures_are_kept() -> None:
    parent = {"output": {"modes": {"IBAN_CODE": "full"}, "on_failure": "block"}}
    child = {"output": {"modes": {"IBAN_CODE": "partial", "US_SSN": "hash"}, "on_failure": "allow"}}

    policy = policies_of(parent, child).output

    assert {kind: mode.value for kind, mode in policy.modes.items()} == {
        "IBAN_CODE": "full",
        "US_SSN": "hash",
    }
    assert policy.on_failure is Action.BLOCK
    assert policies_of({}, child).output.on_failure is Action.ALLOW


def test_merging_an_invalid_document_names_its_problems() -> None:
    with pytest.raises(InvalidRequest) as caught:
        merge_policies([{}, {"input": {"otherwise": "maybe"}}])

    assert list(caught.value.fields) == ["input.otherwise"]


def test_change_is_told_by_path_without_harmless_texts() -> None:
    before = {"preset": "strict", "allow": HARMLESS, "input": {"thresholds": {"SECRET": 0.5}}}
    after = {
        "overridable": ["allow"],
        "allow": {"values": ["b"]},
        "input": {"thresholds": {"SECRET": 0.6}},
    }

    changed = ["allow", "input.thresholds.SECRET", "overridable", "preset"]
    assert changed_fields(before, after) == changed
    assert changed_fields(before, before) == []


HATED = "MODERATION_HATE"
FROM_LOW: Document = {"moderation": {"categories": {"HATE": {"low": "block"}}}}
MODERATED: Document = {"input": {"detectors": ["moderation"]}}
MILDER: dict[str, Document] = {
    "the type": {"input": {"actions": {HATED: "allow"}}},
    "one origin of it": {"input": {"actions": {f"{HATED}:user": "allow"}}},
    "the type, a little": {"input": {"actions": {HATED: "redact"}}},
    "a threshold": {"input": {"thresholds": {HATED: 1}}},
    "the severity": {"moderation": {"categories": {"HATE": {"low": "allow", "high": "redact"}}}},
}


@pytest.mark.parametrize("child", MILDER.values(), ids=MILDER.keys())
@pytest.mark.parametrize(
    ("parent", "score"),
    [
        pytest.param(FROM_LOW, 0.6, id="said"),
        pytest.param(MODERATED, 0.95, id="standard of a detector"),
        pytest.param({"preset": "moderate"}, 0.95, id="standard of a preset"),
    ],
)
def test_block_of_a_severity_holds_against(parent: Document, score: float, child: Document) -> None:
    assert action_of(policies_of(parent, child), HATED, origin="user", score=score) is Action.BLOCK


@pytest.mark.parametrize("child", MILDER.values(), ids=MILDER.keys())
def test_block_of_a_severity_gives_way_where_the_document_says_so_to(child: Document) -> None:
    parent = {"overridable": ["input", "moderation"], **FROM_LOW}

    found = action_of(policies_of(parent, child), HATED, origin="user", score=0.95)

    assert found < Action.BLOCK


def test_type_that_a_document_names_itself_is_judged_by_that() -> None:
    own: Document = {**FROM_LOW, "input": {"actions": {HATED: "redact"}}}

    policies = policies_of(own, {"input": {"actions": {HATED: "allow"}}})

    assert action_of(policies_of(own), HATED, origin="user", score=0.95) is Action.REDACT
    assert action_of(policies, HATED, origin="user", score=0.95) is Action.ALLOW


@pytest.mark.parametrize(
    "parent",
    [FROM_LOW, MODERATED, {"output": {"actions": {HATED: "block"}}}],
    ids=["a severity", "a detector", "a type"],
)
def test_who_wants_texts_moderated_has_somebody_for_it(parent: Document) -> None:
    child = {"moderation": {"provider": "none"}}

    assert _moderator_of(policies_of(parent, child)) is ModerationProvider.LOCAL
    for opened in ({"overridable": ["moderation.provider"]}, child):
        policies = policies_of({**parent, **opened}, child)
        assert _moderator_of(policies) is ModerationProvider.NONE


def _moderator_of(policies: Policies) -> ModerationProvider:
    assert policies.input.moderation is not None
    return policies.input.moderation.provider
