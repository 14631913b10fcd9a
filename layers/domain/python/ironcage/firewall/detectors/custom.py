"""A tenant's own patterns: found by RE2, in whole texts and in streams alike.

A match is decided by the text as it stands, wherever it begins, and matches of one pattern that
overlap are one value. Nothing is seen inside what stands for a value that was taken out, and a word
boundary beside it does not count, so that a second pass finds nothing that the first has not.
"""

import hashlib
import json
import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from itertools import accumulate
from typing import Protocol

from ironcage.firewall.detectors.automata import one_pass
from ironcage.firewall.detectors.checks import MARKER
from ironcage.firewall.detectors.custom_rows import (
    asks_for_edges,
    compiled,
    problems_of_rows,
    width_of,
)
from ironcage.firewall.detectors.rules import BadRule
from ironcage.firewall.model import Finding, Origin
from ironcage.firewall.normalise import NormalisedText
from ironcage.firewall.ports import Reading, Scan, Sighting

CUSTOM = "custom"
_KEPT = 256  # detectors of so many tenants stay compiled
_SET_MEMORY_BYTES = 16 << 20
_MARKERS = ("[REDACTED:", "[REMOVED:")
_MARKER = re.compile(rf"{MARKER}|\[REMOVED:PROMPT_INJECTION\]")
_LONGEST_MARKER = 91
_OPEN_MARKER = re.compile(r"\[(?:REDACTED|REMOVED):[^\[\]\s]{0,80}")

Span = tuple[int, int]


class _Hit(Protocol):
    def span(self) -> Span: ...


class _Compiled(Protocol):
    def search(self, text: bytes, pos: int, endpos: int) -> _Hit | None: ...


@dataclass(frozen=True)
class CustomPattern:
    """One pattern, ready to be sought in UTF-8."""

    id: str
    type: str
    score: float
    width: int
    is_edged: bool
    compiled: _Compiled

    @classmethod
    def read(cls, row: Mapping[str, object]) -> "CustomPattern":
        """Compile a valid row."""
        pattern = str(row["pattern"])
        return cls(
            id=str(row["id"]),
            type=str(row["type"]),
            score=float(str(row.get("score", 1))),
            width=width_of(pattern)[1],
            is_edged=asks_for_edges(pattern),
            compiled=compiled(pattern),  # type: ignore[arg-type]  # RE2 has no types
        )

    def spans_in(self, data: bytes, segment: "_Segment") -> Iterator[Span]:
        """Find the match that begins at each place of a segment, if one does."""
        at = segment.start
        while hit := self.compiled.search(data, at, segment.end):
            span = hit.span()
            at = span[0] + 1
            if not (self.is_edged and segment.is_touched_by(span)):
                yield span


class CustomDetector:
    """The patterns of one tenant under the detector name `custom`; compiled on first use."""

    name = CUSTOM

    def __init__(self, rows: Sequence[Mapping[str, object]]) -> None:
        self._rows = tuple(rows)

    @cached_property
    def version(self) -> str:
        """Name these very patterns by a hash."""
        return hashlib.sha256(_canonical(self._rows).encode()).hexdigest()[:16]

    @cached_property
    def patterns(self) -> dict[str, CustomPattern]:
        """Compile the patterns, by id.

        Raises:
            BadRule: a row breaks rules; nobody should have stored it.
        """
        if problems := problems_of_rows(self._rows):
            raise BadRule(f"invalid patterns: {', '.join(problems)}")
        return {str(row["id"]): CustomPattern.read(row) for row in self._rows}

    @cached_property
    def width(self) -> int:
        """Tell how many characters the widest match has: a stream withholds so many."""
        return max((p.width for p in self.patterns.values()), default=0)

    def detect(self, text: NormalisedText, origin: Origin) -> Sequence[Finding]:
        """See every match in a whole text, wherever it comes from."""
        del origin
        return self.scan(Reading(text.text, text.masked)).findings_in(text)

    def scan(self, reading: Reading) -> Scan:
        """See what begins in the new part of a folded text that may still grow."""
        hold = reading.hold
        if not reading.is_last:
            certain = min(hold, _open_marker(reading.text)) - self.width
            hold = max(reading.start, certain)
        sightings = []
        for pattern, span in self._matches(reading, hold):
            if span[1] > hold and not reading.is_last:
                hold = min(hold, span[0])  # what overlaps its end is not known yet
            finding = Finding(pattern.type, f"{CUSTOM}/{pattern.id}", *span, score=pattern.score)
            sightings.append(Sighting(finding, span[0]))
        return Scan(tuple(s for s in sightings if s.anchor < hold), hold)

    @cached_property
    def _look(self) -> Callable[[str], set[str]]:
        rows = [(str(row["pattern"]), str(row["id"])) for row in self._rows]
        return one_pass(rows, _SET_MEMORY_BYTES)

    def _matches(self, reading: Reading, hold: int) -> Iterator[tuple[CustomPattern, Span]]:
        """Give the values that begin before the hold, pattern by pattern."""
        patterns, text = self.patterns, reading.text
        if not patterns or not (seen := self._look(text[max(0, reading.start - 1) :])):
            return
        encoded = _Encoded(text)
        segments = [segment.in_bytes(encoded) for segment in _segments(reading)]
        for pattern in (p for name, p in patterns.items() if name in seen):
            spans = (
                (encoded.index(start), encoded.index(end))
                for segment in segments
                for start, end in pattern.spans_in(encoded.data, segment)
            )
            yield from ((pattern, span) for span in _joined(s for s in spans if s[0] < hold))


