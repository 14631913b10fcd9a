"""Agents of their own on a deployed local cloud, in front of a scripted provider."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from typing import Any, Protocol

from support.provider import ScriptedProvider

_NUMBERS = count(1)
IN_PROCESS = "policy_in_process"
RATES = (1_000_000, 2_000_000)
MODELS = ("scripted", "scripted-tool", "scripted-429", "scripted-500", "scripted-reset",
          "scripted-slow", "scripted-cut-stream")  # fmt: skip


class Operator(Protocol):
    """Who may run operations on the deployed cloud."""

    def run(self, operation: str, **fields: object) -> dict[str, Any]:
        """Run an operation."""
        ...


@dataclass(frozen=True)
class DeployedAgent:
    """A seeded agent: its token, and what it spends."""

    operator: Operator
    tenant_id: str
    agent_id: str
    provider_id: str
    ic_token: str

    def money(self) -> dict[str, int]:
        """Read the agent's pot, and check that it adds up."""
        told = self.operator.run("read_budget", tenant_id=self.tenant_id, agent_id=self.agent_id)
        money = {name: told[f"{name}_micros"] for name in ("limit", "spent", "held", "available")}
        money["lent"] = told["lent_micros"]
        parts = money["spent"] + money["held"] + money["lent"] + money["available"]
        assert money["limit"] == parts
        return money

    def rotate(self) -> str:
        """Replace the agent's token and hand out the new one."""
        told = self.operator.run("rotate_token", tenant_id=self.tenant_id, agent_id=self.agent_id)
        return str(told["ic_token"])


@contextmanager
def scripted_provider(
    operator: Operator,
    tenant_id: str,
    *,
    rates: tuple[int, int] = RATES,
    standin: type[ScriptedProvider] = ScriptedProvider,
) -> Iterator[tuple[str, ScriptedProvider]]:
    """Register a scripted provider on loopback under an id of its own."""
    provider_id = f"ip_scripted_{next(_NUMBERS):03d}"
    with standin() as provider:
        document: Mapping[str, object] = {
            "provider_id": provider_id,
            "kind": provider.kind,
            "endpoint": provider.url,
            "models": list(MODELS),
            "prices": {model: list(rates) for model in MODELS},
        }
        operator.run("put_provider", tenant_id=tenant_id, provider=document, key="sk-scripted")
        yield provider_id, provider


def agent_of(
    operator: Operator,
    tenant_id: str,
    providers: Sequence[str],
    *,
    budget_usd: str = "1.00",
    **agent: object,
) -> DeployedAgent:
    """Create an agent with these providers, the first one being its primary."""
    agent_id = f"agent_scripted{next(_NUMBERS):03d}"
    facts = {
        "agent_id": agent_id,
        "name": "scripted",
        "owner": "tests",
        "providers": list(providers),
    }
    told = operator.run(
        "create_agent", tenant_id=tenant_id, agent={**facts, **agent}, budget_usd=budget_usd
    )
    return DeployedAgent(operator, tenant_id, agent_id, providers[0], told["ic_token"])


def policy_without_models(operator: Operator, tenant_id: str) -> str:
    """Keep a policy whose detectors all run in the gateway, and name it.

    A burst of requests then starts no firewall functions: on two cores their cold starts, one a
    request, would take longer than the gateway waits for them.
    """
    document = {"input": {"detectors": ["secrets", "pii"]}}
    operator.run("put_policy", tenant_id=tenant_id, policy_id=IN_PROCESS, policy=document)
    return IN_PROCESS


@contextmanager
def scripted_agent(
    operator: Operator,
    tenant_id: str,
    *,
    budget_usd: str = "1.00",
    rates: tuple[int, int] = RATES,
    standin: type[ScriptedProvider] = ScriptedProvider,
    **agent: object,
) -> Iterator[tuple[DeployedAgent, ScriptedProvider]]:
    """Seed an agent whose only provider is a scripted one on loopback."""
    registered = scripted_provider(operator, tenant_id, rates=rates, standin=standin)
    with registered as (provider_id, provider):
        made = agent_of(operator, tenant_id, [provider_id], budget_usd=budget_usd, **agent)
        yield made, provider
