"""One policy from several: tenant, project and agent, each a document over the one before.

What a document says replaces what was said above it, path by path. But a demand from above stays:
a block, a failure that blocks, a detector, a compliance preset, a threshold, full redaction and a
pattern hold for all below, and nobody below may list harmless texts, unless `overridable` says so.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from typing import Any

from ironcage.core.errors import InvalidRequest
from ironcage.firewall.demands import Demand, floor_of, is_strict
from ironcage.firewall.policy_document import problems_of
from ironcage.firewall.policy_paths import SECTIONS, below, flatten, unflatten
from ironcage.firewall.presets import DEFAULT_PRESET, PRESETS
from ironcage.firewall.severity import ACTIONS

Document = Mapping[str, object]
_NOTHING = ("allow", "none")


@dataclass(frozen=True, slots=True)
class Layer:
    """Documents that were merged: what they say, path by path, and what each of them demands."""

    values: Mapping[str, Any] = field(default_factory=dict)
    demands: tuple[Demand, ...] = ()

    def holds(self, path: str) -> bool:
        """Tell whether documents below have no say about a path."""
        if path.startswith("allow."):
            return not all(demand.opens(path) for demand in self.demands)
        return ".thresholds." not in path and any(path in d.binding for d in self.demands)


def layer_of(document: Document) -> Layer:
    """Read a document; an empty one says nothing.

    Raises:
        InvalidRequest: it breaks rules; every problem is named by its path.
    """
    if problems := problems_of(document):
        raise InvalidRequest(problems, "The firewall policy is invalid.")
    if not document:
        return Layer()
    paths, preset = flatten(document), document.get("preset")
    values = _over_preset(preset, paths) if preset else paths
    listed = _over_preset(preset or DEFAULT_PRESET, paths)
    opened: Any = document.get("overridable", ())
    demand = Demand(listed, frozenset(), tuple(opened))
    strict = (path for path, value in values.items() if is_strict(path, value))
    binding = frozenset(path for path in strict if not demand.opens(path))
    return Layer(values, (Demand(listed, binding, tuple(opened)),))


def merge(parent: Layer, child: Layer) -> Layer:
    """Put a document below others: it says the last word, but where they hold it to theirs."""
    own = {path: value for path, value in child.values.items() if not parent.holds(path)}
    return Layer({**parent.values, **own}, parent.demands + child.demands)


def effective(layer: Layer) -> dict[str, object]:
    """Write the one document that acts; read again, it is the same."""
    preset = layer.values.get("preset", DEFAULT_PRESET)
    paths = _over_preset(preset, _held(layer)) | {"preset": preset}
    for section in SECTIONS:
        paths |= _demanded(paths, section, layer.demands)
    for name in below(paths, "compliance"):
        if paths[f"compliance.{name}"]:
            paths |= _raised(paths, floor_of(name))
    if below(paths, "patterns"):
        paths |= {f"{section}.detectors.custom": True for section in SECTIONS}
    return unflatten(paths)


def merge_policies(documents: Iterable[Document]) -> dict[str, object]:
    """Merge documents, the tenant's first and the agent's last, to the one that acts.

    Raises:
        InvalidRequest: one of them breaks rules.
    """
    return effective(reduce(merge, map(layer_of, documents), Layer()))


def changed_fields(before: Document, after: Document) -> list[str]:
    """Name what differs between two valid documents, by path; harmless texts are not named."""
    old, new = ({**flatten(d), **_opened(d)} for d in (before, after))
    paths = {path for path in old.keys() | new.keys() if old.get(path) != new.get(path)}
    return sorted({"allow" if path.startswith("allow.") else path for path in paths})


def _opened(document: Document) -> dict[str, object]:
    return {"overridable": document["overridable"]} if "overridable" in document else {}


def _over_preset(name: object, own: Mapping[str, Any]) -> dict[str, Any]:
    """Fill in what a preset says; who names a type itself means all of its origins."""
    preset = flatten(PRESETS[str(name)])
    return {path: v for path, v in preset.items() if path.partition(":")[0] not in own} | {**own}


def _held(layer: Layer) -> dict[str, Any]:
    """Give what documents say, without what is milder than the severities blocked above.

    A type that is named for something between allowing and blocking is blocked: it is judged by its
    type or by its severity, and neither alone is as strict as both.
    """
    said: dict[str, Any] = {}
    for path, value in layer.values.items():
        if not any(demand.overrules(path, value) for demand in layer.demands):
            said[path] = value
        elif value not in _NOTHING:
            said[path] = "block"
    return said


def _demanded(paths: Mapping[str, Any], section: str, demands: Sequence[Demand]) -> dict[str, Any]:
    """Give what the demands make of a section: blocks, thresholds and detectors."""
    actions = below(paths, f"{section}.actions")
    found: dict[str, Any] = {
        f"{section}.actions.{key}": "block"
        for key in actions
        if any(demand.blocks(section, key) for demand in demands)
    }
    thresholds = below(paths, f"{section}.thresholds")
    told_apart = {k for k in actions if ":" in k and k.partition(":")[0] in thresholds}
    for key in thresholds.keys() | told_apart:
        own = thresholds[key if key in thresholds else key.partition(":")[0]]
        least = min([own, *(d.cap(section, key) for d in demands)])
        if key in thresholds or least < own:
            found[f"{section}.thresholds.{key}"] = least
    for demand in demands:
        found |= {f"{section}.detectors.{name}": True for name in demand.detectors(section)}
    return found


def _raised(paths: Mapping[str, Any], floor: Mapping[str, Any]) -> dict[str, Any]:
    """Raise what a floor asks for, for a type and for each of its origins."""
    found: dict[str, Any] = {}
    for path, least in floor.items():
        if ".actions." not in path:
            found |= {path: least} if least else {}
            continue
        said = paths.get(path, paths[f"{path.partition('.')[0]}.otherwise"])
        named = {path: said} | {p: v for p, v in paths.items() if p.startswith(f"{path}:")}
        found |= {p: _stricter(str(value), least) for p, value in named.items()}
    return found


def _stricter(one: str, other: str) -> str:
    return max(one, other, key=lambda word: ACTIONS[word])
