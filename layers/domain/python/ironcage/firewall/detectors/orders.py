"""Orders to a model in many languages: a word of each group of a rule, all in one sentence.

A trained model judges by what it has read, and it has read little outside a few languages. These
rules see only what is hardly ever said to a person, so they decide by themselves.
"""

import hashlib
import importlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from ironcage.firewall.detectors.automata import one_pass
from ironcage.firewall.detectors.packs import read_pack
from ironcage.firewall.model import Finding
from ironcage.firewall.redaction import INJECTION
from ironcage.firewall.views import View, plain_letters

_SCORE = 0.9
_NOT_ASCII = r"[^\x00-\x7f]+"
_SENTENCE = r"[^.!?\n\u3002\u061f\u0964\u2026]+"

Span = tuple[int, int]


@dataclass(frozen=True)
class Order:
    """One order in one language: groups of words, and those beside which it is none.

    `reach` is the most characters from the first word to the last.
    """

    id: str
    words: tuple[tuple[str, ...], ...]
    unless: tuple[str, ...] = ()
    reach: int = 60

    @classmethod
    def parse(cls, row: Mapping[str, object]) -> "Order":
        """Read an order from its TOML table; its letters become plain ones."""
        known = {name: _plain(value) for name, value in row.items()}
        return cls(**known)  # type: ignore[arg-type]  # unknown keys and missing ones raise here

    @cached_property
    def _groups(self) -> list[re.Pattern[str]]:
        return [re.compile("|".join(group)) for group in self.words]

    @cached_property
    def _excuses(self) -> re.Pattern[str] | None:
        return re.compile("|".join(self.unless)) if self.unless else None

    def spans_in(self, text: str) -> Iterator[Span]:
        """Yield where it is given in a text in plain letters, once a sentence at most."""
        for sentence in re.finditer(_SENTENCE, text):
            span = self._given_in(sentence[0])
            if span and not (self._excuses and self._excuses.search(sentence[0])):
                yield sentence.start() + span[0], sentence.start() + span[1]

    def _given_in(self, sentence: str) -> Span | None:
        """Find the first place where a word of each group is near the others."""
        hits = [(*m.span(), at) for at, g in enumerate(self._groups) for m in g.finditer(sentence)]
        last: dict[int, Span] = {}
        for start, end, group in sorted(hits):
            last[group] = start, end
            first = min(start for start, _ in last.values())
            if len(last) == len(self._groups) and end - first <= self.reach:
                return first, max(end for _, end in last.values())
        return None


class OrderRules:
    """Sees orders in the languages of its pack, which is read on first use."""

    @cached_property
    def _source(self) -> str:
        return read_pack("orders")

    @cached_property
    def version(self) -> str:
        """Name this very rule pack by its hash."""
        return hashlib.sha256(self._source.encode()).hexdigest()[:16]

    @cached_property
    def orders(self) -> tuple[Order, ...]:
        """Read the rule pack."""
        tomllib = importlib.import_module("tomllib")  # only a cold start needs it
        return tuple(map(Order.parse, tomllib.loads(self._source)["order"]))

    @cached_property
    def _spoken(self) -> Callable[[str], set[int]]:
        """Tell which orders have one of their first words in a text."""
        orders = enumerate(self.orders)
        return one_pass([(w.replace(r"\b", ""), at) for at, o in orders for w in o.words[0]])

    def detect(self, plain: View) -> Sequence[Finding]:
        """See orders to the model in a text; offsets are those of the original."""
        found = [self.orders[at] for at in sorted(self._spoken(plain.text))]
        return [
            Finding(INJECTION, f"injection/{order.id}", *plain.locate(*span), score=_SCORE)
            for order in found
            for span in order.spans_in(plain.text)
        ]


def _plain(value: object) -> object:
    """Spell the letters of patterns as the plain view does; what is ASCII may be syntax."""
    if isinstance(value, list):
        return tuple(map(_plain, value))
    if isinstance(value, str):
        return re.sub(_NOT_ASCII, lambda hit: plain_letters(hit[0]), value)
    return value
