"""An agent of its own on a deployed local cloud, and all that is needed to break it and to look."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import openai

from infra_cdk.local.facts import Facts
from infra_cdk.local.request import Answer, chat
from support.deployed import DeployedAgent, scripted_agent
from support.outages import Outages
from support.provider import ScriptedProvider
from support.queues import DeployedQueue
from support.trail import DeployedPot, Trail

if TYPE_CHECKING:
    from e2e.conftest import Deployed

RESET = "scripted-reset"


@dataclass(frozen=True)
class Rig:
    """A seeded agent, its scripted provider, and the cloud around them."""

    agent: DeployedAgent
    provider: ScriptedProvider
    facts: Facts
    outages: Outages
    trail: Trail

    @property
    def pot(self) -> DeployedPot:
        """Look into the agent's pot."""
        return DeployedPot(self.trail, self.agent)

    @property
    def queue(self) -> DeployedQueue:
        """Look into the recorder's queue."""
        return DeployedQueue(self.trail.client("sqs"), "UsageQueue")

    @property
    def dead_letters(self) -> DeployedQueue:
        """Look at what the recorder could not keep."""
        return DeployedQueue(self.trail.client("sqs"), "UsageQueueDeadLetters")

    def ask(self, model: str = "scripted") -> Answer:
        """Send one request."""
        return chat(self.facts, "Say hello.", model=model)

    def die(self) -> tuple[str, int]:
        """Have a request whose provider hangs up after it was sent; tell its id and its hold."""
        before = set(self.pot.read().holds)
        assert self.ask(RESET).status == 503
        after = self.pot.read().holds
        (request_id,) = set(after) - before
        return request_id, after[request_id].amount

    def has_money(self, **wanted: int) -> bool:
        """Tell whether the pot has these amounts."""
        money = self.agent.money()
        return {name: money[name] for name in wanted} == wanted


@contextmanager
def open_rig(deployed: "Deployed", **agent: object) -> Iterator[Rig]:
    """Seed an agent whose only provider is a scripted one."""
    tenant = deployed.facts.tenant_id
    with scripted_agent(deployed.operator, tenant, **agent) as (seeded, provider):  # type: ignore[arg-type]  # by name
        facts = replace(deployed.facts, ic_token=seeded.ic_token)
        yield Rig(seeded, provider, facts, Outages(deployed.cloud), Trail(deployed.cloud))


SdkRig = tuple[DeployedAgent, ScriptedProvider, openai.OpenAI]


@contextmanager
def open_sdk_rig(deployed: "Deployed", **agent: object) -> Iterator[SdkRig]:
    """Seed an agent as `open_rig` does, and open the `openai` SDK for it; it repeats nothing."""
    with open_rig(deployed, **agent) as rig:
        url, token = deployed.facts.openai_base_url, rig.agent.ic_token
        with openai.OpenAI(base_url=url, api_key=token, max_retries=0) as client:
            yield rig.agent, rig.provider, client
