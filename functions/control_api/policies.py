"""Operations on firewall policies: of a tenant, of a project, or of single agents."""

from collections.abc import Mapping
from dataclasses import replace

from control_api.fields import Fields
from control_api.ports import Fact
from control_api.tokens import read_owner
from ironcage.core import Clock, PolicyId, ProjectId, TenantId, has_prefix, iso_utc
from ironcage.core.errors import Conflict, InvalidRequest, NotFound
from ironcage.firewall import changed_fields, check_policy, merge_policies, version_of
from ironcage.tenancy import (
    DEFAULT_POLICY,
    DirectoryWriter,
    PolicyStore,
    PolicyVersion,
    policies_of,
    policy_of,
)

MOST_VERSIONS = 50
_HIGHEST = 10**9 - 1


class PolicyOperations:
    """Write and read policies; each write is a version that is kept for good."""

    def __init__(self, directory: DirectoryWriter, policies: PolicyStore, *, clock: Clock) -> None:
        self._directory = directory
        self._policies = policies
        self._clock = clock

    def put_policy(self, fields: Fields, actor: str) -> Fact:
        """Write a policy's next version; it acts within five seconds.

        Without `policy_id` and `project_id` it is the tenant's, which all of its agents have.

        Raises:
            InvalidRequest: fields or the policy are wrong.
            NotFound: there is no such tenant or project.
            Conflict: the newest version is not `expected_version` (any more).
        """
        tenant_id, policy_id = _read_whose(fields)
        document = fields.mapping("policy")
        expected = _read_number(fields, "expected_version", low=0)
        fields.check()
        _check(document)
        self._check_owner(tenant_id, policy_id)
        written = PolicyVersion(
            policy_id=policy_id,
            number=1,
            content_hash=version_of(document),
            document=document,
            changed_at=iso_utc(self._clock.now_ms()),
            actor=actor,
        )
        version, old = self._next(tenant_id, written, expected=expected)
        self._policies.put(tenant_id, version)
        answer: dict[str, object] = {
            "policy_id": policy_id,
            "version": version.number,
            "content_hash": version.content_hash,
        }
        changes = {**answer, "fields": changed_fields(old, document)}
        return Fact(answer, "policy_changed", tenant_id, changes=changes)

    def read_policy(self, fields: Fields) -> dict[str, object]:
        """Read a policy, or one of its versions, and who wrote which version when.

        Raises:
            InvalidRequest: fields are wrong.
            NotFound: there is no such tenant, project, policy or version.
        """
        tenant_id, policy_id = _read_whose(fields)
        number = _read_number(fields, "version", low=1)
        fields.check()
        self._check_owner(tenant_id, policy_id)
        found = self._policies.find(tenant_id, policy_id, number=number)
        if found is None:
            raise NotFound(policy_id=policy_id)
        versions = self._policies.history(tenant_id, policy_id, most=MOST_VERSIONS)
        return {
            "policy_id": policy_id,
            **_told(found),
            "policy": dict(found.document),
            "versions": [_told(version) for version in versions],
        }

    def read_agent_policy(self, fields: Fields) -> dict[str, object]:
        """Read what the policies of an agent make together, and the version that records name.

        Raises:
            InvalidRequest: fields are wrong.
            NotFound: there is no such agent, or its project or its own policy is gone.
        """
        tenant_id, agent_id = read_owner(fields)
        fields.check()
        agent = self._directory.find_agent(tenant_id, agent_id)
        if agent is None:
            raise NotFound(agent_id=agent_id)
        for policy_id in policies_of(agent):
            self._check_owner(tenant_id, policy_id)
        found = {name: self._policies.find(tenant_id, name) for name in policies_of(agent)}
        if agent.policy_id != DEFAULT_POLICY and found[agent.policy_id] is None:
            raise NotFound(policy_id=agent.policy_id)
        versions = [version for version in found.values() if version]
        merged = merge_policies(version.document for version in versions)
        return {
            "agent_id": agent_id,
            "policy": merged,
            "policy_version": version_of(merged),
            "policies": {version.policy_id: version.number for version in versions},
        }

    def _next(
        self, tenant_id: TenantId, version: PolicyVersion, *, expected: int | None
    ) -> tuple[PolicyVersion, Mapping[str, object]]:
        """Number a version, and tell what stood before it."""
        before = self._policies.find(tenant_id, version.policy_id)
        newest = before.number if before else 0
        if expected is not None and newest != expected:
            raise Conflict(policy_id=version.policy_id, version=newest)
        return replace(version, number=newest + 1), before.document if before else {}

    def _check_owner(self, tenant_id: TenantId, policy_id: PolicyId) -> None:
        """Refuse a tenant, or a project of it, that is not there."""
        if not self._directory.has_tenant(tenant_id):
            raise NotFound(tenant_id=tenant_id)
        if _is_of_project(policy_id):
            project_id = ProjectId(policy_id)
            if self._directory.find_project(tenant_id, project_id) is None:
                raise NotFound(project_id=project_id)


def _read_whose(fields: Fields) -> tuple[TenantId, PolicyId]:
    """Read which policy is meant: one by its id, a project's, or the tenant's."""
    tenant_id = TenantId(fields.identifier("tenant_id", "tenant"))
    if fields.has("policy_id") and fields.has("project_id"):
        fields.note("project_id", "must not be given with policy_id")
    if fields.has("project_id"):
        return tenant_id, policy_of(ProjectId(fields.identifier("project_id", "proj")))
    if fields.has("policy_id"):
        return tenant_id, PolicyId(fields.identifier("policy_id", "policy"))
    return tenant_id, DEFAULT_POLICY


def _read_number(fields: Fields, name: str, *, low: int) -> int | None:
    return fields.integer(name, low=low, high=_HIGHEST, default=low) if fields.has(name) else None


def _check(document: Mapping[str, object]) -> None:
    try:
        check_policy(document)
    except InvalidRequest as exc:
        problems = {f"policy.{name}": text for name, text in exc.fields.items()}
        raise InvalidRequest(problems) from exc


def _is_of_project(policy_id: PolicyId) -> bool:
    return has_prefix(policy_id, "proj")


def _told(version: PolicyVersion) -> dict[str, object]:
    return {
        "version": version.number,
        "content_hash": version.content_hash,
        "changed_at": version.changed_at,
        "actor": version.actor,
    }
