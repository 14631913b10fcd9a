"""`TokenRecords` on the `control` table."""

from ironcage.adapters.dynamodb.control_items import read_token
from ironcage.adapters.dynamodb.keys import TenantKeys
from ironcage.adapters.dynamodb.table import Table
from ironcage.core import AgentId, TenantId
from ironcage.tokens import TokenRecord


class DynamoTokenRecords:
    """One item per agent: `TOKEN#<agent>` holds the hash of its one current token."""

    def __init__(self, control: Table) -> None:
        self._control = control

    def find(self, tenant_id: TenantId, agent_id: AgentId) -> TokenRecord | None:
        """Read the token record of an agent, strongly consistent."""
        keys = TenantKeys(tenant_id)
        item = self._control.get(keys.control_pk(), keys.token_sk(agent_id))
        return None if item is None else read_token(tenant_id, item)
