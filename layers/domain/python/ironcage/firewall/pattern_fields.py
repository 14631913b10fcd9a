"""A tenant's own patterns, as a policy lists them for the detector `custom`."""

import re
from collections.abc import Mapping

from ironcage.firewall.expressions import expression_problem

TYPE = re.compile(r"[A-Z][A-Z0-9_]{1,39}")
_ID = re.compile(r"[a-z][a-z0-9_-]{0,39}")
_FIELDS = ("id", "type", "pattern", "score")
_RESERVED = re.compile(r"PROMPT_INJECTION|SECRET|IMAGE|MODERATION_\w*")


def pattern_problems(rows: object) -> dict[str, str]:
    """Name everything that is wrong with a policy's `patterns`, by its path in there."""
    if not isinstance(rows, list):
        return {"": "must be a list of patterns"}
    problems: dict[str, str] = {}
    known: set[object] = set()
    for at, row in enumerate(rows):
        problems |= {f".{at}{path}": text for path, text in _row_problems(row).items()}
        name = row.get("id") if isinstance(row, Mapping) else None
        if isinstance(name, str) and name in known:
            problems[f".{at}.id"] = "is used twice"
        known.add(name if isinstance(name, str) else None)
    return problems


def _row_problems(row: object) -> dict[str, str]:
    if not isinstance(row, Mapping):
        return {"": "must be an object"}
    problems = {f".{name}": "is not a policy field" for name in row if name not in _FIELDS}
    if not _matches(_ID, row.get("id")):
        problems[".id"] = "must be a letter and up to 39 of a-z, 0-9, - and _"
    if not _matches(TYPE, row.get("type")) or _matches(_RESERVED, row["type"]):
        problems[".type"] = "must be a finding type of your own, such as EMPLOYEE_NUMBER"
    if problem := expression_problem(row.get("pattern")):
        problems[".pattern"] = problem
    score = row.get("score", 1)
    if type(score) not in {int, float} or not 0 <= score <= 1:
        problems[".score"] = "must be a number from 0 to 1"
    return problems


def _matches(shape: re.Pattern[str], value: object) -> bool:
    return isinstance(value, str) and bool(shape.fullmatch(value))
