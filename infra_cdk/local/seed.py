"""Give the local cloud one tenant, one agent and its providers, through the operators' function."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from infra_cdk.config import LOCAL
from infra_cdk.local.cloud import LocalCloud
from infra_cdk.local.facts import AGENT_ID, TENANT_ID, Facts
from infra_cdk.local.request import call
from infra_cdk.local.workspace import Trouble, given_key

BEDROCK = "ip_bedrock"
BUDGET_USD = "25.00"
_OK = 200
_FLAT_PRICE = (150_000, 600_000)
_WELL_KNOWN: Mapping[str, Mapping[str, object]] = {
    "OPENAI_API_KEY": {
        "provider_id": "ip_openai",
        "kind": "openai",
        "endpoint": "https://api.openai.com/v1",
        "models": ["gpt-4o-mini", "gpt-4o", "gpt-4.1-mini", "gpt-4.1"],
    },
    "ANTHROPIC_API_KEY": {
        "provider_id": "ip_anthropic",
        "kind": "anthropic",
        "endpoint": "https://api.anthropic.com/v1",
        "models": ["claude-haiku-5-5", "claude-haiku-4-5", "claude-sonnet-5-5", "claude-opus-5-5"],
    },
}


@dataclass(frozen=True, slots=True)
class NewProvider:
    """A provider that the user names on the command line; `kind` is the wire that it speaks."""

    name: str
    url: str
    models: Sequence[str]
    key: str = ""
    price: tuple[int, int] | None = _FLAT_PRICE
    kind: str = "openai"

    @property
    def provider_id(self) -> str:
        """Spell the name as an id."""
        kept = "".join(c if c.isalnum() else "_" for c in self.name.lower())
        return f"ip_{kept}"


class Operator:
    """Calls the operators' function of a deployed local cloud."""

    def __init__(self, cloud: LocalCloud, function: str) -> None:
        self._cloud = cloud
        self._function = function

    def run(self, operation: str, **fields: object) -> dict[str, Any]:
        """Run an operation.

        Raises:
            Trouble: it was refused.
        """
        answer = self.attempt(operation, **fields)
        if "error" in answer:
            raise Trouble(f"{operation} was refused: {answer['error']}")
        return answer

    def attempt(self, operation: str, **fields: object) -> dict[str, Any]:
        """Run an operation and hand back its refusal as data."""
        event: Mapping[str, object] = {"operation": operation, **fields}
        return self._cloud.call(self._function, event)

    def ensure(self, operation: str, **fields: object) -> dict[str, Any] | None:
        """Run an operation that creates something; None if that is there already.

        Raises:
            Trouble: it was refused for another reason.
        """
        answer = self.attempt(operation, **fields)
        error = answer.get("error")
        if error is None:
            return answer
        if error.get("code") == "CONFLICT":
            return None
        raise Trouble(f"{operation} was refused: {error}")


def seed(operator: Operator, *, known: Sequence[str]) -> tuple[str | None, tuple[str, ...]]:
    """Create what is missing; return the token if the agent is new, and the agent's providers."""
    operator.ensure("create_tenant", tenant_id=TENANT_ID, name="Local")
    wanted = tuple(dict.fromkeys([*known, _put_bedrock(operator), *_put_well_known(operator)]))
    agent = {"agent_id": AGENT_ID, "name": "Local agent", "owner": "local"}
    made = operator.ensure(
        "create_agent",
        tenant_id=TENANT_ID,
        agent={**agent, "providers": list(wanted)},
        budget_usd=BUDGET_USD,
    )
    if made:
        return str(made["ic_token"]), wanted
    _use_providers(operator, wanted)
    return None, wanted


def _put_well_known(operator: Operator) -> list[str]:
    """Add the real providers whose keys are in the user's environment."""
    given = {variable: key for variable in _WELL_KNOWN if (key := given_key(variable))}
    for variable, key in given.items():
        put_provider(operator, _WELL_KNOWN[variable], key)
    return [str(_WELL_KNOWN[variable]["provider_id"]) for variable in given]


def _use_providers(operator: Operator, providers: Sequence[str]) -> None:
    operator.run(
        "update_agent",
        tenant_id=TENANT_ID,
        agent_id=AGENT_ID,
        agent={"providers": list(providers)},
    )


def add_provider(
    operator: Operator, provider: NewProvider, *, known: Sequence[str]
) -> tuple[str, ...]:
    """Add a provider and let the seeded agent use it."""
    document: dict[str, object] = {
        "provider_id": provider.provider_id,
        "kind": provider.kind,
        "endpoint": provider.url,
        "models": list(provider.models),
    }
    if provider.price:
        document["prices"] = {model: list(provider.price) for model in provider.models}
    put_provider(operator, document, provider.key)
    providers = tuple(dict.fromkeys([*known, provider.provider_id]))
    _use_providers(operator, providers)
    return providers


def put_provider(operator: Operator, provider: Mapping[str, object], key: str = "") -> None:
    """Create or replace a provider of the seeded tenant, with its key if there is one."""
    secret = {"key": key} if key else {}
    operator.run("put_provider", tenant_id=TENANT_ID, provider=dict(provider), **secret)


def working_token(operator: Operator, facts: Facts, *, fresh: str | None) -> str:
    """Find a token that works: the new agent's, the one that `facts` hold, else a rotated one."""
    if fresh:
        return fresh
    if facts.ic_token and call(facts, "GET", "models").status == _OK:
        return facts.ic_token
    return str(operator.run("rotate_token", tenant_id=TENANT_ID, agent_id=AGENT_ID)["ic_token"])


def _put_bedrock(operator: Operator) -> str:
    models = [LOCAL.bedrock_model]
    put_provider(operator, {"provider_id": BEDROCK, "kind": "bedrock", "models": models})
    return BEDROCK
