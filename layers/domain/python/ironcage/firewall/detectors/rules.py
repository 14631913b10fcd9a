r"""Pattern rules: data from `rules/*.toml`, compiled lazily and checked when they are.

A rule works in strides, so that a stream can be cut anywhere without changing the outcome:

1. *keywords*: lower-case literals, one of which every trigger holds; most texts stop here;
2. *trigger*: how a value begins, in at most 128 characters that `is_held` knows: printable ASCII
   without spaces, and letters of scripts whose words stand between spaces;
3. *lead* and *chars* (a class), or *run* (a pattern): what may follow. Where that ends, the value
   is decided: what must stand there does (*until*), and one of the *patterns* must match from the
   trigger on, pass the *check* and be no placeholder;
4. *tail*: a value that goes on beyond its form is taken to the end of these characters;
5. *context* (words before a value that must speak for it) and *refused* (a pattern of what speaks
   against it, in which `\x00` stands where the value begins).

A rule without *left* and *right* (what must not stand beside a value) is *free*: nothing that
stands around a value can hide it. A rule that must also see what is left of a value when a part
of it was taken out says `reads_gaps`. Everything that a rule looks at lies between `CONTEXT`
characters before the trigger and the one character after the run. A run must be prefix-closed:
of a text that it matches, every beginning too; the same holds for a lead. Packs may write short
forms of rules (shorthand.py), and no part of a rule looks around: RE2 compiles them all.
"""

import importlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from ironcage.firewall.detectors.checks import (
    CHECKS,
    MARKER,
    READS_PLACEHOLDERS,
    is_placeholder,
    without_gaps,
)
from ironcage.firewall.detectors.shorthand import expanded
from ironcage.firewall.normalise import GAP

MAX_TRIGGER = 128
MAX_VALUE = 16_384
CONTEXT = 128
_CONTEXT_REACH = 48
_SHORT_WORD = 4
_WORD = "A-Za-z0-9_"
_MOST_CHECKED = 256
_NAMED_SAMPLE = 32  # of a value that only its name gives away, so much must look drawn at random


class BadRule(ValueError):
    """A rule breaks the limits that streams rely on."""


@dataclass(frozen=True, slots=True)
class Value:
    """A proven value at [start, end) of a folded text."""

    type: str
    rule: str
    start: int
    end: int
    score: float = 1.0


