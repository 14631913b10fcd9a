"""A real engine behind a fault proxy, and the functions of this process in front of it.

The gateway, the recorder and the reaper run here as Lambda would run them; every call that they
make of AWS passes the proxy. The tests look and seed past it.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from gateway import wiring as gateway_wiring
from ironcage.adapters import clients
from ironcage.adapters.dynamodb.directory_writer import DynamoDirectoryWriter
from ironcage.adapters.dynamodb.enrolment import DynamoEnrolment
from ironcage.adapters.dynamodb.pots import DynamoPotStore
from ironcage.adapters.dynamodb.table import Table
from ironcage.budgets import Pot, PotKey
from ironcage.core import AgentId, Micros, ProviderId, TenantId, TokenId, variable_of
from ironcage.core.errors import LedgerUnavailable
from ironcage.tenancy import Agent, Provider, ProviderKind, Tenant
from ironcage.tokens import TokenRecord
from ledger_reaper import wiring as reaper_wiring
from support.aws_identity import IdentityCloud, make_cloud
from support.aws_ledger import make_table
from support.aws_mocked import REGION, a_client
from support.builders_budgets import DOLLAR, TOKEN_HASH
from support.fault_proxy import FaultProxy
from support.firewall_functions import FirewallFunctions, looking_at
from support.ministack import start_ministack
from support.provider import ScriptedProvider
from token_authorizer import wiring as authorizer_wiring
from usage_recorder import wiring as recorder_wiring

ACCOUNT = "123456789012"  # as an access key, it chooses the account of the local cloud
MODEL = "scripted"
RATES = (1_000_000, 2_000_000)
READ_SECONDS = "1.0"
PATIENT_SECONDS = "30.0"
_NUMBERS = count(1)


@dataclass
class FaultCloud:
    """The engine, the proxies before it and the firewalls, and two before a scripted provider."""

    endpoint: str
    aws: FaultProxy
    first: FaultProxy
    second: FaultProxy
    provider: ScriptedProvider
    made: IdentityCloud
    dead_letters_url: str
    firewalls: FaultProxy
    key: PotKey = field(init=False)

    def direct(self, service: str) -> Any:
        """Open a client that does not pass the proxy."""
        return clients.open_client(service, REGION, endpoint=self.endpoint, read_seconds=20.0)

    @cached_property
    def ledger(self) -> Table:
        """Open the ledger past the proxy."""
        return Table(self.direct("dynamodb"), "ledger", unavailable=LedgerUnavailable)

    def pot(self) -> Pot:
        """Read the agent's pot, which always adds up."""
        pot = DynamoPotStore(self.ledger).read(self.key)
        assert pot is not None
        assert pot.is_balanced()
        return pot

    def has_struck(self) -> bool:
        """Tell whether any fault has happened."""
        return any(proxy.struck for proxy in self._proxies())

    def _proxies(self) -> tuple[FaultProxy, ...]:
        return self.aws, self.first, self.second, self.firewalls

    def asked(self) -> tuple[int, int]:
        """Count what reached the first provider, or Bedrock in its place, and the second."""
        bedrock = sum(name.startswith("bedrock:") for name in self.aws.forwarded)
        return len(self.first.forwarded) + bedrock, len(self.second.forwarded)

    def renew(self, *, providers: int = 1, kind: ProviderKind = ProviderKind.OPENAI) -> None:
        """Start over: cold functions, no faults, and an agent of a tenant of its own.

        Args:
            providers: how many of the two proxies are routes of the agent.
            kind: what they speak; Bedrock is behind the proxy of AWS.
        """
        for proxy in self._proxies():
            proxy.break_with()
        forget_functions()
        number = next(_NUMBERS)
        self.key = PotKey(
            TenantId(f"tenant_fault{number:03d}"), AgentId(f"agent_fault{number:03d}")
        )
        proxies = (self.first, self.second)[:providers]
        self.enrol(self._put_providers([proxy.url for proxy in proxies], kind))

    def _put_providers(self, urls: Sequence[str], kind: ProviderKind) -> tuple[ProviderId, ...]:
        writer = DynamoDirectoryWriter(Table(self.direct("dynamodb"), "control"))
        tenant = Tenant(self.key.tenant_id, "Acme", REGION)
        writer.create_tenant(tenant, created_at="2026-01-01T00:00:00Z")
        ids = tuple(ProviderId(f"ip_scripted_{at:03d}") for at, _ in enumerate(urls, 1))
        for provider_id, url in zip(ids, urls, strict=True):
            known = Provider(
                provider_id,
                kind,
                url,
                {MODEL: MODEL},
                key_version=self._put_key(provider_id),
                prices={MODEL: RATES},
            )
            writer.put_provider(self.key.tenant_id, known)
        return ids

    def _put_key(self, provider_id: ProviderId) -> str:
        name = f"ironcage/{self.key.tenant_id}/{provider_id}"
        made = self.direct("secretsmanager").create_secret(Name=name, SecretString="sk-provider")
        return str(made["VersionId"])

    def enrol(self, providers: tuple[ProviderId, ...], *, limit: Micros = DOLLAR) -> None:
        """Give the agent its routes, its token and its budget."""
        tenant_id, agent_id = self.key.tenant_id, self.key.agent_id
        agent = Agent(tenant_id, agent_id, "writer", "user_owner", providers=providers)
        record = TokenRecord(tenant_id, agent_id, TokenId("ic_writer"), TOKEN_HASH)
        control = Table(self.direct("dynamodb"), "control")
        DynamoEnrolment(control, self.ledger).enrol(agent, record, limit=limit)


