"""Words shared by all packages: errors, ids, money, time and settings."""

from ironcage.core.clock import Clock, SystemClock, iso_utc
from ironcage.core.ids import (
    AgentId,
    PolicyId,
    ProviderId,
    RequestId,
    TenantId,
    TokenId,
    has_prefix,
    new_id,
)
from ironcage.core.money import MICROS_PER_USD, Micros, parse_usd, usd_text
from ironcage.core.settings import Settings, variable_of

__all__ = [
    "MICROS_PER_USD",
    "AgentId",
    "Clock",
    "Micros",
    "PolicyId",
    "ProviderId",
    "RequestId",
    "Settings",
    "SystemClock",
    "TenantId",
    "TokenId",
    "has_prefix",
    "iso_utc",
    "new_id",
    "parse_usd",
    "usd_text",
    "variable_of",
]
