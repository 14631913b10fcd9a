"""Tenants, agents and model providers."""

from ironcage.tenancy.model import (
    DEFAULT_MAX_TOKENS,
    Agent,
    AgentStatus,
    AgentView,
    Provider,
    ProviderKind,
)
from ironcage.tenancy.ports import Directory, DirectoryWriter

__all__ = [
    "DEFAULT_MAX_TOKENS",
    "Agent",
    "AgentStatus",
    "AgentView",
    "Directory",
    "DirectoryWriter",
    "Provider",
    "ProviderKind",
]