@dataclass(frozen=True)
class Rule:
    """One kind of value: how it begins, goes on and is proven."""

    id: str
    type: str
    keywords: tuple[str, ...]
    trigger: str
    patterns: tuple[str, ...]
    chars: str = r"A-Za-z0-9_\-"
    lead: str = ""
    run: str = ""
    until: str = ""
    tail: str | None = None  # of a free rule: letters, digits and underscores
    reads_gaps: bool = False
    left: str = ""
    right: str = ""
    check: str = "any"
    context: tuple[str, ...] = ()
    refused: str = ""
    score: float = 1.0

    @classmethod
    def parse(cls, row: Mapping[str, object]) -> "Rule":
        """Read a rule from its TOML table."""
        known = {k: tuple(v) if isinstance(v, list) else v for k, v in expanded(row).items()}
        return cls(**known)  # type: ignore[arg-type]  # unknown keys and missing ones raise here

    is_whole = False  # a value may begin anywhere in a run

    @property
    def is_free(self) -> bool:
        """Tell whether the neighbours of a value have no say."""
        return not (self.left or self.right or self.reads_gaps)

    @property
    def has_plain_run(self) -> bool:
        """Tell whether the run is one class of characters: then it ends where it ends."""
        return not self.run

    @cached_property
    def opening(self) -> re.Pattern[str]:
        """Compile the trigger; nothing stands before it, so that a search finds it by its letters.

        Raises:
            BadRule: the trigger is longer than a stream can withhold.
        """
        _refuse_long_trigger(self)
        return re.compile(self.trigger)

    @cached_property
    def _stands_free(self) -> re.Pattern[str]:
        return re.compile(f"(?<!{self.left})")

    @cached_property
    def _lead(self) -> re.Pattern[str]:
        return re.compile(self.lead)

    @cached_property
    def going_on(self) -> re.Pattern[str]:
        """Compile what may follow the trigger."""
        return re.compile(self.run or f"[{self.chars}]*")

    @cached_property
    def values(self) -> tuple[tuple[re.Pattern[str], int], ...]:
        """Compile the forms that a value may have, each with its shortest length."""
        right = f"(?!{self.right})" if self.right else ""
        return tuple((re.compile(f"(?:{p}){right}"), _shortest(p)) for p in self.patterns)

    @cached_property
    def _spoken(self) -> list[re.Pattern[str]]:
        """Compile the words of the context."""
        return [re.compile(_word_pattern(word)) for word in self.context]

    @cached_property
    def _refused(self) -> re.Pattern[str] | None:
        return re.compile(self.refused) if self.refused else None

    @cached_property
    def _tail(self) -> re.Pattern[str] | None:
        tail = _WORD if self.tail is None and self.is_free else self.tail
        return re.compile(f"[{tail}]*") if tail else None

    def next_start(self, text: str, at: int) -> tuple[int, int] | None:
        """Find the next trigger: where it begins and ends."""
        while hit := self.opening.search(text, at):
            at = hit.start() + 1
            if not self.left or self._stands_free.match(text, hit.start()):
                return hit.start(), self._led(text, hit.end())
        return None

    def opened_at(self, text: str, at: int) -> int | None:
        """Tell where the trigger that stands right here ends, whatever is before it."""
        hit = self.opening.match(text, at)
        return self._led(text, hit.end()) if hit else None

    def _led(self, text: str, at: int) -> int:
        lead = self._lead.match(text, at) if self.lead else None
        return lead.end() if lead else at

    def extent(self, text: str, at: int) -> int:
        """Tell where the run that follows a trigger ends."""
        run = self.going_on.match(text, at)
        return run.end() if run else at

    def values_at(self, text: str, start: int, extent: int) -> Iterator[Value]:
        """Give the proven value that begins at a trigger, if there is one."""
        if not text.startswith(self.until, extent):
            return
        for pattern, least in self.values:
            hit = pattern.match(text, start, min(extent + 1, len(text)))
            if not hit:
                continue
            if not self._has_context(text, start, extent):
                return
            if span := self._proven(hit, least):
                yield Value(self.type, self.id, *self._stretched(text, span, extent), self.score)
                return

    def _proven(self, hit: re.Match[str], least: int) -> tuple[int, int] | None:
        if "v" not in hit.re.groupindex:
            kept = self._checked(hit[0], least if self.is_free else len(hit[0]))
            return (hit.start(), hit.start() + kept) if kept else None
        rest = without_gaps(hit["v"])[:_MOST_CHECKED]
        return hit.span("v") if rest and self._checked(rest, least) else None

    def _checked(self, value: str, least: int) -> int:
        """Check a value by its shortest form: what goes on behind that may be anything."""
        check = CHECKS[self.check]
        if least < len(value) and check(sample := value[:least]):
            return 0 if is_placeholder(sample) else len(value)
        kept = check(value)
        is_judged = self.check in READS_PLACEHOLDERS
        return 0 if kept and not is_judged and is_placeholder(value[:kept]) else kept

    def _stretched(self, text: str, span: tuple[int, int], extent: int) -> tuple[int, int]:
        if self._tail is None:
            return span
        rest = self._tail.match(text, span[1], max(extent, span[1]))
        return (span[0], rest.end()) if rest else span

    def _has_context(self, text: str, start: int, extent: int) -> bool:
        """Tell whether the words before a value speak for it; they end at a gap or a marker.

        For a bounded rule each must be a word of its own.
        """
        if not (self.context or self.refused):
            return True
        before = text[max(0, start - CONTEXT) : start]
        before = before[before.rfind(GAP) + 1 :]
        before = re.split(MARKER, before)[-1] if "[REDACTED:" in before else before
        before = before[-_CONTEXT_REACH:]
        if self._refused and self._refused.search(f"{before}{GAP}{text[start : extent + 1]}"):
            return False
        lowered = before.lower()
        said = [at for at, word in enumerate(self.context) if word in lowered]
        if self.is_free or not self.context:
            return bool(said) or not self.context
        return any(self._spoken[at].search(before) for at in said)


def _word_pattern(word: str) -> str:
    """Match a word of a context where a word begins, be it inside a name: `userSsn`, `my_ssn`.

    A short one stands for itself, a longer one for all that begins with it.
    """
    capital = re.escape(word[0].upper()) + f"(?i:{re.escape(word[1:])})"
    begun = f"(?<![A-Za-z])(?i:{re.escape(word)})|(?<=[a-z]){capital}"
    return f"(?:{begun})(?![a-z])" if len(word) <= _SHORT_WORD else f"(?:{begun})"


def _shortest(pattern: str) -> int:
    """Measure the shortest value of a pattern; of a named one, at least a fair sample."""
    parsed = importlib.import_module("re._parser").parse(pattern)
    group = parsed.state.groupdict.get("v")
    shortest = parsed.state.groupwidths[group] if group else parsed.getwidth()
    return max(shortest[0], _NAMED_SAMPLE) if group else int(shortest[0])


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