class _Encoded:
    """A text in UTF-8, and the offsets between the two."""

    def __init__(self, text: str) -> None:
        self.data = text.encode("utf-8", "replace")  # what is no character has one byte: `?`
        sizes = (len(char.encode("utf-8", "replace")) for char in text)
        self._starts = [] if text.isascii() else list(accumulate(sizes, initial=0))

    def at(self, index: int) -> int:
        return self._starts[index] if self._starts else index

    def index(self, at: int) -> int:
        return bisect_right(self._starts, at) - 1 if self._starts else at


@dataclass(frozen=True, slots=True)
class _Segment:
    """A stretch of text without markers; does one end before it, does one begin behind it?"""

    start: int
    end: int
    is_behind: bool
    is_before: bool

    def in_bytes(self, encoded: _Encoded) -> "_Segment":
        return replace(self, start=encoded.at(self.start), end=encoded.at(self.end))

    def is_touched_by(self, span: Span) -> bool:
        """Tell whether a match stands directly beside a marker."""
        return (self.is_behind and span[0] == self.start) or (
            self.is_before and span[1] == self.end
        )


def compile_custom(rows: Sequence[Mapping[str, object]]) -> CustomDetector:
    """Give the detector of these patterns; equal patterns share one."""
    return _kept(_canonical(rows))


@lru_cache(maxsize=_KEPT)
def _kept(canonical: str) -> CustomDetector:
    return CustomDetector(json.loads(canonical))


def _canonical(rows: Sequence[Mapping[str, object]]) -> str:
    return json.dumps([dict(row) for row in rows], sort_keys=True)


def _segments(reading: Reading) -> Iterator[_Segment]:
    """Cut what is new where markers stand."""
    at, is_behind = reading.start, False
    for marker in _MARKER.finditer(reading.text, max(0, at - _LONGEST_MARKER)):
        if marker.start() >= at:
            yield _Segment(at, marker.start(), is_behind=is_behind, is_before=True)
        if marker.end() >= at:
            at, is_behind = marker.end(), True
    yield _Segment(at, len(reading.text), is_behind=is_behind, is_before=False)


def _open_marker(text: str) -> int:
    """Tell where a marker may have begun that is not complete yet, else where the text ends."""
    at = text.rfind("[")
    tail = text[at:] if at >= 0 else ""
    is_open = any(marker.startswith(tail) for marker in _MARKERS) or _OPEN_MARKER.fullmatch(tail)
    return at if tail and is_open else len(text)


def _joined(spans: Iterator[Span]) -> Iterator[Span]:
    """Join spans that overlap; they come by their start."""
    last: Span | None = None
    for span in spans:
        if last and span[0] < last[1]:
            last = (last[0], max(last[1], span[1]))
            continue
        if last:
            yield last
        last = span
    if last:
        yield last
