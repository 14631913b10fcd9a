"""Audit entries and the batches in which they are kept."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ironcage.core import TenantId

# Written as null today; the sealer that chains the batches of an hour will own these names.
SEAL_FIELDS = ("seal_previous", "seal_signature")


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One fact of one tenant. `entry_id` is the same however often the queue delivers it."""

    entry_id: str
    tenant_id: TenantId
    received_at_ms: int
    facts: Mapping[str, object] = field(repr=False)


@dataclass(frozen=True, slots=True)
class AuditBatch:
    """One object of the archive: JSON lines of one tenant and one hour."""

    tenant_id: TenantId
    key: str
    body: bytes = field(repr=False)
    entry_ids: tuple[str, ...]
