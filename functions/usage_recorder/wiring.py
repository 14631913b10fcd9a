"""Joins the settings, the tables, the queue and the buckets of the usage recorder."""

from functools import cache

from ironcage.adapters.clients import open_client
from ironcage.adapters.dead_letters import SqsDeadLetters
from ironcage.adapters.dynamodb.ledgers import open_pots
from ironcage.adapters.dynamodb.table import open_table
from ironcage.adapters.dynamodb.usage import DynamoUsageLog
from ironcage.adapters.objects import S3BatchArchive
from ironcage.adapters.spool import S3SpoolReader
from ironcage.audit import AuditArchiver
from ironcage.budgets import LedgerService, UsageRecorder
from ironcage.core import Settings, SystemClock


@cache
def settings() -> Settings:
    """Read the settings once per execution environment."""
    return Settings.from_environment()


@cache
def recorder() -> UsageRecorder:
    """Open the recorder over the ledgers of all regions and this region's activity table."""
    service = LedgerService(open_pots(settings()), SystemClock())
    return UsageRecorder(service, DynamoUsageLog(open_table(settings().tables_activity)))


@cache
def spool() -> S3SpoolReader:
    """Open the spool of records that the topic refused."""
    return S3SpoolReader(open_client("s3"), settings().records_spool_bucket)


@cache
def archiver() -> AuditArchiver:
    """Open the audit archive, which spooled records have not reached by the topic."""
    return AuditArchiver(S3BatchArchive(open_client("s3"), settings().audit_bucket))


@cache
def dead_letters() -> SqsDeadLetters:
    """Open the queue for records that no retry can help."""
    return SqsDeadLetters(open_client("sqs"), settings().usage_dead_letter_queue)
