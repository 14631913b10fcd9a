"""Findings, verdicts and policies of the firewalls (steps 2 and 8).

A finding holds offsets into the original text, never the text. `Action` is ordered, mildest first.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING

from ironcage.firewall.allowances import NOTHING_ALLOWED, Allowance

if TYPE_CHECKING:
    from ironcage.firewall.severity import ModerationRules


class Action(IntEnum):
    """What to do with a text, mildest first: the order is the policy."""

    ALLOW = 0
    REDACT = 1
    ESCALATE = 2
    BLOCK = 3


class Origin(StrEnum):
    """Where a text comes from; a client's assistant and tool messages count as documents."""

    USER = "user"
    DOCUMENT = "document"
    SYSTEM = "system"
    MODEL = "model"


class Direction(StrEnum):
    """Which firewall looks at the text."""

    INPUT = "input"
    OUTPUT = "output"


class RedactionMode(StrEnum):
    """How a value is removed: `[REDACTED:TYPE]`, its last four characters kept, or a keyed hash."""

    FULL = "full"
    PARTIAL = "partial"
    HASH = "hash"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something a detector saw at [start, end) of the original text; `type` is public."""

    type: str
    detector: str
    start: int
    end: int
    action: Action = Action.ALLOW
    score: float = 1.0
    is_allowed: bool = False  # the policy lists the found text as harmless


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the strictest finding decides; every finding is kept for the audit trail."""

    action: Action = Action.ALLOW
    findings: tuple[Finding, ...] = ()


def judge(findings: Iterable[Finding]) -> Verdict:
    """Let the strictest finding decide; keep every finding for the audit trail."""
    kept = tuple(findings)
    return Verdict(max((f.action for f in kept), default=Action.ALLOW), kept)


@dataclass(frozen=True, slots=True)
class Policy:
    """Which detectors run in one direction, and what each type of finding leads to.

    `actions` maps a finding's type (`EMAIL_ADDRESS`, `SECRET`, `PROMPT_INJECTION`) to its action;
    a type that is not listed gets `otherwise`. `thresholds` maps a type to the least score that
    counts. In both a type may be told apart by its origin: `PROMPT_INJECTION:document`. `modes`
    maps a type to its redaction mode (full). `on_failure` says what becomes of a text that could
    not be scanned: `BLOCK` or `ALLOW`. `patterns` are those of the document, `moderation` is what
    its section says (None: nothing, so all is standard).
    """

    version: str
    detectors: tuple[str, ...]
    actions: Mapping[str, Action] = field(default_factory=dict)
    otherwise: Action = Action.ALLOW
    modes: Mapping[str, RedactionMode] = field(default_factory=dict)
    thresholds: Mapping[str, float] = field(default_factory=dict)
    on_failure: Action = Action.BLOCK
    allow: Allowance = NOTHING_ALLOWED
    patterns: tuple[Mapping[str, object], ...] = ()
    moderation: "ModerationRules | None" = None


@dataclass(frozen=True, slots=True)
class Policies:
    """The two policies of an agent."""

    input: Policy
    output: Policy
