"""A new agent: itself, its token record and its money appear together or not at all."""

from ironcage.adapters.dynamodb.control_items import agent_item, token_item
from ironcage.adapters.dynamodb.directory_writer import IS_FREE, version_bump
from ironcage.adapters.dynamodb.keys import TenantKeys
from ironcage.adapters.dynamodb.pots import DynamoTokenSwitch, new_pot_item
from ironcage.adapters.dynamodb.table import Table
from ironcage.budgets import PotKey
from ironcage.core import Micros
from ironcage.core.errors import Conflict
from ironcage.tenancy import Agent
from ironcage.tokens import TokenRecord


class DynamoEnrolment:
    """One transaction over `control` and `ledger`."""

    def __init__(self, control: Table, ledger: Table) -> None:
        self._control = control
        self._ledger = ledger

    def enrol(self, agent: Agent, record: TokenRecord, *, limit: Micros) -> None:
        """Create an agent of an existing tenant.

        Raises:
            Conflict: there is such an agent.
            StoreUnavailable: the tables did not answer.
        """
        keys = TenantKeys(agent.tenant_id)
        pk, agent_id = keys.control_pk(), agent.agent_id
        pot = new_pot_item(limit, record.token_hash)
        control, ledger = self._control, self._ledger
        writes = [
            control.putting(pk, keys.agent_sk(agent_id), agent_item(agent), condition=IS_FREE),
            control.putting(pk, keys.token_sk(agent_id), token_item(record), condition=IS_FREE),
            ledger.putting(keys.ledger_pk(agent_id), keys.pot_sk(), pot, condition=IS_FREE),
            version_bump(control, agent.tenant_id),
        ]
        if not control.transact(writes):
            raise Conflict(agent_id=agent_id)


class DynamoSwitchboard:
    """Replaces a token: its record and what may spend from the pot change in one transaction."""

    def __init__(self, control: Table, ledger: Table) -> None:
        self._switch = DynamoTokenSwitch(ledger, control)

    def switch(self, record: TokenRecord, spends_with: str) -> bool:
        """Write the record and let only a token of this hash spend; False without a pot."""
        key = PotKey(record.tenant_id, record.agent_id)
        return self._switch.rotate_token(token_item(record), key, spends_with)
