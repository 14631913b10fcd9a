"""Identifiers: their types, their shape, and where new ones come from."""

import re
import secrets
from typing import NewType

TenantId = NewType("TenantId", str)
AgentId = NewType("AgentId", str)
BudgetId = NewType("BudgetId", str)
ProviderId = NewType("ProviderId", str)
TokenId = NewType("TokenId", str)
RequestId = NewType("RequestId", str)
PolicyId = NewType("PolicyId", str)
ProjectId = NewType("ProjectId", str)

_SHAPE = re.compile(r"[a-z0-9_-]{3,40}")


def new_id(prefix: str) -> str:
    """Make a fresh id: the prefix, an underscore and 128 random bits in hex."""
    return f"{prefix}_{secrets.token_hex(16)}"


def jitter(longest: float) -> float:
    """Draw a random share of a pause, so that callers who collided do not meet again."""
    return longest * secrets.randbelow(1_000_000) / 1_000_000


def has_prefix(value: str, prefix: str) -> bool:
    """Tell whether a value is a well-formed id of this kind, such as `agent_0a1b2c`."""
    head, _, tail = value.partition("_")
    return head == prefix and bool(_SHAPE.fullmatch(tail))
