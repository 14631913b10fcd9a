"""Tenants' own expressions: RE2 alone, whose time is linear in the text whatever they say."""

import importlib
from functools import lru_cache
from typing import Any

LONGEST = 512
_TEXTS = ("", "a", "a 1-", " _\n")


@lru_cache(maxsize=1_024)
def compiled(expression: str) -> Any:
    """Compile an expression; the library is loaded by the first one.

    Raises:
        ValueError: it is no RE2 expression.
    """
    re2 = importlib.import_module("re2")
    options = re2.Options()
    options.log_errors = False
    try:
        return re2.compile(expression, options)
    except re2.error as exc:
        raise ValueError("not an RE2 expression") from exc


def expression_problem(value: object) -> str:
    """Tell what is wrong with an expression; empty: nothing."""
    if not isinstance(value, str) or not 0 < len(value) <= LONGEST:
        return f"must be 1 to {LONGEST} characters"
    try:
        expression = compiled(value)
    except ValueError:
        return "must be an expression that RE2 reads"
    if any(not m.group() for text in _TEXTS for m in expression.finditer(text)):
        return "must not match an empty text"
    return ""
