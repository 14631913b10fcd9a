"""Counts as providers report them: one rule for every wire, since what passes here is money."""

from collections.abc import Mapping
from typing import TypeGuard

# Nothing is counted further; a larger number would be a fault, and fit into no ledger.
MOST = 10**12


def is_count(value: object) -> TypeGuard[int]:
    """Tell whether a value is a whole number from nothing up, and no boolean."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MOST


def count_in(source: Mapping[str, object], name: str) -> int | None:
    """Read a count; None where there is none, or what stands there is no count."""
    value = source.get(name)
    return value if is_count(value) else None


def count_or_nothing(source: Mapping[str, object], name: str) -> int:
    """Read a count that providers leave out when it is nothing."""
    return count_in(source, name) or 0
