"""Joins the settings, the ledger and the records topic of the reaper."""

from collections.abc import Callable
from functools import cache

from ironcage.adapters.clients import open_client
from ironcage.adapters.dynamodb.pots import DynamoPotStore
from ironcage.adapters.dynamodb.table import open_table
from ironcage.adapters.objects import S3Spool
from ironcage.adapters.queues import SnsRecordPublisher
from ironcage.budgets import LedgerService, Presumed
from ironcage.core import Settings, SystemClock
from ironcage.core.errors import LedgerUnavailable


@cache
def settings() -> Settings:
    """Read the settings once per execution environment."""
    return Settings.from_environment()


@cache
def publisher() -> SnsRecordPublisher:
    """Open the way of audit events: the records topic, else the spool, else the log."""
    spool = S3Spool(open_client("s3"), settings().records_spool_bucket, SystemClock())
    return SnsRecordPublisher(open_client("sns"), settings().records_topic, spool)


def open_ledger(on_presumed: Callable[[Presumed], None]) -> LedgerService:
    """Open the ledger; `on_presumed` hears of each hold that expires, as it expires."""
    table = open_table(settings().tables_ledger, unavailable=LedgerUnavailable)
    return LedgerService(DynamoPotStore(table), SystemClock(), on_presumed=on_presumed)
