"""Policies as data: the presets, reading a tenant's document, and what a policy makes of a finding.

A document names a preset and changes what it likes, section by section:

    {"preset": "moderate", "output": {"actions": {"EMAIL_ADDRESS": "allow"}}}

`input.images` allows or blocks images, which no detector sees into: it is an action for `IMAGE`.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import replace
from functools import cache

from ironcage.core.errors import InvalidRequest
from ironcage.firewall.model import (
    Action,
    Direction,
    Finding,
    Origin,
    Policies,
    Policy,
    RedactionMode,
)
from ironcage.firewall.redaction import SECRET

DETECTORS = ("injection", "secrets", "pii")
DEFAULT_PRESET = "moderate"
_OUTPUT = {"detectors": ["secrets", "pii"], "actions": {SECRET: "redact"}, "otherwise": "redact"}
_THRESHOLDS = {"PROMPT_INJECTION": 0.5}
PRESETS: Mapping[str, Mapping[str, Mapping[str, object]]] = {
    "strict": {
        "input": {
            "detectors": [*DETECTORS],
            "actions": {"PROMPT_INJECTION": "block", SECRET: "redact"},
            "otherwise": "redact",
            "thresholds": {"PROMPT_INJECTION": 0.3},
            "images": "block",
        },
        "output": {**_OUTPUT, "actions": {SECRET: "block"}},
    },
    "moderate": {
        "input": {
            "detectors": [*DETECTORS],
            "actions": {
                "PROMPT_INJECTION": "block",
                "PROMPT_INJECTION:document": "redact",
                "PROMPT_INJECTION:system": "allow",
            },
            "otherwise": "allow",
            "thresholds": _THRESHOLDS,
        },
        "output": _OUTPUT,
    },
    "permissive": {
        "input": {"detectors": [*DETECTORS], "otherwise": "allow", "thresholds": _THRESHOLDS},
        "output": {**_OUTPUT, "otherwise": "allow"},
    },
}
_TYPE = r"[A-Z][A-Z0-9_]{1,39}"
_ORIGINS = frozenset(o.value for o in Origin)
_SECTIONS = tuple(d.value for d in Direction)
_FIELDS = ("actions", "detectors", "modes", "otherwise", "thresholds")
_IMAGES, _IMAGE_WORDS = "input.images", ("allow", "block")
_ACTIONS = {action.name.lower(): action for action in Action}
_MODES = {mode.value: mode for mode in RedactionMode}

Problems = dict[str, str]


@cache
def default_policies() -> Policies:
    """Give the policies of an agent that has none of its own."""
    return _read(PRESETS[DEFAULT_PRESET])


def parse_policy(document: Mapping[str, object]) -> Policies:
    """Read a policy document; an empty one is the default preset.

    Raises:
        InvalidRequest: the document breaks rules; every problem is named by its path.
    """
    if not document:
        return default_policies()
    problems: Problems = {
        name: "is not a policy field" for name in document if name not in ("preset", *_SECTIONS)
    }
    preset = document.get("preset", DEFAULT_PRESET)
    base = PRESETS.get(preset) if isinstance(preset, str) else None
    if base is None:
        problems["preset"] = f"must be one of {', '.join(PRESETS)}"
        base = PRESETS[DEFAULT_PRESET]
    sections = {name: _section(name, document.get(name, {}), problems) for name in _SECTIONS}
    if problems:
        raise InvalidRequest(problems, "The firewall policy is invalid.")
    return _read({name: {**base[name], **own} for name, own in sections.items()})


def decide(finding: Finding, policy: Policy, origin: Origin) -> Finding | None:
    """Give a finding its action; None when it scores below the policy's threshold for its type."""
    kind, actions = finding.type, policy.actions
    if finding.score < policy.thresholds.get(kind, 0.0):
        return None
    action = actions.get(f"{kind}:{origin}", actions.get(kind, policy.otherwise))
    return replace(finding, action=action)


