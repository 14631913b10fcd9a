"""Which rules a text can concern at all: every keyword of a pack is looked for in one pass."""

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property

from ironcage.firewall.detectors.automata import escaped, one_pass
from ironcage.firewall.detectors.rules import Rule

# Measured: a plain search costs 0.03 µs a keyword, the set 0.8 µs a call and 13 ms to import.
_MOST_LOOPED = 24


class KeywordIndex:
    """Finds the rules of a pack whose keywords stand in a text; prepared on first use."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._rules = rules

    @cached_property
    def _waiting(self) -> dict[str, list[int]]:
        """Map each keyword to the rules that wait for it, by their places in the pack."""
        waiting: dict[str, list[int]] = {}
        for at, rule in enumerate(self._rules):
            for keyword in rule.keywords:
                waiting.setdefault(keyword, []).append(at)
        return waiting

    @cached_property
    def _places(self) -> list[list[int]]:
        return list(self._waiting.values())

    @cached_property
    def _look(self) -> Callable[[str], Iterable[int]]:
        few = len(self._waiting) <= _MOST_LOOPED
        if few:
            return self._looped
        return one_pass([(escaped(keyword), at) for at, keyword in enumerate(self._waiting)])

    def rules_in(self, lowered: str) -> list[Rule]:
        """List the rules that have a keyword in a lower-case text, in the order of the pack."""
        hits = self._look(lowered)
        if not hits:
            return []
        return [self._rules[at] for at in sorted({at for hit in hits for at in self._places[hit]})]

    def _looped(self, lowered: str) -> list[int]:
        return [at for at, keyword in enumerate(self._waiting) if keyword in lowered]
