"""Prompt injection, by phrases: a text, and everything it could be hiding, against a rule pack.

In a rule's pattern a space stands for any few separators, and `{W3}` for up to three other words.
"""

import hashlib
import importlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from ironcage.firewall.detectors.packs import read_pack
from ironcage.firewall.model import Finding, Origin
from ironcage.firewall.normalise import NormalisedText
from ironcage.firewall.redaction import INJECTION
from ironcage.firewall.views import View, plain_view, second_views

_SURE = 0.8
_GAP = r"[\W_]{0,6}"
_WORDS = r"\{W(\d)\} ?"


@dataclass(frozen=True)
class Phrase:
    """One way of giving orders to a model: its words, where they count, and how sure it is."""

    id: str
    keywords: tuple[str, ...]
    pattern: str
    score: float = 0.9
    origins: tuple[str, ...] = ()
    is_raw: bool = False

    @classmethod
    def parse(cls, row: Mapping[str, object]) -> "Phrase":
        """Read a phrase from its TOML table."""
        known = {k: tuple(v) if isinstance(v, list) else v for k, v in row.items()}
        return cls(**known)  # type: ignore[arg-type]  # unknown keys and missing ones raise here

    @cached_property
    def compiled(self) -> re.Pattern[str]:
        """Compile the pattern, its spaces and word gaps spelled out."""
        if self.is_raw:
            return re.compile(self.pattern)
        # A word gap demands separators; without them one long word could be split in endless ways.
        parts = [p.replace(" ", _GAP) for p in re.sub(_WORDS, r"\0\1\0", self.pattern).split("\0")]
        parts[1::2] = [f"(?:[a-z0-9']{{1,20}}[\\W_]{{1,6}}){{0,{n}}}" for n in parts[1::2]]
        return re.compile(rf"(?<![a-z])(?:{''.join(parts)})")

    def first_in(self, text: str) -> re.Match[str] | None:
        """Find the phrase in a lower-case text."""
        if not any(keyword in text for keyword in self.keywords):
            return None
        return self.compiled.search(text)


class InjectionDetector:
    """The detector `injection`; its rules are read on first use."""

    name = "injection"

    @cached_property
    def _source(self) -> str:
        return read_pack("injection")

    @cached_property
    def version(self) -> str:
        """Name this very rule pack by its hash."""
        return hashlib.sha256(self._source.encode()).hexdigest()[:16]

    @cached_property
    def phrases(self) -> tuple[Phrase, ...]:
        """Read the rule pack."""
        tomllib = importlib.import_module("tomllib")  # only a cold start needs it
        return tuple(map(Phrase.parse, tomllib.loads(self._source)["phrase"]))

    def detect(self, text: NormalisedText, origin: Origin) -> Sequence[Finding]:
        """See orders to the model; disguises are undone only when nothing stands there openly."""
        phrases = [p for p in self.phrases if not p.origins or origin in p.origins]
        plain = plain_view(text.original)
        open_orders = list(_findings(phrases, [plain]))
        if any(f.score >= _SURE for f in open_orders):
            return open_orders
        hidden = _findings(phrases, second_views(text, plain))
        return list(dict.fromkeys([*open_orders, *hidden]))


def _findings(phrases: Sequence[Phrase], views: Iterable[View]) -> Iterator[Finding]:
    for view in views:
        for phrase in phrases:
            if hit := phrase.first_in(view.text):
                start, end = view.locate(*hit.span())
                yield Finding(INJECTION, f"injection/{phrase.id}", start, end, score=phrase.score)
