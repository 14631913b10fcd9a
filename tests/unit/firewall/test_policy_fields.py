"""Fields of a policy document: what may stand there, and what is said of everything else."""

from collections.abc import Mapping
from typing import Any

import pytest

from ironcage.core.errors import InvalidRequest
from ironcage.firewall import (
    Action,
    Finding,
    ModerationProvider,
    ModerationRules,
    Origin,
    check_policy,
    decide,
    parse_policy,
)
from ironcage.firewall.policy_document import MAX_BYTES, MOST

BADGE = {"id": "badge", "type": "BADGE", "pattern": "B-[0-9]{4}"}


def problems_of(document: Mapping[str, Any]) -> dict[str, str]:
    with pytest.raises(InvalidRequest) as caught:
        check_policy(document)
    return caught.value.fields


WRONG: dict[str, tuple[Mapping[str, Any], list[str]]] = {
    "compliance": ({"compliance": ["gdpr", "sox"]}, ["compliance"]),
    "compliance word": ({"compliance": "gdpr"}, ["compliance"]),
    "overridable": ({"overridable": ["preset"]}, ["overridable"]),
    "overridable word": ({"overridable": "allow"}, ["overridable"]),
    "overridable number": ({"overridable": [7]}, ["overridable"]),
    "on failure": ({"input": {"on_failure": "redact"}}, ["input.on_failure"]),
    "allow list": ({"allow": []}, ["allow"]),
    "allow parts": (
        {"allow": {"values": ["", 7], "patterns": "x", "regex": []}},
        ["allow.patterns", "allow.regex", "allow.values"],
    ),
    "allow word": ({"allow": {"values": "x"}}, ["allow.values"]),
    "allow patterns": (
        {"allow": {"patterns": ["ok+", "(", "a*", "", "x" * 513, 7, r"(?=a)", r"\b", "a|"]}},
        [f"allow.patterns.{at}" for at in range(1, 9)],
    ),
    "patterns object": ({"patterns": {}}, ["patterns"]),
    "patterns": (
        {
            "patterns": [
                BADGE,
                BADGE,
                "x",
                {},
                {**BADGE, "id": "Badge", "type": "SECRET", "pattern": "(a)\\1", "score": 2, "x": 1},
                {**BADGE, "id": ["x"], "type": "badge", "score": True},
                {**BADGE, "id": "0x", "type": "MODERATION_OWN"},
            ]
        },
        [
            "patterns.0.id",
            "patterns.1.id",
            "patterns.2",
            "patterns.3.id",
            "patterns.3.pattern",
            "patterns.3.type",
            *(f"patterns.4.{field}" for field in ("id", "pattern", "score", "type", "x")),
            *(f"patterns.5.{field}" for field in ("id", "score", "type")),
            *(f"patterns.6.{field}" for field in ("id", "type")),
        ],
    ),
    "moderation list": ({"moderation": []}, ["moderation"]),
    "moderation": (
        {"moderation": {"provider": "azure", "categories": [], "model": "x"}},
        ["moderation.categories", "moderation.model", "moderation.provider"],
    ),
    "categories": (
        {
            "moderation": {
                "categories": {"RUDE": {}, "HATE": "block", "SEXUAL": {"top": "block", "low": "x"}}
            }
        },
        [
            "moderation.categories.HATE",
            "moderation.categories.RUDE",
            "moderation.categories.SEXUAL.low",
            "moderation.categories.SEXUAL.top",
        ],
    ),
    "origin of nothing": (
        {"input": {"actions": {"SECRET:": "block"}, "thresholds": {"SECRET:mars": 0.5}}},
        ["input.actions.SECRET:", "input.thresholds.SECRET:mars"],
    ),
}


@pytest.mark.parametrize(("document", "paths"), WRONG.values(), ids=WRONG.keys())
def test_every_problem_is_named_by_its_path(document: Mapping[str, Any], paths: list[str]) -> None:
    found = problems_of(document)

    assert sorted(found) == sorted(paths)
    assert all(found.values())


def test_whole_document_is_accepted() -> None:
    check_policy(
        {
            "preset": "strict",
            "compliance": ["gdpr", "pci"],
            "overridable": ["allow", "input.actions.SECRET:document", "moderation.categories"],
            "allow": {"values": ["x"], "patterns": ["x+"]},
            "patterns": [BADGE, {**BADGE, "id": "b2", "score": 0.5}],
            "moderation": {"provider": "openai", "categories": {"HATE": {"low": "escalate"}}},
            "input": {"images": "allow", "on_failure": "allow", "thresholds": {"SECRET:user": 1}},
            "output": {"on_failure": "block", "detectors": ["ner", "moderation", "custom"]},
        }
    )


def entries(path: str, count: int) -> Any:
    names = [f"TYPE_{at}" for at in range(count)]
    if path == "patterns":
        return [{**BADGE, "id": name.lower()} for name in names]
    if path.startswith("allow"):
        return names
    word = {"actions": "block", "modes": "full", "thresholds": 0.5}[path.partition(".")[2]]
    return dict.fromkeys(names, word)


@pytest.mark.parametrize("path", MOST)
def test_document_may_list_so_much_and_no_more(path: str) -> None:
    name, _, field = path.partition(".")

    def document(count: int) -> Mapping[str, Any]:
        return {name: {field: entries(path, count)} if field else entries(path, count)}

    check_policy(document(MOST[path]))
    assert list(problems_of(document(MOST[path] + 1))) == [path]


def test_document_has_a_size_and_a_merged_one_has_none() -> None:
    document = {"allow": {"values": [f"{at}{'x' * 250}" for at in range(MAX_BYTES // 250)]}}

    assert {"size", "allow.values"} <= problems_of(document).keys()
    assert len(parse_policy(document).input.allow.values) == MAX_BYTES // 250


def test_threshold_may_be_told_apart_by_origin() -> None:
    thresholds = {"PROMPT_INJECTION": 0.8, "PROMPT_INJECTION:document": 0.4}
    policy = parse_policy({"input": {"thresholds": thresholds}}).input
    found = Finding("PROMPT_INJECTION", "injection/x", 0, 5, score=0.5)

    assert decide(found, policy, Origin.USER) is None
    assert decide(found, policy, Origin.DOCUMENT) is not None


def test_policy_carries_what_its_document_says() -> None:
    document = {
        "patterns": [BADGE],
        "moderation": {"provider": "none"},
        "allow": {"values": ["x"]},
        "output": {"on_failure": "allow"},
    }

    policies = parse_policy(document)

    assert policies.input.on_failure is Action.BLOCK
    assert policies.output.on_failure is Action.ALLOW
    assert policies.input.moderation == ModerationRules(ModerationProvider.NONE)
    assert policies.input.allow.values == {"x"}
    assert policies.output.patterns == (BADGE,)
