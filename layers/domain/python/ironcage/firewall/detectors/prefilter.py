"""Which rules are worth trying: all triggers, and all words of contexts, are sought in one pass."""

from collections.abc import Callable, Sequence
from functools import cached_property

from ironcage.firewall.detectors.automata import MEMORY_BYTES, escaped, one_pass
from ironcage.firewall.detectors.rules import Rule
from ironcage.firewall.ports import Reading

_FEW = 6  # so many rules are tried faster than an automaton is asked
# Triggers count characters, so each new text may lead their automaton into new states, at 8 µs a
# character: a chunk of a stream is read faster by it, a whole text rule by rule.
_MOST_CHARACTERS = 64


class Prefilter:
    """Narrows the rules of a pack down for a text; prepared on first use."""

    def __init__(self, rules: Sequence[Rule], *, memory_bytes: int = MEMORY_BYTES) -> None:
        self._rules = rules
        self._memory_bytes = memory_bytes

    def narrowed(self, rules: Sequence[Rule], reading: Reading) -> list[Rule]:
        """Keep the rules whose context is around, of a short piece only those that begin there."""
        if len(rules) <= _FEW or len(reading.text) - reading.start > _MOST_CHARACTERS:
            return self._in_context(rules, reading)
        opened = self._opened(reading.text[reading.start :])
        return self._in_context([r for r in rules if r.id in opened], reading)

    def _in_context(self, rules: Sequence[Rule], reading: Reading) -> list[Rule]:
        if not any(rule.context for rule in rules):
            return list(rules)
        spoken = self._spoken(reading.text.lower())
        return [r for r in rules if not r.context or r.id in spoken]

    @cached_property
    def _opened(self) -> Callable[[str], set[str]]:
        return one_pass([(rule.trigger, rule.id) for rule in self._rules], self._memory_bytes)

    @cached_property
    def _spoken(self) -> Callable[[str], set[str]]:
        words = [(escaped(word), rule.id) for rule in self._rules for word in rule.context]
        return one_pass(words, self._memory_bytes)
