"""Policies on `control`: versions are kept for good, and an agent's are read at one moment."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import pytest

from ironcage.adapters.dynamodb.attributes import Item
from ironcage.adapters.dynamodb.control_items import agent_item
from ironcage.adapters.dynamodb.directory import SETTLING_READS, DynamoDirectory
from ironcage.adapters.dynamodb.directory_writer import DynamoDirectoryWriter
from ironcage.adapters.dynamodb.enrolment import DynamoEnrolment
from ironcage.adapters.dynamodb.keys import TenantKeys
from ironcage.adapters.dynamodb.policies import DynamoPolicyStore
from ironcage.adapters.dynamodb.table import Table
from ironcage.core import Micros, PolicyId, ProjectId, TenantId
from ironcage.core.errors import Conflict, FirewallUnavailable, NotFound, StoreUnavailable
from ironcage.firewall import merge_policies, parse_policy
from ironcage.tenancy import DEFAULT_POLICY, Agent, AgentView, Project, Tenant, policy_of
from ironcage.tokens import issue
from support.aws_identity import IdentityCloud, make_cloud
from support.aws_mocked import REGION, a_client, emulated_aws
from support.builders_identity import AGENT, KEYS, TENANT, a_grant
from support.builders_tenancy import a_version, an_agent
from support.fakes_ledger import ManualClock

OWN, LETTERS = PolicyId("policy_own"), ProjectId("proj_letters")
STRICT, REDACTING = {"preset": "strict"}, {"output": {"actions": {"US_SSN": "redact"}}}
ALLOWING = {"output": {"actions": {"US_SSN": "allow"}, "otherwise": "allow"}}


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch) -> Iterator[IdentityCloud]:
    with emulated_aws(monkeypatch):
        made = make_cloud()
        DynamoDirectoryWriter(made.control).create_tenant(
            Tenant(TENANT, "Acme", REGION), created_at="2026-01-01T00:00:00.000Z"
        )
        yield made


@pytest.fixture
def policies(cloud: IdentityCloud) -> DynamoPolicyStore:
    return DynamoPolicyStore(cloud.control)


def enrolled(cloud: IdentityCloud, **changes: object) -> Agent:
    agent = replace(an_agent(), providers=(), **changes)  # type: ignore[arg-type]  # keywords
    record = issue(a_grant(), KEYS)[1]
    DynamoEnrolment(cloud.control, cloud.ledger).enrol(agent, record, limit=Micros(1))
    return agent


def viewed(cloud: IdentityCloud) -> AgentView:
    return DynamoDirectory(cloud.control, ManualClock()).view(TENANT, AGENT)


def test_every_version_can_be_read_again_and_the_newest_acts(policies: DynamoPolicyStore) -> None:
    first, second = a_version(STRICT), a_version(ALLOWING, number=2)
    policies.put(TENANT, first)
    policies.put(TENANT, second)
    third = a_version(STRICT, number=3)

    policies.put(TENANT, third)

    assert policies.find(TENANT, DEFAULT_POLICY) == third
    assert policies.find(TENANT, DEFAULT_POLICY, number=1) == first
    assert policies.find(TENANT, DEFAULT_POLICY, number=4) is None
    assert list(policies.history(TENANT, DEFAULT_POLICY, most=9)) == [third, second, first]
    assert list(policies.history(TENANT, DEFAULT_POLICY, most=2)) == [third, second]
    assert list(policies.history(TENANT, OWN, most=9)) == []


def test_version_that_is_lost_is_left_out_of_the_history(
    cloud: IdentityCloud, policies: DynamoPolicyStore
) -> None:
    policies.put(TENANT, a_version(STRICT))
    policies.put(TENANT, a_version(STRICT, number=2))
    keys = TenantKeys(TENANT)
    cloud.control.delete(keys.control_pk(), keys.policy_version_sk(DEFAULT_POLICY, 1))

    assert [v.number for v in policies.history(TENANT, DEFAULT_POLICY, most=9)] == [2]


@pytest.mark.parametrize("number", [1, 2, 4])
def test_only_the_version_after_the_newest_is_kept(
    policies: DynamoPolicyStore, number: int
) -> None:
    newest = a_version(STRICT, number=2)
    policies.put(TENANT, a_version(STRICT))
    policies.put(TENANT, newest)

    with pytest.raises(Conflict):
        policies.put(TENANT, a_version(ALLOWING, number=number))

    assert policies.find(TENANT, DEFAULT_POLICY) == newest
    assert policies.find(TENANT, DEFAULT_POLICY, number=4) is None


def test_tenants_share_no_policies(policies: DynamoPolicyStore) -> None:
    policies.put(TENANT, a_version(STRICT))
    other = TenantId("tenant_other")

    assert policies.find(other, DEFAULT_POLICY) is None
    with pytest.raises(NotFound):
        policies.put(other, a_version(STRICT))


def test_agent_without_any_document_has_the_default_policy(cloud: IdentityCloud) -> None:
    enrolled(cloud)

    assert viewed(cloud).policy == merge_policies([])


def test_agent_has_its_tenants_its_projects_and_its_own_policy_in_this_order(
    cloud: IdentityCloud, policies: DynamoPolicyStore
) -> None:
    agent = enrolled(cloud, project_id=LETTERS, policy_id=OWN)
    DynamoDirectoryWriter(cloud.control).put_project(Project(TENANT, LETTERS, "Letters"))
    documents: tuple[Mapping[str, object], ...] = (STRICT, REDACTING, ALLOWING)
    for name, document in zip((DEFAULT_POLICY, policy_of(LETTERS), OWN), documents, strict=True):
        policies.put(TENANT, a_version(document, policy_id=name))

    view = viewed(cloud)

    assert view.agent == agent
    assert view.policy == merge_policies(documents)
    assert parse_policy(view.policy).output.actions["SECRET"].name == "BLOCK"
    assert parse_policy(view.policy).output.actions["US_SSN"].name == "ALLOW"


def test_project_without_a_policy_adds_nothing(
    cloud: IdentityCloud, policies: DynamoPolicyStore
) -> None:
    enrolled(cloud, project_id=LETTERS)
    DynamoDirectoryWriter(cloud.control).put_project(Project(TENANT, LETTERS, "Letters"))
    policies.put(TENANT, a_version(STRICT))

    assert viewed(cloud).policy == merge_policies([STRICT])


def test_change_of_each_policy_shows_within_five_seconds(
    cloud: IdentityCloud, policies: DynamoPolicyStore
) -> None:
    enrolled(cloud, project_id=LETTERS, policy_id=OWN)
    DynamoDirectoryWriter(cloud.control).put_project(Project(TENANT, LETTERS, "Letters"))
    policies.put(TENANT, a_version({}, policy_id=OWN))
    clock = ManualClock()
    directory = DynamoDirectory(cloud.control, clock)
    seen = [directory.view(TENANT, AGENT).policy]

    for number, name in enumerate((OWN, policy_of(LETTERS), DEFAULT_POLICY), 1):
        document = {"output": {"thresholds": {"US_SSN": 1 - number / 10}}}
        policies.put(TENANT, a_version(document, policy_id=name, number=1 + (name == OWN)))
        assert directory.view(TENANT, AGENT).policy == seen[-1]
        clock.advance(4.9)
        seen.append(directory.view(TENANT, AGENT).policy)

    versions = {parse_policy(document).output.version for document in seen}
    assert len(versions) == 4


GONE = {
    "own policy": {"policy_id": OWN},
    "project": {"project_id": LETTERS},
}


@pytest.mark.parametrize("changes", GONE.values(), ids=GONE.keys())
def test_what_is_gone_lets_nothing_pass(cloud: IdentityCloud, changes: dict[str, object]) -> None:
    enrolled(cloud, **changes)

    with pytest.raises(FirewallUnavailable):
        viewed(cloud)


def test_deleted_project_lets_nothing_pass_and_stays_deleted(cloud: IdentityCloud) -> None:
    enrolled(cloud, project_id=LETTERS)
    writer, project = DynamoDirectoryWriter(cloud.control), Project(TENANT, LETTERS, "Letters")
    writer.put_project(project)
    assert writer.find_project(TENANT, LETTERS) == project

    writer.put_project(replace(project, is_deleted=True))

    assert writer.find_project(TENANT, LETTERS) is None
    with pytest.raises(FirewallUnavailable):
        viewed(cloud)
    with pytest.raises(Conflict):
        writer.put_project(project)


def test_project_of_another_tenant_is_nobodys(cloud: IdentityCloud) -> None:
    writer, other = DynamoDirectoryWriter(cloud.control), TenantId("tenant_other")
    writer.create_tenant(Tenant(other, "Other", REGION), created_at="2026-01-01T00:00:00.000Z")
    writer.put_project(Project(other, LETTERS, "Letters"))
    enrolled(cloud, project_id=LETTERS)

    assert writer.find_project(TENANT, LETTERS) is None
    with pytest.raises(FirewallUnavailable):
        viewed(cloud)
    with pytest.raises(NotFound):
        writer.put_project(Project(TenantId("tenant_nobody"), LETTERS, "Letters"))


def test_document_that_cannot_be_read_lets_nothing_pass(
    cloud: IdentityCloud, policies: DynamoPolicyStore
) -> None:
    enrolled(cloud)
    policies.put(TENANT, a_version({"preset": "older"}))

    with pytest.raises(FirewallUnavailable):
        viewed(cloud)


class LateTable(Table):
    """A table whose single reads are late: they answer an agent as it was before."""

    late: Item | None = None
    owns: Iterator[PolicyId] | None = None  # the agent's policy at each moment, one after the other

    def get(self, pk: str, sk: str, *, consistent: bool = True) -> Item | None:
        """Read an item, an agent as it was before."""
        if self.late is not None and sk.startswith("AGENT#"):
            return self.late
        return super().get(pk, sk, consistent=consistent)

    def get_together(self, pk: str, sks: Sequence[str]) -> list[Item | None]:
        """Read items as they are at one moment."""
        agent, *others = super().get_together(pk, sks)
        if agent is not None and self.owns is not None:
            agent = {**agent, "policy_id": next(self.owns)}
        return [agent, *others]


def test_agent_is_never_paired_with_policies_that_it_no_longer_has(
    cloud: IdentityCloud, policies: DynamoPolicyStore
) -> None:
    agent = enrolled(cloud, policy_id=OWN)
    policies.put(TENANT, a_version(STRICT, policy_id=OWN))
    table = LateTable(a_client("dynamodb"), "control")
    table.late = agent_item(replace(agent, policy_id=DEFAULT_POLICY))

    view = DynamoDirectory(table, ManualClock()).view(TENANT, AGENT)

    assert view.agent.policy_id == OWN
    assert view.policy == merge_policies([STRICT])


def test_agent_that_changes_with_every_read_is_unavailable(cloud: IdentityCloud) -> None:
    enrolled(cloud)
    table = LateTable(a_client("dynamodb"), "control")
    table.owns = iter(PolicyId(f"policy_{at}") for at in range(SETTLING_READS))

    with pytest.raises(StoreUnavailable):
        DynamoDirectory(table, ManualClock()).view(TENANT, AGENT)

    assert next(table.owns, None) is None


def test_agent_that_goes_between_two_reads_is_not_found(cloud: IdentityCloud) -> None:
    table = LateTable(a_client("dynamodb"), "control")
    table.late = agent_item(an_agent())

    with pytest.raises(NotFound):
        DynamoDirectory(table, ManualClock()).view(TENANT, AGENT)