@contextmanager
def open_fault_cloud(folder: Path) -> Iterator[FaultCloud]:
    """Start the engine without any deployment, and all the proxies."""
    with ExitStack() as stack:
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        ministack = start_ministack(folder)
        stack.callback(ministack.stop)
        endpoint = (
            f"http://127.0.0.1:{ministack.port}"  # an address: S3 then names buckets in paths
        )
        aws = stack.enter_context(FaultProxy(endpoint))
        stack.callback(forget_clients)
        # A busy machine may be slow to make a table: asked twice, the engine refuses the second.
        _point_to(endpoint, patch, read_seconds=PATIENT_SECONDS)
        provider = stack.enter_context(ScriptedProvider())
        first, second = (stack.enter_context(FaultProxy(provider.url)) for _ in range(2))
        stack.callback(forget_functions)
        functions = stack.enter_context(FirewallFunctions())
        firewalls = stack.enter_context(FaultProxy(functions.url))
        stack.enter_context(looking_at(firewalls.url, patch))
        made = make_cloud()
        make_table(a_client("dynamodb"), "activity")
        dead = a_client("sqs").create_queue(QueueName="dead")["QueueUrl"]
        made.configure(
            patch, **_variables(tables_activity="activity", usage_dead_letter_queue=dead)
        )
        _point_to(aws.url, patch, read_seconds=READ_SECONDS)
        yield FaultCloud(endpoint, aws, first, second, provider, made, dead, firewalls)


def _point_to(url: str, patch: pytest.MonkeyPatch, *, read_seconds: str) -> None:
    patch.setenv("AWS_ACCESS_KEY_ID", ACCOUNT)
    patch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    patch.setenv("AWS_DEFAULT_REGION", REGION)
    patch.setenv("AWS_ENDPOINT_URL", url)
    own = {"clients_read_seconds": read_seconds, "providers_allow_loopback": "true"}
    for name, value in _variables(**own).items():
        patch.setenv(name, value)
    forget_clients()


def _variables(**settings: str) -> Mapping[str, str]:
    return {variable_of(name): value for name, value in settings.items()}


def forget_clients() -> None:
    """Forget the clients that this process has opened: theirs was another cloud."""
    for opened in (clients._patience_seconds, clients._open, clients._session):
        opened.cache_clear()


def forget_functions() -> None:
    """Make every function cold, as a new execution environment is."""
    gateway_wiring.transport().close()
    modules = (gateway_wiring, recorder_wiring, reaper_wiring, authorizer_wiring)
    for opened in (thing for module in modules for thing in vars(module).values()):
        if hasattr(opened, "cache_clear"):
            opened.cache_clear()
