"""The ledger tables of all regions: a pot is in the one of its tenant's home region."""

from functools import cache

from ironcage.adapters.clients import open_client, stretched
from ironcage.adapters.dynamodb.pots import DynamoPotStore
from ironcage.adapters.dynamodb.table import Table, open_table
from ironcage.core import Settings
from ironcage.core.errors import HomeLedgerUnavailable, LedgerUnavailable

# An ocean's round trip fits; a region that is gone must leave time for a clear answer.
CONNECT_SECONDS = 1.0
READ_SECONDS = 2.0
ATTEMPTS = 2


def open_pots(settings: Settings) -> DynamoPotStore:
    """Open the pots of every region; the table has the same name in each."""
    own = open_table(settings.tables_ledger, unavailable=LedgerUnavailable)

    @cache
    def ledger_of(region: str) -> Table:
        return own if region == settings.region else open_ledger_of(region, settings)

    return DynamoPotStore(own, ledger_of)


def open_ledger_of(region: str, settings: Settings) -> Table:
    """Open the ledger of another region, with time-outs of its own.

    Raises:
        HomeLedgerUnavailable: the stage has no such region (any more).
    """
    if region not in settings.other_regions():
        raise HomeLedgerUnavailable(region=region)
    client = open_client(
        "dynamodb",
        region,
        endpoint=settings.ledger_endpoint(region),
        connect_seconds=stretched(CONNECT_SECONDS),
        read_seconds=stretched(READ_SECONDS),
        attempts=ATTEMPTS,
    )
    return Table(client, settings.tables_ledger, unavailable=HomeLedgerUnavailable)
