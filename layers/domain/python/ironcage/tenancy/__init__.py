"""Tenants, agents and model providers."""

from ironcage.tenancy.endpoints import check_endpoint, is_allowed_address, origin_of
from ironcage.tenancy.model import (
    DEFAULT_MAX_TOKENS,
    DEFAULT_POLICY,
    Agent,
    AgentStatus,
    AgentView,
    Provider,
    ProviderKind,
    Tenant,
)
from ironcage.tenancy.ports import Directory, DirectoryWriter

__all__ = [
    "DEFAULT_MAX_TOKENS",
    "DEFAULT_POLICY",
    "Agent",
    "AgentStatus",
    "AgentView",
    "Directory",
    "DirectoryWriter",
    "Provider",
    "ProviderKind",
    "Tenant",
    "check_endpoint",
    "is_allowed_address",
    "origin_of",
]
