"""What an agent may use comes from `control`, at most two seconds old."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from ironcage.adapters.dynamodb.attributes import Item
from ironcage.adapters.dynamodb.control_items import agent_item
from ironcage.adapters.dynamodb.directory import ARRIVAL_SECONDS, DynamoDirectory
from ironcage.adapters.dynamodb.directory_writer import DynamoDirectoryWriter
from ironcage.adapters.dynamodb.enrolment import DynamoEnrolment, DynamoSwitchboard
from ironcage.adapters.dynamodb.keys import TenantKeys
from ironcage.adapters.dynamodb.policies import DynamoPolicyStore
from ironcage.adapters.dynamodb.pots import DynamoPotStore
from ironcage.adapters.dynamodb.table import Table
from ironcage.adapters.dynamodb.tokens import DynamoTokenRecords
from ironcage.budgets import PotKey
from ironcage.core import AgentId, Micros, PolicyId, ProviderId, TenantId
from ironcage.core.errors import Conflict, NotFound, StoreUnavailable
from ironcage.firewall import merge_policies
from ironcage.tenancy import Agent, AgentStatus, Tenant
from ironcage.tokens import TokenRecord, issue
from support.aws_identity import IdentityCloud, make_cloud
from support.aws_mocked import REGION, a_client, emulated_aws
from support.builders_identity import AGENT, KEYS, TENANT, a_grant
from support.builders_tenancy import FIRST, SECOND, a_provider, a_version, an_agent
from support.fakes_ledger import ManualClock

OTHER = TenantId("tenant_other")


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch) -> Iterator[IdentityCloud]:
    with emulated_aws(monkeypatch):
        yield make_cloud()


def a_record() -> TokenRecord:
    return issue(a_grant(), KEYS)[1]


def enrolled(cloud: IdentityCloud, agent: Agent | None = None) -> DynamoDirectoryWriter:
    """Create a tenant with an agent and two providers."""
    writer = DynamoDirectoryWriter(cloud.control)
    writer.create_tenant(Tenant(TENANT, "Acme", "us-east-1"), created_at="2026-01-01T00:00:00.000Z")
    enrolment = DynamoEnrolment(cloud.control, cloud.ledger)
    enrolment.enrol(agent or an_agent(), a_record(), limit=Micros(5_000_000))
    for provider_id in (FIRST, SECOND):
        writer.put_provider(TENANT, a_provider(provider_id))
    return writer


def test_view_holds_the_agent_its_providers_in_order_and_its_policy(cloud: IdentityCloud) -> None:
    enrolled(cloud)
    DynamoPolicyStore(cloud.control).put(TENANT, a_version({"preset": "strict"}))

    view = DynamoDirectory(cloud.control, ManualClock()).view(TENANT, AGENT)

    assert view.agent == an_agent()
    assert view.providers == (a_provider(FIRST), a_provider(SECOND))
    assert view.policy == merge_policies([{"preset": "strict"}])


def test_agent_without_a_list_of_models_is_read_as_it_was(cloud: IdentityCloud) -> None:
    agent = replace(an_agent(), models=None, providers=())
    enrolled(cloud, agent)

    assert DynamoDirectory(cloud.control, ManualClock()).view(TENANT, AGENT).agent == agent


def test_change_shows_after_two_seconds_and_not_before_a_read(cloud: IdentityCloud) -> None:
    writer, clock = enrolled(cloud), ManualClock()
    directory = DynamoDirectory(cloud.control, clock)
    before = directory.view(TENANT, AGENT)
    writer.put_provider(TENANT, replace(a_provider(FIRST), is_active=False))

    assert directory.view(TENANT, AGENT) is before
    clock.advance(2)

    assert not directory.view(TENANT, AGENT).providers[0].is_active


class SlowTable(Table):
    """The control table, whose first answer travels for a while."""

    def __init__(self, clock: ManualClock, *, seconds: float) -> None:
        super().__init__(a_client("dynamodb"), "control")
        self._moved, self._seconds = clock, seconds

    def get(self, pk: str, sk: str, *, consistent: bool = True) -> Item | None:
        """Read an item, and let the time pass."""
        found = super().get(pk, sk, consistent=consistent)
        self._moved.advance(self._seconds)
        self._seconds = 0.0
        return found


def test_change_shows_two_seconds_after_a_slow_read_began(cloud: IdentityCloud) -> None:
    writer, clock = enrolled(cloud), ManualClock()
    directory = DynamoDirectory(SlowTable(clock, seconds=1.5), clock)
    before = directory.view(TENANT, AGENT)
    writer.put_provider(TENANT, replace(a_provider(FIRST), is_active=False))

    clock.advance(0.4)
    assert directory.view(TENANT, AGENT) is before
    clock.advance(0.1)

    assert not directory.view(TENANT, AGENT).providers[0].is_active


def test_view_is_not_read_again_while_nothing_changed(cloud: IdentityCloud) -> None:
    enrolled(cloud)
    clock = ManualClock()
    directory = DynamoDirectory(cloud.control, clock)
    directory.view(TENANT, AGENT)
    clock.advance(ARRIVAL_SECONDS)
    before = directory.view(TENANT, AGENT)

    clock.advance(60)

    assert directory.view(TENANT, AGENT) is before


def test_change_that_arrives_after_its_number_is_seen(cloud: IdentityCloud) -> None:
    writer, clock = enrolled(cloud), ManualClock()
    directory = DynamoDirectory(cloud.control, clock)
    directory.view(TENANT, AGENT)
    late = agent_item(replace(an_agent(), status=AgentStatus.INACTIVE))
    writer.put_provider(TENANT, a_provider(SECOND))
    clock.advance(2)
    assert directory.view(TENANT, AGENT).agent.status is AgentStatus.ACTIVE

    keys = TenantKeys(TENANT)
    cloud.control.put(keys.control_pk(), keys.agent_sk(AGENT), late)
    clock.advance(2)

    assert directory.view(TENANT, AGENT).agent.status is AgentStatus.INACTIVE


def test_view_tells_the_home_region_of_the_tenant(cloud: IdentityCloud) -> None:
    enrolled(cloud)

    assert DynamoDirectory(cloud.control, ManualClock()).view(TENANT, AGENT).home_region == REGION


def test_home_region_of_an_unknown_tenant_is_none(cloud: IdentityCloud) -> None:
    writer = enrolled(cloud)

    assert writer.home_of(TENANT) == REGION
    assert writer.home_of(OTHER) is None


def test_provider_that_is_gone_is_left_out(cloud: IdentityCloud) -> None:
    enrolled(cloud, replace(an_agent(), providers=(FIRST, ProviderId("ip_gone"))))

    view = DynamoDirectory(cloud.control, ManualClock()).view(TENANT, AGENT)

    assert view.providers == (a_provider(FIRST),)


@pytest.mark.parametrize(
    ("tenant", "agent"), [(OTHER, AGENT), (TENANT, AgentId("agent_other"))], ids=["tenant", "agent"]
)
def test_unknown_tenant_and_unknown_agent_look_alike(
    cloud: IdentityCloud, tenant: TenantId, agent: AgentId
) -> None:
    enrolled(cloud)

    with pytest.raises(NotFound):
        DynamoDirectory(cloud.control, ManualClock()).view(tenant, agent)


def test_nothing_is_guessed_when_the_table_is_down(cloud: IdentityCloud) -> None:
    enrolled(cloud)
    clock = ManualClock()
    directory = DynamoDirectory(cloud.control, clock)
    directory.view(TENANT, AGENT)
    a_client("dynamodb").delete_table(TableName="control")
    clock.advance(2)

    with pytest.raises(StoreUnavailable):
        directory.view(TENANT, AGENT)


def test_tenant_is_created_once(cloud: IdentityCloud) -> None:
    writer = enrolled(cloud)

    with pytest.raises(Conflict):
        writer.create_tenant(Tenant(TENANT, "Again", "us-east-1"), created_at="x")
    assert writer.has_tenant(TENANT)
    assert not writer.has_tenant(OTHER)


def test_agent_is_enrolled_once_and_whole(cloud: IdentityCloud) -> None:
    enrolled(cloud)
    first = DynamoTokenRecords(cloud.control).find(TENANT, AGENT)

    with pytest.raises(Conflict):
        DynamoEnrolment(cloud.control, cloud.ledger).enrol(
            an_agent(), a_record(), limit=Micros(9_000_000)
        )

    pot = DynamoPotStore(cloud.ledger).read(PotKey(TENANT, AGENT))
    assert first is not None
    assert pot is not None
    assert (pot.limit, pot.available, pot.token_hash) == (5_000_000, 5_000_000, first.token_hash)
    assert DynamoTokenRecords(cloud.control).find(TENANT, AGENT) == first


def test_nothing_of_an_agent_is_written_for_an_unknown_tenant(cloud: IdentityCloud) -> None:
    with pytest.raises(Conflict):
        DynamoEnrolment(cloud.control, cloud.ledger).enrol(
            an_agent(OTHER), a_record(), limit=Micros(1)
        )

    assert DynamoPotStore(cloud.ledger).read(PotKey(OTHER, AGENT)) is None
    assert DynamoTokenRecords(cloud.control).find(OTHER, AGENT) is None


def test_nothing_is_written_for_an_unknown_tenant(cloud: IdentityCloud) -> None:
    writer = DynamoDirectoryWriter(cloud.control)

    with pytest.raises(NotFound):
        writer.put_provider(OTHER, a_provider())
    with pytest.raises(NotFound):
        DynamoPolicyStore(cloud.control).put(OTHER, a_version({}))
    with pytest.raises(NotFound):
        writer.put_agent(an_agent(OTHER))
    assert writer.known_providers(OTHER, [FIRST]) == set()
    assert not writer.has_policy(OTHER, PolicyId("policy_x"))


def test_agent_is_replaced_and_found(cloud: IdentityCloud) -> None:
    writer = enrolled(cloud)
    changed = replace(an_agent(), status=AgentStatus.INACTIVE)

    writer.put_agent(changed)

    assert writer.find_agent(TENANT, AGENT) == replace(changed, revision=1)
    assert writer.find_agent(TENANT, AgentId("agent_other")) is None
    assert writer.known_providers(TENANT, [FIRST, ProviderId("ip_gone")]) == {FIRST}


def test_second_of_two_editors_is_told_and_overwrites_nothing(cloud: IdentityCloud) -> None:
    writer = enrolled(cloud)
    first, second = replace(an_agent(), name="First"), replace(an_agent(), name="Second")
    writer.put_agent(first)

    with pytest.raises(Conflict):
        writer.put_agent(second)

    assert writer.find_agent(TENANT, AGENT) == replace(first, revision=1)


def test_provider_is_replaced_while_the_key_that_it_keeps_is_the_same(
    cloud: IdentityCloud,
) -> None:
    writer = enrolled(cloud)
    changed = replace(a_provider(), is_active=False)

    writer.put_provider(TENANT, changed, is_key_kept=True)

    assert writer.find_provider(TENANT, FIRST) == changed


def test_key_that_somebody_changed_meanwhile_is_not_put_back(cloud: IdentityCloud) -> None:
    writer = enrolled(cloud)
    newer = replace(a_provider(), key_version="version-2")
    writer.put_provider(TENANT, newer)

    with pytest.raises(Conflict):
        writer.put_provider(TENANT, a_provider(), is_key_kept=True)

    assert writer.find_provider(TENANT, FIRST) == newer
    assert writer.find_provider(TENANT, ProviderId("ip_gone")) is None


def test_token_and_pot_are_switched_together(cloud: IdentityCloud) -> None:
    enrolled(cloud)
    newer = a_record()

    done = DynamoSwitchboard(cloud.control, cloud.ledger).switch(newer, newer.token_hash)

    pot = DynamoPotStore(cloud.ledger).read(PotKey(TENANT, AGENT))
    assert done
    assert pot is not None
    assert pot.token_hash == newer.token_hash
    assert DynamoTokenRecords(cloud.control).find(TENANT, AGENT) == newer


def test_token_is_not_switched_without_a_pot(cloud: IdentityCloud) -> None:
    assert not DynamoSwitchboard(cloud.control, cloud.ledger).switch(a_record(), "x")
    assert DynamoTokenRecords(cloud.control).find(TENANT, AGENT) is None
