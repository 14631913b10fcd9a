"""The keys of every table, built here and nowhere else.

A key starts with the tenant id, which comes from a verified token. Access patterns:

control   one item by (tenant, kind)          all of a kind by prefix
ledger    one pot by agent                    all presumed spend of an agent by prefix
activity  usage of an agent by time           (sort key starts with the moment)
runtime   all circuits of a tenant by prefix  one circuit by (provider, model)
"""

import re
from dataclasses import dataclass
from urllib.parse import quote

from ironcage.core import AgentId, PolicyId, ProjectId, ProviderId, RequestId, TenantId, iso_utc

VERSION_SK = "VERSION"
POT_SK = "POT#MAIN"
PROVIDER_PREFIX = "PROVIDER#"
AGENT_PREFIX = "AGENT#"
POLICY_PREFIX = "POLICY#"
POLICY_VERSION_PREFIX = "POLICY_VERSION#"
PROJECT_PREFIX = "PROJECT#"
TOKEN_PREFIX = "TOKEN#"  # noqa: S105 - a key prefix, not a secret
PRESUMED_PREFIX = "PRESUMED#"
HISTORY_PREFIX = "HISTORY#"
USAGE_PREFIX = "USAGE#"
BREAKER_PREFIX = "BREAKER#"
_SAFE = re.compile(r"[A-Za-z0-9_.:-]{1,128}")


@dataclass(frozen=True, slots=True)
class TenantKeys:
    """The keys of one tenant; an id with any character beyond `A-Za-z0-9_.:-` is refused."""

    tenant_id: TenantId

    def control_pk(self) -> str:
        """Name the tenant's partition of `control`."""
        return _safe(self.tenant_id)

    def version_sk(self) -> str:
        """Name the item that counts the tenant's configuration changes."""
        return VERSION_SK

    def agent_sk(self, agent_id: AgentId) -> str:
        """Name an agent in `control`."""
        return AGENT_PREFIX + _safe(agent_id)

    def provider_sk(self, provider_id: ProviderId) -> str:
        """Name a provider in `control`."""
        return PROVIDER_PREFIX + _safe(provider_id)

    def policy_sk(self, policy_id: PolicyId) -> str:
        """Name a policy in `control`."""
        return POLICY_PREFIX + _safe(policy_id)

    def policy_version_sk(self, policy_id: PolicyId, number: int) -> str:
        """Name a version of a policy in `control`, in order of number."""
        return f"{POLICY_VERSION_PREFIX}{_safe(policy_id)}#{number:09d}"

    def project_sk(self, project_id: ProjectId) -> str:
        """Name a project in `control`."""
        return PROJECT_PREFIX + _safe(project_id)

    def token_sk(self, agent_id: AgentId) -> str:
        """Name an agent's token record in `control`."""
        return TOKEN_PREFIX + _safe(agent_id)

    def ledger_pk(self, agent_id: AgentId) -> str:
        """Name an agent's partition of `ledger`."""
        return f"{_safe(self.tenant_id)}#{_safe(agent_id)}"

    def pot_sk(self) -> str:
        """Name an agent's pot."""
        return POT_SK

    def presumed_sk(self, request_id: RequestId) -> str:
        """Name the presumed spend of a request."""
        return PRESUMED_PREFIX + _safe(request_id)

    def history_sk(self, now_ms: int, unique: str) -> str:
        """Name an entry of a pot's history, in order of time."""
        return f"{HISTORY_PREFIX}{iso_utc(now_ms)}#{_safe(unique)}"

    def activity_pk(self, agent_id: AgentId) -> str:
        """Name an agent's partition of `activity`."""
        return f"{_safe(self.tenant_id)}#{_safe(agent_id)}"

    def usage_sk(self, started_at_ms: int, request_id: RequestId) -> str:
        """Name the usage row of a request, in order of time."""
        return f"{USAGE_PREFIX}{iso_utc(started_at_ms)}#{_safe(request_id)}"

    def runtime_pk(self) -> str:
        """Name the tenant's partition of `runtime`."""
        return _safe(self.tenant_id)

    def breaker_prefix(self) -> str:
        """Name what the circuits of all deployments of the tenant start with."""
        return BREAKER_PREFIX

    def breaker_sk(self, provider_id: ProviderId, model: str) -> str:
        """Name the circuit of a deployment; a model's name may hold any character."""
        return f"{BREAKER_PREFIX}{_safe(provider_id)}#{quote(model, safe='')}"


def owner_of(ledger_pk: str) -> tuple[TenantId, AgentId]:
    """Read tenant and agent back from a partition key of `ledger`."""
    tenant, _, agent = ledger_pk.partition("#")
    return TenantId(tenant), AgentId(agent)


def _safe(part: str) -> str:
    if not _SAFE.fullmatch(part):
        raise ValueError("not an id: it cannot be part of a key")
    return part
