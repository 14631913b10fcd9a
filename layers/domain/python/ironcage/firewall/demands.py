"""What a policy document holds the documents below it to: its blocks, and what they rest on."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from ironcage.firewall.compliance import COMPLIANCE
from ironcage.firewall.policy_paths import below, flatten
from ironcage.firewall.redaction import INJECTION, SECRET

_SEEN_BY = {INJECTION: ("injection",), SECRET: ("secrets",)}
_SEEN_BY_MODERATION = ("moderation",)
_SEEN_BY_OTHERS = ("pii", "ner", "custom")
FREE = 1.0
_WORDS = ("actions", "otherwise", "on_failure", "images", "categories")


@dataclass(frozen=True, slots=True)
class Demand:
    """The demands of one document.

    `listed` is all that it says, over the preset that it names or else the default one; `binding`
    holds the paths of what it says itself and means strictly; `opened` is what it leaves open.
    """

    listed: Mapping[str, Any]
    binding: frozenset[str]
    opened: tuple[str, ...] = ()

    def opens(self, path: str) -> bool:
        """Tell whether documents below may do as they like with a path."""
        return any(path == p or path.startswith((f"{p}.", f"{p}:")) for p in self.opened)

    def blocks(self, section: str, key: str) -> bool:
        """Tell whether the action of a type (with its origin) must be to block."""
        path = f"{section}.actions.{key}"
        if self.opens(path):
            return False
        named = _first(self.listed, path)
        return (named or f"{section}.otherwise") in self.binding

    def cap(self, section: str, key: str) -> float:
        """Tell the highest threshold that a type may have; 1 when that is free.

        What is blocked, or is named by a compliance preset, from some score on stays so from there.
        """
        path = f"{section}.thresholds.{key}"
        if self.opens(path):
            return FREE
        named = _first(self.listed, path)
        if named in self.binding or self.blocks(section, key) or self._must_comply(section, key):
            return float(self.listed[named]) if named else 0.0
        return FREE

    def _must_comply(self, section: str, key: str) -> bool:
        path = f"{section}.actions.{key.partition(':')[0]}"
        return any(path in floor_of(n) for n in COMPLIANCE if f"compliance.{n}" in self.binding)

    def detectors(self, section: str) -> Iterator[str]:
        """Name the detectors that must run, since something that they see is blocked."""
        running = {name for name, on in below(self.listed, f"{section}.detectors").items() if on}
        prefix = f"{section}.actions."
        for path in self.binding:
            if path.startswith(prefix):
                yield from running.intersection(_seen_by(path.removeprefix(prefix)))
        if f"{section}.otherwise" in self.binding:
            yield from running


@cache
def floor_of(name: str) -> Mapping[str, Any]:
    """Write a compliance preset as paths."""
    return flatten(COMPLIANCE[name])


def is_strict(path: str, value: object) -> bool:
    """Tell whether saying this demands something, so that nobody below may say less."""
    parts = path.split(".")
    if value is True or parts[0] == "patterns" or parts[1:2] == ["thresholds"]:
        return True
    if path == "moderation.provider":
        return value != "none"
    if parts[1:2] == ["modes"]:
        return value == "full"
    return value == "block" and any(word in parts for word in _WORDS)


def _first(listed: Mapping[str, Any], path: str) -> str:
    """Find the path that speaks for a type: with its origin, or without."""
    return next((p for p in (path, path.partition(":")[0]) if p in listed), "")


def _seen_by(key: str) -> tuple[str, ...]:
    kind = key.partition(":")[0]
    if kind.startswith("MODERATION_"):
        return _SEEN_BY_MODERATION
    return _SEEN_BY.get(kind, _SEEN_BY_OTHERS)
