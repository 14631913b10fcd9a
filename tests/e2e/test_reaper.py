"""A request that died with its hold: the deployed reaper counts its worst case, and says so."""

from hashlib import sha256
from typing import TYPE_CHECKING

from ironcage.adapters.dynamodb.pots import DynamoPotStore
from ironcage.adapters.dynamodb.table import Table
from ironcage.budgets import PotKey, Reservation
from ironcage.core import AgentId, Micros, RequestId, SystemClock, TenantId, new_id
from support.deployed import DeployedAgent, scripted_agent
from support.events import load_event
from support.trail import DeployedPot, Trail, eventually

if TYPE_CHECKING:
    from e2e.conftest import Deployed

HELD = Micros(40_000)
LONG_MS = 600_000


def test_hold_of_a_dead_request_is_presumed_spent_by_the_deployed_reaper(
    deployed: "Deployed",
) -> None:
    with scripted_agent(deployed.operator, deployed.facts.tenant_id) as (agent, _):
        _die_with_a_hold(deployed, agent)
        assert agent.money()["held"] == HELD
        DeployedPot(Trail(deployed.cloud), agent).let_holds_expire()

        _reap(deployed)

        assert eventually(lambda: agent.money()["held"] == 0)
        assert agent.money()["spent"] == HELD


def _die_with_a_hold(deployed: "Deployed", agent: DeployedAgent) -> None:
    name = Trail(deployed.cloud).table("LedgerTable")
    ask = Reservation(
        pot=PotKey(TenantId(agent.tenant_id), AgentId(agent.agent_id)),
        request_id=RequestId(new_id("req")),
        amount=HELD,
        least_amount=HELD,
        deadline_ms=0,
        token_hash=sha256(agent.ic_token.encode()).hexdigest(),
    )
    now_ms = SystemClock().now_ms()
    store = DynamoPotStore(Table(deployed.cloud.dynamodb(), name))
    assert store.reserve(ask, expires_ms=now_ms + LONG_MS, now_ms=now_ms)[0]


def _reap(deployed: "Deployed") -> None:
    """Run the reaper now; the schedule may have been faster, which is as good."""
    name = deployed.cloud.name_of("ledger_reaper")
    assert deployed.cloud.call(name, load_event("ledger_reaper/schedule"))["presumed"] >= 0
