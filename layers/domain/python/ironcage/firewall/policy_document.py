"""A policy document: which fields it may have, and everything that is wrong with one at once."""

import json
import re
from collections.abc import Callable, Mapping

from ironcage.firewall.allowances import allowance_problems
from ironcage.firewall.compliance import COMPLIANCE
from ironcage.firewall.detectors.custom_rows import validate_patterns
from ironcage.firewall.model import Direction, Origin, RedactionMode
from ironcage.firewall.presets import DETECTORS, PRESETS
from ironcage.firewall.redaction import SECRET
from ironcage.firewall.severity import ACTIONS, Problems, moderation_problems

MAX_BYTES = 65_536
# What one document may list; documents that are merged may list more together.
MOST = {
    "allow.patterns": 50,
    "allow.values": 200,
    "patterns": 50,
    **{f"{d}.{name}": 200 for d in Direction for name in ("actions", "modes", "thresholds")},
}
MODES = {mode.value: mode for mode in RedactionMode}
_TYPE = re.compile(r"[A-Z][A-Z0-9_]{1,39}")
_ORIGINS = frozenset(origin.value for origin in Origin)
_FAILURES = ("block", "allow")
_OPENED = re.compile(
    r"(?:allow|patterns|compliance)(?:\.[\w-]{1,64})?|moderation(?:\.\w{1,64}){0,3}"
    r"|(?:input|output)(?:\.[a-z_]{1,20}(?:\.\w{1,64}(?::[a-z]{1,20})?)?)?",
    re.ASCII,
)


def problems_of(document: Mapping[str, object]) -> Problems:
    """Name everything that is wrong with a document, by its path."""
    found = _section_problems(_PROBLEMS_OF, document)
    return {path.removeprefix("."): text for path, text in found.items()}


def excess_of(document: Mapping[str, object]) -> Problems:
    """Name everything that a document has too much of to be kept, by its path."""
    size = len(json.dumps(document))
    problems = {"size": f"must be at most {MAX_BYTES:,} bytes"} if size > MAX_BYTES else {}
    for path, most in MOST.items():
        name, _, field = path.partition(".")
        found = document.get(name)
        if field:
            found = found.get(field) if isinstance(found, Mapping) else None
        if isinstance(found, Mapping | list) and len(found) > most:
            problems[path] = f"must have at most {most} entries"
    return problems


def _preset_problems(value: object) -> Problems:
    return _word_problems(value, tuple(PRESETS))


def _section_problems(
    fields: Mapping[str, Callable[[object], Problems]], section: object
) -> Problems:
    if not isinstance(section, Mapping):
        return {"": "must be an object"}
    problems: Problems = {}
    for name, value in section.items():
        ask = fields.get(name)
        found = ask(value) if ask else {"": "is not a policy field"}
        problems |= {f".{name}{path}": text for path, text in found.items()}
    return problems


def _list_problems(value: object, words: tuple[str, ...]) -> Problems:
    if isinstance(value, list) and all(isinstance(w, str) and w in words for w in value):
        return {}
    return {"": f"must be a list of {', '.join(words)}"}


def _word_problems(value: object, words: tuple[str, ...]) -> Problems:
    if isinstance(value, str) and value in words:
        return {}
    return {"": f"must be one of {', '.join(words)}"}


def _opened_problems(value: object) -> Problems:
    if isinstance(value, list) and all(isinstance(p, str) and _OPENED.fullmatch(p) for p in value):
        return {}
    return {"": "must be a list of paths such as allow or output.actions.EMAIL_ADDRESS"}


def _pattern_problems(value: object) -> Problems:
    found = validate_patterns(value)
    return {path.removeprefix("patterns"): text for path, text in found.items()}


def _modes_problems(value: object) -> Problems:
    problems = _map_problems(value, lambda mode: _word_problems(mode, tuple(MODES)), origins=())
    if isinstance(value, Mapping) and value.get(SECRET, "full") != "full":
        problems[f".{SECRET}"] = "must be full: no part of a secret is kept"
    return problems


def _score_problems(score: object) -> Problems:
    if isinstance(score, int | float) and not isinstance(score, bool) and 0 <= score <= 1:
        return {}
    return {"": "must be a number from 0 to 1"}


def _map_problems(
    value: object, ask: Callable[[object], Problems], *, origins: frozenset[str] | tuple[()]
) -> Problems:
    """Look at a map from finding types, where they may be told apart by origin, to something."""
    if not isinstance(value, Mapping):
        return {"": "must be an object"}
    problems: Problems = {}
    for key, entry in value.items():
        kind, colon, origin = str(key).partition(":")
        if not _TYPE.fullmatch(kind) or (colon and origin not in origins):
            problems[f".{key}"] = "is not a finding type"
        else:
            problems |= {f".{key}{path}": text for path, text in ask(entry).items()}
    return problems


_BOTH: Mapping[str, Callable[[object], Problems]] = {
    "actions": lambda v: _map_problems(
        v, lambda word: _word_problems(word, tuple(ACTIONS)), origins=_ORIGINS
    ),
    "detectors": lambda v: _list_problems(v, DETECTORS),
    "modes": _modes_problems,
    "on_failure": lambda v: _word_problems(v, _FAILURES),
    "otherwise": lambda v: _word_problems(v, tuple(ACTIONS)),
    "thresholds": lambda v: _map_problems(v, _score_problems, origins=_ORIGINS),
}
_INPUT = {**_BOTH, "images": lambda v: _word_problems(v, ("allow", "block"))}
_PROBLEMS_OF: Mapping[str, Callable[[object], Problems]] = {
    "preset": _preset_problems,
    "compliance": lambda v: _list_problems(v, tuple(COMPLIANCE)),
    "overridable": _opened_problems,
    "allow": allowance_problems,
    "patterns": _pattern_problems,
    "moderation": moderation_problems,
    "input": lambda v: _section_problems(_INPUT, v),
    "output": lambda v: _section_problems(_BOTH, v),
}
