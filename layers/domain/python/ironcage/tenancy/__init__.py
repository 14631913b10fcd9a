"""Tenants, agents and model providers."""

from ironcage.tenancy.endpoints import check_endpoint, is_allowed_address, origin_of
from ironcage.tenancy.model import (
    DEFAULT_MAX_TOKENS,
    DEFAULT_POLICY,
    Agent,
    AgentStatus,
    AgentView,
    PolicyVersion,
    Project,
    Provider,
    ProviderKind,
    Tenant,
    policies_of,
    policy_of,
)
from ironcage.tenancy.ports import Directory, DirectoryWriter, PolicyStore

__all__ = [
    "DEFAULT_MAX_TOKENS",
    "DEFAULT_POLICY",
    "Agent",
    "AgentStatus",
    "AgentView",
    "Directory",
    "DirectoryWriter",
    "PolicyStore",
    "PolicyVersion",
    "Project",
    "Provider",
    "ProviderKind",
    "Tenant",
    "check_endpoint",
    "is_allowed_address",
    "origin_of",
    "policies_of",
    "policy_of",
]
