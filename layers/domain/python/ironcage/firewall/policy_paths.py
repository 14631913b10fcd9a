"""A policy document as a flat map: one path for each thing that it says, and back again.

A list of detectors says yes or no to each of them, so that lists merge as maps do.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from ironcage.firewall.compliance import COMPLIANCE
from ironcage.firewall.presets import DETECTORS

Paths = dict[str, object]
MAPS = ("actions", "modes", "thresholds")
SECTIONS = ("input", "output")


def flatten(document: Mapping[str, Any]) -> Paths:
    """Write a valid document as paths; `overridable` is about them and none of them."""
    paths: Paths = {"preset": document["preset"]} if "preset" in document else {}
    if "compliance" in document:
        paths |= _switches("compliance", document["compliance"], tuple(COMPLIANCE))
    for part, entries in document.get("allow", {}).items():
        paths |= {f"allow.{part}.{entry}": entry for entry in entries}
    paths |= {f"patterns.{row['id']}": row for row in document.get("patterns", ())}
    paths |= dict(_leaves("moderation", document.get("moderation", {})))
    for section in SECTIONS:
        paths |= _section_paths(section, document.get(section, {}))
    return paths


def unflatten(paths: Mapping[str, Any]) -> dict[str, Any]:
    """Write paths as a document again."""
    document: dict[str, Any] = {"preset": paths["preset"]} if "preset" in paths else {}
    if compliance := _switched_on(paths, "compliance", tuple(COMPLIANCE)):
        document["compliance"] = compliance
    allow = {
        part: sorted(below(paths, f"allow.{part}").values()) for part in ("values", "patterns")
    }
    if any(allow.values()):
        document["allow"] = {part: entries for part, entries in allow.items() if entries}
    if rows := below(paths, "patterns"):
        document["patterns"] = [rows[name] for name in sorted(rows)]
    if moderation := _nested(below(paths, "moderation")):
        document["moderation"] = moderation
    return document | {section: _section_of(paths, section) for section in SECTIONS}


def below(paths: Mapping[str, Any], prefix: str) -> dict[str, Any]:
    """List what stands below a path, by the rest of the path."""
    start = len(prefix) + 1
    return {path[start:]: v for path, v in paths.items() if path.startswith(f"{prefix}.")}


def _section_paths(section: str, fields: Mapping[str, Any]) -> Paths:
    paths: Paths = {}
    for name, value in fields.items():
        if name == "detectors":
            paths |= _switches(f"{section}.detectors", value, DETECTORS)
        elif name in MAPS:
            paths |= {f"{section}.{name}.{key}": entry for key, entry in value.items()}
        else:
            paths[f"{section}.{name}"] = value
    return paths


def _section_of(paths: Mapping[str, Any], section: str) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "detectors": _switched_on(paths, f"{section}.detectors", DETECTORS),
    }
    for name, value in sorted(below(paths, section).items()):
        head, _, key = name.partition(".")
        if head in MAPS:
            fields.setdefault(head, {})[key] = value
        elif head != "detectors":
            fields[head] = value
    return fields


def _switches(prefix: str, names: Any, every: tuple[str, ...]) -> Paths:
    return {f"{prefix}.{name}": name in names for name in every}


def _switched_on(paths: Mapping[str, Any], prefix: str, every: tuple[str, ...]) -> list[str]:
    return [name for name in every if paths.get(f"{prefix}.{name}")]


def _leaves(path: str, value: Any) -> Iterator[tuple[str, object]]:
    if not isinstance(value, Mapping):
        yield path, value
        return
    for name, entry in value.items():
        yield from _leaves(f"{path}.{name}", entry)


def _nested(paths: Mapping[str, Any]) -> dict[str, Any]:
    document: dict[str, Any] = {}
    for path, value in sorted(paths.items()):
        *parents, name = path.split(".")
        at = document
        for parent in parents:
            at = at.setdefault(parent, {})
        at[name] = value
    return document
