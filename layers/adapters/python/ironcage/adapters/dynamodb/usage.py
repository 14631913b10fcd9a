"""The `activity` table: one row a request, for 90 days."""

from ironcage.adapters.dynamodb.keys import TenantKeys
from ironcage.adapters.dynamodb.table import Table
from ironcage.budgets import UsageRecord

USAGE_TTL_SECONDS = 90 * 24 * 3600


class DynamoUsageLog:
    """The activity table as `UsageLog`."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def add(self, record: UsageRecord) -> bool:
        """Write the row of a request unless it is there; tell whether it was written."""
        settlement = record.settlement
        keys = TenantKeys(settlement.pot.tenant_id)
        row = {
            **record.facts,
            "request_id": settlement.request_id,
            "started_at_ms": record.started_at_ms,
            "ttl": record.started_at_ms // 1000 + USAGE_TTL_SECONDS,
        }
        sk = keys.usage_sk(record.started_at_ms, settlement.request_id)
        return self._table.put_if_absent(keys.activity_pk(settlement.pot.agent_id), sk, row)
