"""A second region on an emulated AWS: a ledger there, and settings that know of it."""

from typing import Any

from ironcage.adapters.clients import open_client
from ironcage.adapters.dynamodb.pots import DynamoPotStore
from ironcage.adapters.dynamodb.table import Table
from ironcage.budgets import Pot, PotKey
from ironcage.core import Micros
from ironcage.core.errors import LedgerUnavailable
from support.aws_ledger import make_table
from support.aws_mocked import REGION
from support.builders_budgets import DOLLAR, KEY, TOKEN_HASH

ABROAD = "eu-west-1"
BOTH = f"{REGION},{ABROAD}"
DEAD_ABROAD = f"{ABROAD}=http://127.0.0.1:9"
FAR_KEY = PotKey(KEY.tenant_id, KEY.agent_id, ABROAD)


def a_client_abroad(service: str) -> Any:
    """Open a client in the second region."""
    return open_client(service, ABROAD)


def make_ledger_abroad(*, limit: Micros = DOLLAR) -> DynamoPotStore:
    """Create the second region's ledger, with a pot of our agent."""
    make_table(a_client_abroad("dynamodb"), "ledger", is_ledger=True)
    pots = ledger_abroad()
    pots.create(KEY, limit=limit, token_hash=TOKEN_HASH)
    return pots


def ledger_abroad() -> DynamoPotStore:
    """Open the second region's ledger."""
    return DynamoPotStore(
        Table(a_client_abroad("dynamodb"), "ledger", unavailable=LedgerUnavailable)
    )


def pot_abroad() -> Pot:
    """Read our agent's pot in the second region."""
    pot = ledger_abroad().read(KEY)
    assert pot is not None
    assert pot.is_balanced()
    return pot