def _section(name: str, section: object, problems: Problems) -> Mapping[str, object]:
    if not isinstance(section, Mapping):
        problems[name] = "must be an object"
        return {}
    for field, value in section.items():
        if f"{name}.{field}" == _IMAGES:
            if value not in _IMAGE_WORDS:
                problems[_IMAGES] = f"must be one of {', '.join(_IMAGE_WORDS)}"
            continue
        problem = _PROBLEM_OF[field](value) if field in _FIELDS else {"": "is not a policy field"}
        problems |= {f"{name}.{field}{path}": text for path, text in problem.items()}
    return section


def _detectors_problem(value: object) -> Problems:
    if isinstance(value, list) and all(isinstance(d, str) and d in DETECTORS for d in value):
        return {}
    return {"": f"must be a list of {', '.join(DETECTORS)}"}


def _otherwise_problem(value: object) -> Problems:
    return {} if _is_word(value, _ACTIONS) else {"": f"must be one of {', '.join(_ACTIONS)}"}


def _actions_problem(value: object) -> Problems:
    return _map_problem(value, _ACTIONS, with_origin=True)


def _modes_problem(value: object) -> Problems:
    problems = _map_problem(value, _MODES, with_origin=False)
    if isinstance(value, Mapping) and value.get(SECRET, "full") != "full":
        problems[f".{SECRET}"] = "must be full: no part of a secret is kept"
    return problems


def _thresholds_problem(value: object) -> Problems:
    if not isinstance(value, Mapping):
        return {"": "must be an object"}
    return {
        f".{kind}": "must map a finding type to a number from 0 to 1"
        for kind, score in value.items()
        if not _is_type(kind) or type(score) not in (int, float) or not 0 <= score <= 1
    }


_PROBLEM_OF = {
    "actions": _actions_problem,
    "detectors": _detectors_problem,
    "modes": _modes_problem,
    "otherwise": _otherwise_problem,
    "thresholds": _thresholds_problem,
}


def _map_problem(value: object, words: Mapping[str, object], *, with_origin: bool) -> Problems:
    if not isinstance(value, Mapping):
        return {"": "must be an object"}
    problems: Problems = {}
    for key, word in value.items():
        kind, _, origin = str(key).partition(":")
        if not _is_type(kind) or (origin and not (with_origin and origin in _ORIGINS)):
            problems[f".{key}"] = "is not a finding type"
        elif not _is_word(word, words):
            problems[f".{key}"] = f"must be one of {', '.join(words)}"
    return problems


def _is_type(kind: object) -> bool:
    return isinstance(kind, str) and bool(re.fullmatch(_TYPE, kind))


def _is_word(value: object, words: Mapping[str, object]) -> bool:
    return isinstance(value, str) and value in words


def _read(sections: Mapping[str, Mapping[str, object]]) -> Policies:
    """Build policies from sections that are known to be valid; their hash is the version."""
    canonical = json.dumps(sections, sort_keys=True).encode()
    version = hashlib.sha256(canonical).hexdigest()[:16]
    return Policies(_policy(version, sections["input"]), _policy(version, sections["output"]))


def _policy(version: str, section: Mapping[str, object]) -> Policy:
    blocked = {"IMAGE": "block"} if section.get("images") == "block" else {}
    words = {**_words(section.get("actions")), **blocked}
    return Policy(
        version=version,
        detectors=tuple(_names(section["detectors"])),
        actions={k: _ACTIONS[v] for k, v in words.items()},
        otherwise=_ACTIONS[str(section["otherwise"])],
        modes={k: _MODES[v] for k, v in _words(section.get("modes")).items()},
        thresholds={k: float(v) for k, v in _words(section.get("thresholds")).items()},
    )


def _names(value: object) -> list[str]:
    return [str(name) for name in value] if isinstance(value, list) else []


def _words(value: object) -> dict[str, str]:
    return {str(k): str(v) for k, v in value.items()} if isinstance(value, Mapping) else {}
