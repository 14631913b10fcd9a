"""Token records, keyrings, vaults and archives in memory, and ways for them to fail."""

from collections.abc import Callable
from dataclasses import dataclass, field

from ironcage.audit import AuditBatch
from ironcage.core import AgentId, TenantId
from ironcage.core.errors import StoreUnavailable
from ironcage.tokens import SigningKeys, TokenRecord


@dataclass
class MemoryTokenRecords:
    """`TokenRecords` in memory; counts how often it is asked, and calls `on_read` after a look."""

    records: dict[tuple[TenantId, AgentId], TokenRecord] = field(default_factory=dict)
    is_down: bool = False
    reads: int = 0
    on_read: Callable[[], object] = lambda: None

    def put(self, record: TokenRecord) -> None:
        """Keep a record."""
        self.records[record.tenant_id, record.agent_id] = record

    def find(self, tenant_id: TenantId, agent_id: AgentId) -> TokenRecord | None:
        """Read a record."""
        self.reads += 1
        if self.is_down:
            raise StoreUnavailable(table="memory")
        found = self.records.get((tenant_id, agent_id))
        self.on_read()
        return found


@dataclass
class MemoryKeyring:
    """`SigningKeyring` in memory; `newer` is what a reload finds."""

    keys: SigningKeys
    newer: SigningKeys | None = None
    is_down: bool = False
    reloads: int = 0

    def load(self) -> SigningKeys:
        """Read the keys."""
        if self.is_down:
            raise StoreUnavailable(store="memory")
        return self.keys

    def reload(self) -> SigningKeys:
        """Read the keys anew."""
        self.reloads += 1
        self.keys = self.newer or self.keys
        return self.load()


@dataclass
class MemoryArchive:
    """`BatchArchive` in memory; refuses the batches of some tenants."""

    batches: dict[str, AuditBatch] = field(default_factory=dict)
    refuses: frozenset[str] = frozenset()

    def put(self, batch: AuditBatch) -> None:
        """Keep a batch."""
        if batch.tenant_id in self.refuses:
            raise StoreUnavailable(store="memory")
        self.batches[batch.key] = batch
