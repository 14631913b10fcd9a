r"""Short forms of rules, which a pack may use instead of trigger and patterns.

- `prefix` and `value` (one or several): a value that begins with a prefix. A prefix without
  metacharacters is its own keyword.
- `named` and `value`: a value that only the name of its vendor and a word like *key* or *token*
  before it give away, within one line. `value = "UUID"` stands for that form.
"""

import re
from collections.abc import Mapping

_UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_BETWEEN = r"""[A-Za-z0-9_ \t.\-"'`:={}>,()\]]"""  # no opening bracket: markers begin with one
_BESIDE = r"""[ \t"'`:=>,(]"""
_WORDS = "key|token|secret|passw|pwd|auth|cred|access|api"
_WORD_CHARS = r"A-Za-z0-9_\-"


def expanded(row: Mapping[str, object]) -> Mapping[str, object]:
    """Spell a short form out; a row that has none stays as it is."""
    if "prefix" in row:
        return _prefixed(row)
    return _named(row) if "named" in row else row


def _prefixed(row: Mapping[str, object]) -> dict[str, object]:
    prefix, values = str(row["prefix"]), _values(row)
    tail = {"tail": _WORD_CHARS} if any(r"\-]" in value for value in values) else {}
    return {
        "type": "SECRET",
        "keywords": [re.sub(r"\\(.)", r"\1", prefix).lower()],
        "trigger": prefix,
        "patterns": [f"{prefix}(?:{value})" for value in values],
        "check": "token",
        **tail,
        **_rest(row),
    }


def _named(row: Mapping[str, object]) -> dict[str, object]:
    name, words = row["named"], row.get("words", _WORDS)
    before = rf"(?i:{name}){_BETWEEN}{{0,32}}?(?i:{words}){_BETWEEN}{{0,16}}?{_BESIDE}"
    return {
        "type": "SECRET",
        "keywords": str(name).split("|"),
        "trigger": f"(?i:{name})",
        "lead": f"{_BETWEEN}{{0,64}}",
        "patterns": [f"{before}(?P<v>{value})" for value in _values(row)],
        "right": f"[{_WORD_CHARS}]",
        "check": "mixed",
        **_rest(row),
    }


def _values(row: Mapping[str, object]) -> list[str]:
    value = row["value"]
    values = value if isinstance(value, list) else [value]
    return [_UUID if each == "UUID" else str(each) for each in values]


def _rest(row: Mapping[str, object]) -> dict[str, object]:
    short = {"prefix", "named", "value", "words"}
    return {key: value for key, value in row.items() if key not in short}
