"""A detector made of pattern rules: it reads whole texts and streams with the same stride."""

import hashlib
import re
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property

from ironcage.firewall.detectors.rules import MAX_TRIGGER, MAX_VALUE, Rule, read_rules
from ironcage.firewall.model import Finding, Origin
from ironcage.firewall.normalise import NormalisedText
from ironcage.firewall.ports import Scan, Sighting

# What goes on after a value that has been withheld up to the bound: all until the next space.
OVERFLOW = re.compile(r"[^ \t]*")


class PatternDetector:
    """A rule pack under one name; the pack is read and compiled on first use."""

    def __init__(self, name: str, load: Callable[[], str]) -> None:
        self.name = name
        self._load = load

    @cached_property
    def _source(self) -> str:
        return self._load()

    @cached_property
    def rules(self) -> tuple[Rule, ...]:
        """Read the rule pack."""
        return tuple(read_rules(self._source))

    @cached_property
    def _by_keywords(self) -> list[tuple[tuple[str, ...], list[Rule]]]:
        """Group the rules that wait for the same words: they are looked for once."""
        groups: dict[tuple[str, ...], list[Rule]] = {}
        for rule in self.rules:
            groups.setdefault(rule.keywords, []).append(rule)
        return list(groups.items())

    @cached_property
    def version(self) -> str:
        """Name this very rule pack by its hash."""
        return hashlib.sha256(self._source.encode()).hexdigest()[:16]

    def detect(self, text: NormalisedText, origin: Origin) -> Sequence[Finding]:
        """See every value in a whole text; patterns do not care where it comes from."""
        del origin
        found = [s.finding for s in self.scan(text.text, 0, is_last=True).sightings]
        spans = [text.span(f.start, f.end) for f in found]
        return [
            Finding(f.type, f.detector, start, end, score=f.score)
            for f, (start, end) in zip(found, spans, strict=True)
        ]

    def scan(self, text: str, start: int, *, is_last: bool) -> Scan:
        """See what begins at or after `start` of a folded text that may still grow."""
        lowered = text[start:].lower()
        around = text[:start].lower() + lowered
        hold = len(text) if is_last else _open_tail(text, start)
        seen: list[Sighting] = []
        for rule in self._candidates(lowered, around):
            hold = min(hold, self._apply(rule, (text, start, is_last), seen))
        return Scan(tuple(_outermost(s for s in seen if s.anchor < hold)), hold)

    def _candidates(self, lowered: str, around: str) -> list[Rule]:
        """List the rules that have a keyword in the text, and their context somewhere around."""
        rules: list[Rule] = []
        for keywords, group in self._by_keywords:
            for keyword in keywords:  # plain loops: this runs for every chunk of every stream
                if keyword in lowered:
                    rules += group
                    break
        return [r for r in rules if not r.context or any(word in around for word in r.context)]

    def _apply(self, rule: Rule, where: tuple[str, int, bool], seen: list[Sighting]) -> int:
        """Add what one rule finds; returns where it first could not decide."""
        text, begin, is_last = where
        for hit in rule.starts.finditer(text, begin):
            start = hit.start()
            body = rule.body.match(text, start)
            extent = body.end() if body else start
            is_open = extent >= len(text) and not is_last
            if is_open and extent - start < MAX_VALUE:
                return start
            span = rule.value_at(text, start, extent)
            if span:
                end = _overflow(text, *span)
                label = f"{self.name}/{rule.id}"
                finding = Finding(rule.type, label, span[0], end, score=rule.score)
                seen.append(Sighting(finding, start))
        return len(text)


def _outermost(sightings: Iterable[Sighting]) -> list[Sighting]:
    """Drop what lies inside a finding of its own type: the end of a number is a number too."""
    kept: list[Sighting] = []
    for seen in sorted(sightings, key=lambda s: (s.finding.start, -s.finding.end)):
        inner = seen.finding
        if not any(k.finding.end >= inner.end and k.finding.type == inner.type for k in kept[-8:]):
            kept.append(seen)
    return kept


def _overflow(text: str, start: int, end: int) -> int:
    """Stretch a value that reached the bound over whatever follows without a space."""
    if end - start < MAX_VALUE:
        return end
    rest = OVERFLOW.match(text, end)
    return rest.end() if rest else end


def _open_tail(text: str, start: int) -> int:
    """Tell where a trigger may have begun that is not complete yet: in the last word."""
    earliest = max(start, len(text) - MAX_TRIGGER + 1)
    at = len(text)
    while at > earliest and "!" <= text[at - 1] <= "~":
        at -= 1
    return at
