"""Texts from a grammar: lists of templates whose `{slots}` are filled from other lists."""

import random
import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path

DATA = Path(__file__).parents[1] / "data"
_SLOT = re.compile(r"\{([A-Za-z_0-9]+)\}")
_DEEPEST = 12

Rules = Mapping[str, Sequence[str]]


class Grammar:
    """A grammar of one TOML file, and lists of the caller's own to fill slots from."""

    def __init__(self, name: str, rng: random.Random, extra: Rules) -> None:
        rules: dict[str, Sequence[str]] = tomllib.loads((DATA / f"{name}.toml").read_text("utf-8"))
        self._rules = rules | dict(extra)
        self._rng = rng

    def text(self, rule: str = "start") -> str:
        """Make one text from a rule."""
        return self._fill(self._rng.choice(self._rules[rule]), depth=0)

    def _fill(self, template: str, *, depth: int) -> str:
        if depth > _DEEPEST:
            return ""
        pieces = _SLOT.split(template)
        for at in range(1, len(pieces), 2):
            pieces[at] = self._slot(pieces[at], depth=depth)
        return "".join(pieces)

    def _slot(self, name: str, *, depth: int) -> str:
        if name not in self._rules:
            return "{" + name + "}"
        chosen = self._rng.choice(self._rules[name])
        # What comes from the pool is text, not a template: its braces stay as they are.
        return chosen if name.startswith("pool_") else self._fill(chosen, depth=depth + 1)
