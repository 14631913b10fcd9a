"""One detector's look at a text: what was seen, and from where on nothing is certain.

Free rules come first, then the bounded ones, which ask what stands beside a value. A neighbour
that will itself be taken out has no say, or a second pass would find what the first did not. So
bounded rules read the text as it is and once more with gaps for what was seen, until neither a
new value nor an earlier doubt appears.
"""

import re
from collections.abc import Iterable, Sequence

from ironcage.firewall.detectors.encoded import EncodedRule
from ironcage.firewall.detectors.rules import MAX_TRIGGER, MAX_VALUE, Rule, Value
from ironcage.firewall.model import Finding
from ironcage.firewall.normalise import is_held, masked
from ironcage.firewall.ports import Reading, Scan, Sighting, spans_of

# What goes on after a value that has been withheld up to the bound: all until the next space.
OVERFLOW = re.compile(r"[^ \t]*")
_MOST_ROUNDS = 8

AnyRule = Rule | EncodedRule


class Sweep:
    """Applies rules to one reading."""

    def __init__(self, name: str, reading: Reading) -> None:
        self._name = name
        self._reading = reading
        self._hold = reading.hold
        if not reading.is_last:
            self._hold = min(self._hold, _open_tail(reading.text, reading.start))
        self._seen: dict[tuple[str, int, int], Sighting] = {}
        self._bounded: Sequence[Rule] = ()

    def read_free(self, rules: Sequence[AnyRule]) -> None:
        """Look for values that nothing beside them can hide."""
        for rule in rules:
            self._read(rule, self._reading.text)

    def read_encoded(self, rules: Sequence[AnyRule]) -> None:
        """Look into encoded words, and into what is left of those that hold a gap."""
        self.read_free(rules)
        if self._reading.masked != self._reading.text:
            for rule in rules:
                self._read(rule, self._reading.masked, is_gapped=True)

    def read_bounded(self, rules: Sequence[Rule]) -> None:
        """Look for values that must stand alone, beside nothing but gaps."""
        if not rules:
            return
        self._bounded = rules
        for _ in range(_MOST_ROUNDS):
            known = self._hold, len(self._seen)
            for rule in rules:
                self._read(rule, self._reading.text)
            gapped = masked(self._reading.masked, spans_of(s.finding for s in self._seen.values()))
            if gapped != self._reading.text:
                for rule in rules:
                    self._read(rule, gapped, is_gapped=True)
            if known == (self._hold, len(self._seen)):
                return
        # Out of rounds: a stream waits for its end rather than release what is not certain.
        self._hold = self._hold if self._reading.is_last else self._reading.start

    def scan(self) -> Scan:
        """Give what is certain."""
        if not self._seen:
            return Scan((), self._hold)
        certain = (s for s in self._seen.values() if s.anchor < self._hold)
        return Scan(tuple(_outermost(certain)), self._hold)

    def _read(self, rule: AnyRule, text: str, *, is_gapped: bool = False) -> None:
        """Try a rule wherever its trigger stands; overlapping starts share their run."""
        at, run, covered = self._reading.start, (-1, -1), 0
        while place := rule.next_start(text, at):
            start, opened = place
            at = start + 1
            is_shared = rule.has_plain_run and run[0] <= opened <= run[1]
            if is_shared and covered >= run[1]:
                continue  # what begins inside a value that fills its run cannot reach beyond it
            if not is_shared:
                run = opened, rule.extent(text, opened)
            if self._is_open(start, run[1], self._hold if is_gapped else len(text)):
                return
            if not rule.is_free and self._is_doubtful(text, start, run[1]):
                return
            ends = [self._see(value, start) for value in rule.values_at(text, start, run[1])]
            covered = max([covered, *ends])
            at = run[1] if rule.is_whole else at
            if not rule.is_free:
                self._chain(text, ends)

    def _is_doubtful(self, text: str, start: int, extent: int) -> bool:
        """Tell whether a bounded value depends on what stands at the hold: that may become a gap.

        A value ends in a letter or a digit: where a space stands before the hold, it touches none.
        A value that goes on beyond the bound is decided: a stream must not withhold without end.
        """
        if extent - start >= MAX_VALUE:
            return False
        beyond = extent > self._hold or (extent == self._hold and not text[extent - 1].isspace())
        is_doubtful = beyond and start < self._hold and not self._reading.is_last
        if is_doubtful:
            self._hold = start
        return is_doubtful

    def _chain(self, text: str, ends: list[int]) -> None:
        """Try every bounded rule where a value has just ended: a gap will stand before it."""
        while ends:
            at = ends.pop()
            for rule in self._bounded:
                opened = rule.opened_at(text, at)
                extent = at if opened is None else rule.extent(text, opened)
                if opened is not None and not self._is_open(at, extent, self._hold):
                    known = len(self._seen)
                    found = [self._see(value, at) for value in rule.values_at(text, at, extent)]
                    ends += found if len(self._seen) > known else []

    def _is_open(self, start: int, extent: int, end: int) -> bool:
        """Tell whether a value may still grow; then all from its start on has to wait."""
        is_open = extent >= end and not self._reading.is_last and extent - start < MAX_VALUE
        if is_open:
            self._hold = min(self._hold, start)
        return is_open

    def _see(self, value: Value, anchor: int) -> int:
        end = _overflow(self._reading.text, value.start, value.end)
        label = f"{self._name}/{value.rule}"
        finding = Finding(value.type, label, value.start, end, score=value.score)
        self._seen.setdefault((label, value.start, end), Sighting(finding, anchor))
        return end


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
    while at > earliest and is_held(text[at - 1]):
        at -= 1
    return at
