"""The operators' parts, opened once per environment on first use."""

from functools import cache

from control_api.agents import AgentOperations
from control_api.budgets import BudgetOperations
from control_api.operations import Control
from control_api.policies import PolicyOperations
from control_api.projects import ProjectOperations
from control_api.regions import Regions
from control_api.tenants import TenantOperations
from control_api.tokens import TokenOperations
from ironcage.adapters.clients import open_client
from ironcage.adapters.dynamodb.directory_writer import DynamoDirectoryWriter
from ironcage.adapters.dynamodb.enrolment import DynamoEnrolment, DynamoSwitchboard
from ironcage.adapters.dynamodb.policies import DynamoPolicyStore
from ironcage.adapters.dynamodb.pots import DynamoPotStore
from ironcage.adapters.dynamodb.table import Table, open_table
from ironcage.adapters.dynamodb.tokens import DynamoTokenRecords
from ironcage.adapters.objects import S3Spool
from ironcage.adapters.queues import SnsRecordPublisher
from ironcage.adapters.secrets import SecretReader, SecretsKeyring, SecretsVaultWriter
from ironcage.budgets import LedgerService
from ironcage.core import Settings, SystemClock
from ironcage.core.errors import LedgerUnavailable


@cache
def control() -> Control:
    """Open the operations over the tables, the secrets and the records topic."""
    settings = Settings.from_environment()
    clock = SystemClock()
    tables = open_table(settings.tables_control), _open_ledger(settings)
    ledger = LedgerService(DynamoPotStore(tables[1]), clock)
    directory = DynamoDirectoryWriter(tables[0])
    tokens = _open_tokens(settings, *tables)
    return Control(
        _open_tenants(settings, directory),
        AgentOperations(directory, DynamoEnrolment(*tables), tokens=tokens, ledger=ledger),
        tokens=tokens,
        budgets=BudgetOperations(ledger),
        policies=PolicyOperations(directory, DynamoPolicyStore(tables[0]), clock=clock),
        projects=ProjectOperations(directory),
        events=_open_events(settings),
        clock=clock,
    )


def _open_ledger(settings: Settings) -> Table:
    return open_table(settings.tables_ledger, unavailable=LedgerUnavailable)


def _open_tenants(settings: Settings, directory: DynamoDirectoryWriter) -> TenantOperations:
    vault = SecretsVaultWriter(
        open_client("secretsmanager"),
        settings.providers_vault_path,
        kms_key=settings.kms_key,
        replicas=settings.other_regions(),
    )
    return TenantOperations(
        directory,
        vault,
        clock=SystemClock(),
        allow_loopback=settings.providers_allow_loopback == "true",
        regions=Regions(settings.region, settings.all_regions()),
    )


def _open_tokens(settings: Settings, control_table: Table, ledger_table: Table) -> TokenOperations:
    clock = SystemClock()
    reader = SecretReader(open_client("secretsmanager"))
    return TokenOperations(
        SecretsKeyring(reader, settings.tokens_signing_secret, clock),
        DynamoTokenRecords(control_table),
        switchboard=DynamoSwitchboard(control_table, ledger_table),
        clock=clock,
    )


def _open_events(settings: Settings) -> SnsRecordPublisher:
    spool = S3Spool(open_client("s3"), settings.records_spool_bucket, SystemClock())
    return SnsRecordPublisher(open_client("sns"), settings.records_topic, spool)
