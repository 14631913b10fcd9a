"""Words shared by all packages: errors, ids, money, time and settings."""

from ironcage.core.caching import ExpiringCache
from ironcage.core.clock import Clock, SystemClock, iso_utc
from ironcage.core.ids import (
    AgentId,
    BudgetId,
    PolicyId,
    ProjectId,
    ProviderId,
    RequestId,
    TenantId,
    TokenId,
    has_prefix,
    jitter,
    new_id,
)
from ironcage.core.money import MICROS_PER_USD, Micros, parse_usd, usd_text
from ironcage.core.settings import Settings, variable_of
from ironcage.core.trace import (
    TraceContext,
    from_xray,
    make_traceparent,
    parse_traceparent,
    to_xray,
    trace_id_of,
)

__all__ = [
    "MICROS_PER_USD",
    "AgentId",
    "BudgetId",
    "Clock",
    "ExpiringCache",
    "Micros",
    "PolicyId",
    "ProjectId",
    "ProviderId",
    "RequestId",
    "Settings",
    "SystemClock",
    "TenantId",
    "TokenId",
    "TraceContext",
    "from_xray",
    "has_prefix",
    "iso_utc",
    "jitter",
    "make_traceparent",
    "new_id",
    "parse_traceparent",
    "parse_usd",
    "to_xray",
    "trace_id_of",
    "usd_text",
    "variable_of",
]
