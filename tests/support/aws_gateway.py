"""The gateway function on an emulated AWS, in front of a scripted provider."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

from gateway import wiring
from ironcage.adapters.clients import open_client
from ironcage.adapters.dynamodb.directory_writer import DynamoDirectoryWriter
from ironcage.adapters.dynamodb.enrolment import DynamoEnrolment
from ironcage.adapters.dynamodb.policies import DynamoPolicyStore
from ironcage.adapters.dynamodb.pots import DynamoPotStore
from ironcage.budgets import Pot
from ironcage.core import Micros, ProviderId, TokenId, variable_of
from ironcage.tenancy import DEFAULT_POLICY, Agent, PolicyVersion, Provider, ProviderKind, Tenant
from ironcage.tokens import TokenRecord
from support.aws_identity import IdentityCloud, make_cloud
from support.aws_mocked import REGION, emulated_aws
from support.builders_budgets import KEY, TOKEN_HASH
from support.firewall_functions import FirewallFunctions, open_functions
from support.provider import ScriptedProvider

MODELS = ("scripted", "scripted-429", "scripted-500", "scripted-tool", "scripted-reset")
RATES = (1_000_000, 2_000_000)


@dataclass
class Context:
    """An invocation with a minute left."""

    seconds: float = 60.0

    def get_remaining_time_in_millis(self) -> int:
        """Tell how long the invocation may still run."""
        return int(self.seconds * 1000)


@dataclass
class GatewayCloud:
    """The emulated surroundings of the gateway."""

    cloud: IdentityCloud
    provider: ScriptedProvider
    functions: FirewallFunctions

    @property
    def pots(self) -> DynamoPotStore:
        """Open the ledger."""
        return DynamoPotStore(self.cloud.ledger)

    def pot(self) -> Pot:
        """Read the agent's pot."""
        pot = self.pots.read(KEY)
        assert pot is not None
        return pot

    def records(self) -> list[dict[str, object]]:
        """Take the published records."""
        return self.cloud.published()


@contextmanager
def emulated_gateway(
    patch: pytest.MonkeyPatch,
    *,
    limit: int = 1_000_000,
    standin: type[ScriptedProvider] = ScriptedProvider,
    home_region: str = REGION,
    **settings: str,
) -> Iterator[GatewayCloud]:
    """Make tables and secrets, seed an agent with a scripted provider, point the function there."""
    with emulated_aws(patch), standin() as provider, open_functions(patch) as functions:
        cloud = make_cloud()
        own = {"providers_allow_loopback": "true", **settings}
        cloud.configure(patch, **{variable_of(name): value for name, value in own.items()})
        _forget()
        kind = ProviderKind(provider.kind)
        seed(cloud, provider.url, limit=Micros(limit), kind=kind, home_region=home_region)
        yield GatewayCloud(cloud, provider, functions)
        wiring.transport().close()
        _forget()


def seed(
    cloud: IdentityCloud,
    url: str,
    *,
    limit: Micros,
    kind: ProviderKind = ProviderKind.OPENAI,
    policy: Mapping[str, object] | None = None,
    home_region: str = REGION,
) -> None:
    """Write a tenant with one agent and one provider."""
    writer = DynamoDirectoryWriter(cloud.control)
    tenant = Tenant(KEY.tenant_id, "Acme", home_region)
    writer.create_tenant(tenant, created_at="2026-01-01T00:00:00Z")
    provider_id = ProviderId("ip_scripted_001")
    key = open_client("secretsmanager", REGION).create_secret(
        Name=f"ironcage/{KEY.tenant_id}/{provider_id}", SecretString="sk-provider"
    )
    provider = Provider(
        provider_id,
        kind,
        url,
        {name: name for name in MODELS},
        key_version=key["VersionId"],
        prices=dict.fromkeys(MODELS, RATES),
    )
    writer.put_provider(KEY.tenant_id, provider)
    written = PolicyVersion(DEFAULT_POLICY, 1, "hash", policy or {}, "2026-01-01T00:00:00Z", "x")
    DynamoPolicyStore(cloud.control).put(KEY.tenant_id, written)
    ids = (provider.provider_id,)
    agent = Agent(KEY.tenant_id, KEY.agent_id, "writer", "user_owner", providers=ids)
    record = TokenRecord(KEY.tenant_id, KEY.agent_id, TokenId("ic_writer"), TOKEN_HASH)
    DynamoEnrolment(cloud.control, cloud.ledger).enrol(agent, record, limit=limit)


def _forget() -> None:
    for opened in (
        wiring.settings,
        wiring.gateway,
        wiring.publisher,
        wiring.providers,
        wiring.embedders,
        wiring.breakers,
        wiring.transport,
    ):
        opened.cache_clear()
