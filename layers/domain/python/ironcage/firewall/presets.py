"""Presets, as data: where a policy document begins, by how strict a tenant wants to be."""

from collections.abc import Mapping

from ironcage.firewall.redaction import INJECTION, SECRET

DETECTORS = ("injection", "secrets", "pii", "ner", "moderation", "custom")
DEFAULT_PRESET = "moderate"
Sections = Mapping[str, Mapping[str, object]]

_INPUT_DETECTORS = ("injection", "secrets", "pii")
_OUTPUT_DETECTORS = ("secrets", "pii")
_THRESHOLDS = {INJECTION: 0.5}
PRESETS: Mapping[str, Sections] = {
    "strict": {
        "input": {
            "detectors": _INPUT_DETECTORS,
            "actions": {INJECTION: "block", SECRET: "redact"},
            "otherwise": "redact",
            "thresholds": {INJECTION: 0.3},
            "images": "block",
            "on_failure": "block",
        },
        "output": {
            "detectors": _OUTPUT_DETECTORS,
            "actions": {SECRET: "block"},
            "otherwise": "redact",
            "on_failure": "block",
        },
    },
    "moderate": {
        "input": {
            "detectors": _INPUT_DETECTORS,
            "actions": {
                INJECTION: "block",
                f"{INJECTION}:document": "redact",
                f"{INJECTION}:system": "allow",
            },
            "otherwise": "allow",
            "thresholds": _THRESHOLDS,
            "on_failure": "block",
        },
        "output": {
            "detectors": _OUTPUT_DETECTORS,
            "actions": {SECRET: "redact"},
            "otherwise": "redact",
            "on_failure": "block",
        },
    },
    "permissive": {
        "input": {
            "detectors": _INPUT_DETECTORS,
            "otherwise": "allow",
            "thresholds": _THRESHOLDS,
        },
        "output": {
            "detectors": _OUTPUT_DETECTORS,
            "actions": {SECRET: "redact"},
            "otherwise": "allow",
        },
    },
}
