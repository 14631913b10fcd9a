"""Join the gateway to its tables, secrets, topic and providers, on first use."""

from collections.abc import Iterator
from functools import cache

from gateway.observer import SERVICE, LineObserver
from ironcage.adapters.clients import open_client, stretched
from ironcage.adapters.dynamodb.breakers import DynamoBreakerStore
from ironcage.adapters.dynamodb.directory import DynamoDirectory
from ironcage.adapters.dynamodb.ledgers import open_pots
from ironcage.adapters.dynamodb.table import Table
from ironcage.adapters.functions import FunctionScanner
from ironcage.adapters.hashing import SecretTextHasher
from ironcage.adapters.moderation import OpenAiModerators
from ironcage.adapters.objects import SpoolOnDemand
from ironcage.adapters.observability import open_tracer
from ironcage.adapters.providers.anthropic import AnthropicProvider
from ironcage.adapters.providers.bedrock import BedrockProvider
from ironcage.adapters.providers.bedrock_embeddings import BedrockEmbeddings
from ironcage.adapters.providers.openai import OpenAiProvider
from ironcage.adapters.providers.transport import Transport
from ironcage.adapters.queues import SnsRecordPublisher
from ironcage.adapters.secrets import SecretReader, SecretsVault
from ironcage.budgets import LedgerService, PotKey, Presumed
from ironcage.core import AgentId, Clock, Settings, SystemClock, TenantId
from ironcage.core.errors import LedgerUnavailable
from ironcage.firewall import FindingsMemory, RemoteDetectors, standard_firewall
from ironcage.gateway import (
    Accountant,
    Admission,
    Answers,
    Breakers,
    ChatProvider,
    EmbeddingProvider,
    Embeddings,
    Event,
    Gateway,
    PriceTable,
    Streams,
    Upstream,
    json_events,
)
from ironcage.tenancy import ProviderKind

VERSION = "0.1.0"
BREAKER_SECONDS = 0.3
NOBODY = PotKey(TenantId("tenant_health"), AgentId("agent_health"))


@cache
def settings() -> Settings:
    """Read the settings once per environment."""
    return Settings.from_environment()


@cache
def observer() -> LineObserver:
    """Open the reports of this function."""
    return LineObserver()


@cache
def gateway() -> Gateway:
    """Open the gateway once per execution environment, on first use."""
    return open_gateway(SystemClock())


def open_gateway(clock: Clock) -> Gateway:
    """Open a gateway whose time is told by this clock."""
    firewall = standard_firewall().beside(remote_detectors(clock))
    money = LedgerService(open_pots(settings()), clock, on_presumed=report_presumed)
    control = Table(open_client("dynamodb"), settings().tables_control)
    hasher = SecretTextHasher(
        SecretReader(open_client("secretsmanager")), settings().audit_hash_secret, clock
    )
    vault = SecretsVault(open_client("secretsmanager"), settings().providers_vault_path, clock)
    upstream = Upstream(vault, providers(), breakers=breakers())
    return Gateway(
        Admission(
            DynamoDirectory(control, clock),
            firewall=firewall,
            ledger=money,
            hasher=hasher,
            prices=PriceTable.load(),
            moderators=OpenAiModerators(transport(), vault, clock),
        ),
        Answers(upstream, hasher),
        Streams(upstream, hasher),
        embeddings=Embeddings(upstream, hasher, providers=embedders()),
        accountant=Accountant(money, publisher(), observer()),
        tracer=open_tracer(SERVICE, settings()),
        clock=clock,
    )


def remote_detectors(clock: Clock) -> RemoteDetectors:
    """Name the detectors that run in the firewall functions, and open what is remembered of them.

    A function without a name cannot be asked, so a policy that wants its detector stops all.
    """
    functions = {
        "injection": settings().firewall_input_function,
        "ner": settings().firewall_output_function,
    }
    scanners = {name: FunctionScanner(function, clock) for name, function in functions.items()}
    return RemoteDetectors(scanners, FindingsMemory(clock), stretched(1.0))


def report_presumed(presumed: Presumed) -> None:
    """Tell the archive and the operators that a hold expired in front of a request."""
    event = presumed.to_event(SystemClock().now_ms())
    observer().presumed(event)
    publisher().publish(event)


@cache
def publisher() -> SnsRecordPublisher:
    """Open the way of the records: topic, else spool, else the log."""
    spool = SpoolOnDemand(settings().records_spool_bucket, SystemClock())
    return SnsRecordPublisher(open_client("sns"), settings().records_topic, spool)


@cache
def providers() -> dict[ProviderKind, ChatProvider]:
    """Open one adapter per wire format."""
    return {
        ProviderKind.OPENAI: OpenAiProvider(transport()),
        ProviderKind.ANTHROPIC: AnthropicProvider(transport(), SystemClock()),
        ProviderKind.BEDROCK: BedrockProvider(SystemClock()),
    }


@cache
def embedders() -> dict[ProviderKind, EmbeddingProvider]:
    """Open one adapter per wire format that knows embeddings."""
    return {
        ProviderKind.OPENAI: OpenAiProvider(transport()),
        ProviderKind.BEDROCK: BedrockEmbeddings(SystemClock()),
    }


@cache
def breakers() -> Breakers:
    """Open the circuit breakers; a table that is slow to answer must not hold requests up."""
    seconds = stretched(BREAKER_SECONDS)
    client = open_client("dynamodb", connect_seconds=seconds, read_seconds=seconds, attempts=1)
    return Breakers(DynamoBreakerStore(Table(client, settings().tables_runtime)), SystemClock())


@cache
def transport() -> Transport:
    """Open the pool of connections to providers; loopback is for the local stage alone."""
    is_local = settings().providers_allow_loopback == "true"
    return Transport(SystemClock(), allow_loopback=is_local)


def health() -> Iterator[Event]:
    """Answer whether the ledger can be read, which is what a request needs first."""
    services = {"database": "healthy"}
    status = 200
    try:
        open_pots(settings()).read(NOBODY)
    except LedgerUnavailable:
        status, services["database"] = 503, "unhealthy"
    word = "healthy" if status == 200 else "unhealthy"  # noqa: PLR2004 - the status itself
    return json_events(status, {"status": word, "version": VERSION, "services": services}, {})
