"""What a policy document holds the documents below it to: its blocks, and what they rest on."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from ironcage.firewall.compliance import COMPLIANCE
from ironcage.firewall.model import Action
from ironcage.firewall.policy_paths import SECTIONS, below, flatten
from ironcage.firewall.redaction import INJECTION, SECRET
from ironcage.firewall.severity import PREFIX as MODERATION
from ironcage.firewall.severity import STANDARD, Severity

_SEEN_BY = {INJECTION: ("injection",), SECRET: ("secrets",)}
_SEEN_BY_MODERATION = ("moderation",)
_SEEN_BY_OTHERS = ("pii", "ner", "custom")
FREE = 1.0
_CATEGORIES = "moderation.categories"
_PROVIDER = "moderation.provider"
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
        if named in self.binding or self._counts_on(section, key):
            return float(self.listed[named]) if named else 0.0
        return FREE

    def _counts_on(self, section: str, key: str) -> bool:
        """Tell whether something rests on it that findings of a type are seen."""
        return (
            self.blocks(section, key)
            or self._must_comply(section, key)
            or self.moderates(section, key)
        )

    def _must_comply(self, section: str, key: str) -> bool:
        path = f"{section}.actions.{key.partition(':')[0]}"
        return any(path in floor_of(n) for n in COMPLIANCE if f"compliance.{n}" in self.binding)

    def overrules(self, path: str, value: object) -> bool:
        """Tell whether a document below says something of moderation that is too mild."""
        if path == _PROVIDER:
            return value == "none" and self._asks_moderator()
        if value == "block":
            return False
        if path.startswith(f"{_CATEGORIES}."):
            return self._blocks_severity(path)
        section, _, key = path.partition(".actions.")
        return self.moderates(section, key)

    def moderates(self, section: str, key: str) -> bool:
        """Tell whether a type is judged by its severity, and one of those must block."""
        path, (kind, _, _) = f"{section}.actions.{key}", key.partition(":")
        if not kind.startswith(MODERATION) or self.opens(path) or _first(self.listed, path):
            return False
        category = f"{_CATEGORIES}.{kind.removeprefix(MODERATION)}"
        return any(self._blocks_severity(f"{category}.{severity}") for severity in Severity)

    def _blocks_severity(self, path: str) -> bool:
        """Tell whether a severity must block: as it is said, or else as the standard has it."""
        if path in self.listed:
            return path in self.binding
        word = path.rpartition(".")[2]
        is_standard = word in Severity and STANDARD[Severity(word)] is Action.BLOCK
        return is_standard and self._has_standard() and not self.opens(path)

    def _has_standard(self) -> bool:
        """Tell whether a document names the standard severities, all at once."""
        running = (self.listed.get(f"{section}.detectors.moderation") for section in SECTIONS)
        return "preset" in self.listed or any(running)

    def _asks_moderator(self) -> bool:
        """Tell whether a document wants texts moderated, so that somebody must."""
        if self.opens(_PROVIDER) or self.listed.get(_PROVIDER) == "none":
            return False
        ours = (f"{_CATEGORIES}.", *(f"{s}.actions.{MODERATION}" for s in SECTIONS))
        running = {f"{section}.detectors.moderation" for section in SECTIONS}
        return any(path in running or path.startswith(ours) for path in self.binding)

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
    if kind.startswith(MODERATION):
        return _SEEN_BY_MODERATION
    return _SEEN_BY.get(kind, _SEEN_BY_OTHERS)
