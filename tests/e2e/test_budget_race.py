"""Sixty-four requests at once on one dollar: never a micro-dollar over, and nothing left held."""

from collections import Counter
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING

from infra_cdk.local.facts import Facts
from infra_cdk.local.request import call
from support.deployed import policy_without_models, scripted_agent
from support.provider import Script
from support.trail import eventually

if TYPE_CHECKING:
    from e2e.conftest import Deployed

REQUESTS = 64
TOKENS = 100
RATES = (1, 500_000_000)  # a full answer costs five cents and a micro-dollar
FULL_COST = 50_001
CHAT = "chat/completions"
BODY: Mapping[str, object] = {
    "model": "scripted",
    "messages": [{"role": "user", "content": "Go."}],
    "max_tokens": TOKENS,
}
USAGE: dict[str, object] = {"prompt_tokens": 1, "completion_tokens": TOKENS, "total_tokens": 101}


def is_warm(pool: ThreadPoolExecutor, caller: Facts) -> bool:
    """Ask as often as the race does, and tell whether no environment was still to start."""
    asked = pool.map(lambda _: call(caller, "GET", "models").status, range(REQUESTS))
    return {*asked} <= {HTTPStatus.OK, HTTPStatus.TOO_MANY_REQUESTS}


def test_race_on_a_dollar_never_overspends(deployed: "Deployed") -> None:
    tenant = deployed.facts.tenant_id
    policy = policy_without_models(deployed.operator, tenant)
    with (
        scripted_agent(
            deployed.operator, tenant, budget_usd="1.00", rates=RATES, policy_id=policy
        ) as seeded,
        ThreadPoolExecutor(REQUESTS) as pool,
    ):
        agent, provider = seeded
        provider.script("scripted", Script(usage=USAGE, wait_seconds=0.2))
        caller = replace(deployed.facts, ic_token=agent.ic_token)
        # Sixty-four cold starts at once on two cores are no race: warm environments are.
        assert eventually(lambda: is_warm(pool, caller))

        answers = list(pool.map(lambda _: call(caller, "POST", CHAT, body=BODY), range(REQUESTS)))

        # What a busy ledger did not take at once is settled by its record.
        assert eventually(lambda: agent.money()["held"] == 0)
        money = agent.money()
        paid = [a for a in answers if a.status == HTTPStatus.OK]
        refusals = Counter(a.text for a in answers if a.status != HTTPStatus.OK)
        assert {a.status for a in answers} <= {200, 402, 429}, refusals
        assert provider.count() == len(paid)
        assert money["spent"] == len(paid) * FULL_COST <= money["limit"]
        assert len(paid) >= 10
