"""Policies as data: reading a tenant's document, and what a policy makes of a finding.

A document names a preset and changes what it likes, path by path:

    {"preset": "moderate", "output": {"actions": {"EMAIL_ADDRESS": "allow"}}}

`input.images` allows or blocks images, which no detector sees into: it is an action for `IMAGE`.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

from ironcage.core.errors import InvalidRequest
from ironcage.firewall.allowances import read_allowance
from ironcage.firewall.inheritance import merge_policies
from ironcage.firewall.model import Action, Finding, Origin, Policies, Policy
from ironcage.firewall.policy_document import MODES, excess_of, problems_of
from ironcage.firewall.severity import ACTIONS, STANDARD_RULES, read_moderation
from ironcage.firewall.severity import PREFIX as MODERATION

_IMAGES = "IMAGE"


def default_policies() -> Policies:
    """Give the policies of an agent for whom nobody wrote one."""
    return parse_policy({})


def parse_policy(document: Mapping[str, object]) -> Policies:
    """Read a policy document; an empty one is the default preset.

    Raises:
        InvalidRequest: the document breaks rules; every problem is named by its path.
    """
    return _parsed(json.dumps(document, sort_keys=True))


def check_policy(document: Mapping[str, object]) -> None:
    """Accept a document that a tenant wants to keep.

    Raises:
        InvalidRequest: it breaks rules or is too large; every problem is named by its path.
    """
    if problems := excess_of(document) | problems_of(document):
        raise InvalidRequest(problems, "The firewall policy is invalid.")


def version_of(document: Mapping[str, object]) -> str:
    """Name the content of a document: equal documents have equal names."""
    return hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()[:16]


def decide(finding: Finding, policy: Policy, origin: Origin, *, span: str = "") -> Finding | None:
    """Give a finding its action; None when it scores below the policy's threshold for its type.

    Args:
        finding: what a detector saw.
        policy: whose say it is.
        origin: where the text comes from.
        span: the text found; one that the policy lists as harmless is allowed.
    """
    kind = finding.type
    if finding.score < _of(policy.thresholds, kind, origin=origin, otherwise=0.0):
        return None
    if policy.allow.covers(span):
        return replace(finding, action=Action.ALLOW, is_allowed=True)
    if kind.startswith(MODERATION):
        return _moderated(finding, policy, origin)
    action = _of(policy.actions, kind, origin=origin, otherwise=policy.otherwise)
    return replace(finding, action=action)


def _moderated(finding: Finding, policy: Policy, origin: Origin) -> Finding | None:
    """Give a moderation finding the action of its severity, or that of its type if one is named."""
    rules = policy.moderation or STANDARD_RULES
    action = rules.action_for(finding.type, finding.score)
    if action is None:
        return None
    return replace(
        finding, action=_of(policy.actions, finding.type, origin=origin, otherwise=action)
    )


def _of[Value](table: Mapping[str, Value], kind: str, *, origin: Origin, otherwise: Value) -> Value:
    return table.get(f"{kind}:{origin}", table.get(kind, otherwise))


@lru_cache(maxsize=64)
def _parsed(document: str) -> Policies:
    """Read a document, once: what is the same text is the same policy."""
    merged: dict[str, Any] = merge_policies([json.loads(document)])
    version = version_of(merged)
    return Policies(_policy(version, merged, "input"), _policy(version, merged, "output"))


def _policy(version: str, document: Mapping[str, Any], direction: str) -> Policy:
    section = document[direction]
    blocked = {_IMAGES: "block"} if section.get("images") == "block" else {}
    words = {**section.get("actions", {}), **blocked}
    return Policy(
        version=version,
        detectors=tuple(section["detectors"]),
        actions={kind: ACTIONS[word] for kind, word in words.items()},
        otherwise=ACTIONS[section["otherwise"]],
        modes={kind: MODES[word] for kind, word in section.get("modes", {}).items()},
        thresholds={kind: float(v) for kind, v in section.get("thresholds", {}).items()},
        on_failure=ACTIONS[section.get("on_failure", "block")],
        allow=read_allowance(document.get("allow", {})),
        patterns=tuple(document.get("patterns", ())),
        moderation=read_moderation(document.get("moderation", {})),
    )
