"""Pattern rules: data from `rules/*.toml`, compiled lazily and checked when they are.

A rule works in three strides, so that a stream can be cut anywhere without changing the outcome:

1. *keywords*: lower-case literals, one of which every trigger holds; most texts stop here;
2. *trigger*: how a value begins. Printable ASCII without spaces, at most 128 characters;
3. *run*: the characters that may follow. Where the run ends, the value is decided, and one of the
   *patterns* must match from the trigger on, pass the *check* and not look like a placeholder.

Everything a rule looks at lies between `CONTEXT` characters before the trigger and the one
character after the run. A run must be prefix-closed: of a text it matches, every beginning too.
"""

import importlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from ironcage.firewall.detectors.checks import CHECKS, is_placeholder

MAX_TRIGGER = 128
MAX_VALUE = 16_384
CONTEXT = 128
_CONTEXT_REACH = 48
_MARKER = "[REDACTED:"
_MARKER_BEFORE = r"\[REDACTED:[^\[\]\s]{1,80}\]$"


class BadRule(ValueError):
    """A rule breaks the limits that streams rely on."""


@dataclass(frozen=True)
class Rule:
    """One kind of value: how it begins, goes on and is proven."""

    id: str
    type: str
    keywords: tuple[str, ...]
    trigger: str
    patterns: tuple[str, ...]
    run: str = r"[A-Za-z0-9_\-]{0,512}"
    left: str = r"[A-Za-z0-9_]"
    check: str = "any"
    context: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    score: float = 1.0

    @classmethod
    def parse(cls, row: Mapping[str, object]) -> "Rule":
        """Read a rule from its TOML table."""
        known = {k: tuple(v) if isinstance(v, list) else v for k, v in row.items()}
        return cls(**known)  # type: ignore[arg-type]  # unknown keys and missing ones raise here

    @cached_property
    def starts(self) -> re.Pattern[str]:
        """Compile the search for every position at which a value may begin."""
        _refuse_long_trigger(self)
        before = f"(?<!{self.left})" if self.left else ""
        return re.compile(f"{before}(?={self.trigger})")

    @cached_property
    def body(self) -> re.Pattern[str]:
        """Compile the trigger and its run."""
        return re.compile(f"(?:{self.trigger})(?:{self.run})")

    @cached_property
    def values(self) -> tuple[re.Pattern[str], ...]:
        """Compile the forms that a value may have."""
        return tuple(re.compile(p) for p in self.patterns)

    def value_at(self, text: str, start: int, extent: int) -> tuple[int, int] | None:
        """Find the proven value that begins at a trigger, or None."""
        if not self._has_context(text, start):
            return None
        for pattern in self.values:
            hit = pattern.match(text, start, min(extent + 1, len(text)))
            if hit and (span := self._proven(text, hit)):
                return span
        return None

    def _proven(self, text: str, hit: re.Match[str]) -> tuple[int, int] | None:
        start, end = hit.span("v") if "v" in hit.re.groupindex else hit.span()
        kept = CHECKS[self.check](text[start:end])
        if not kept or is_placeholder(text[start : start + kept]):
            return None
        end = start + kept
        return None if self._touches_marker(text, hit.start(), end) else (start, end)

    def _touches_marker(self, text: str, start: int, end: int) -> bool:
        """Tell whether a marker stands, without a gap, where a neighbour had ruled this value out.

        Without this, a second pass could find what the first pass did not.
        """
        if not self.left:
            return False
        before = text[max(0, start - CONTEXT) : start]
        if before.endswith("]") and re.search(_MARKER_BEFORE, before):
            return True
        return text.startswith(_MARKER, end)

    def _has_context(self, text: str, start: int) -> bool:
        """Tell whether the words before a value speak for it; none of them may be in a marker."""
        if not (self.context or self.unless):
            return True
        before = text[max(0, start - CONTEXT) : start]
        marker = before.rfind(_MARKER)
        if marker >= 0:
            before = before[before.find("]", marker) + 1 :]
        before = before[-_CONTEXT_REACH:].lower()
        if self.unless and before.rstrip(" :=").endswith(self.unless):
            return False
        return not self.context or any(word in before for word in self.context)


def _refuse_long_trigger(rule: Rule) -> None:
    """Hold a trigger to what a stream can withhold.

    Raises:
        BadRule: the trigger may be longer than `MAX_TRIGGER`, or empty.
    """
    shortest, longest = importlib.import_module("re._parser").parse(rule.trigger).getwidth()
    if shortest < 1 or longest > MAX_TRIGGER:
        raise BadRule(f"rule {rule.id}: its trigger needs 1 to {MAX_TRIGGER} characters")


def read_rules(text: str) -> Iterator[Rule]:
    """Read the rules of a TOML document, in order."""
    tomllib = importlib.import_module("tomllib")  # only a cold start needs it
    for row in tomllib.loads(text)["rule"]:
        yield Rule.parse(row)
