"""Use cases of the audit trail: read entries from the queue, group them, archive them (step 9)."""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from hashlib import sha256

from ironcage.audit.model import SEAL_FIELDS, AuditBatch, AuditEntry
from ironcage.audit.ports import BatchArchive
from ironcage.core import TenantId, has_prefix, iso_utc
from ironcage.core.errors import MalformedBody, Unavailable

_BATCH_NAME_LENGTH = 32
_HOUR_LENGTH = len("2026-01-01T00")


def read_entry(entry_id: str, body: str, *, received_at_ms: int) -> AuditEntry:
    """Read one queue message: a JSON object that says whose it is.

    Raises:
        MalformedBody: it is no JSON object, or has no well-formed `tenant_id`.
    """
    try:
        facts = json.loads(body)
    except (ValueError, RecursionError) as exc:
        raise MalformedBody from exc
    if not isinstance(facts, dict):
        raise MalformedBody
    tenant_id = facts.get("tenant_id")
    if not isinstance(tenant_id, str) or not has_prefix(tenant_id, "tenant"):
        raise MalformedBody
    return AuditEntry(entry_id, TenantId(tenant_id), received_at_ms, facts)


def batches_of(entries: Iterable[AuditEntry]) -> list[AuditBatch]:
    """Group entries into one batch per tenant and hour; the same entries give the same batches."""
    groups: dict[tuple[TenantId, str], list[AuditEntry]] = defaultdict(list)
    for entry in entries:
        groups[entry.tenant_id, iso_utc(entry.received_at_ms)[:_HOUR_LENGTH]].append(entry)
    return [_batch(tenant, hour, group) for (tenant, hour), group in sorted(groups.items())]


class AuditArchiver:
    """Puts entries away and says which could not be."""

    def __init__(self, archive: BatchArchive) -> None:
        self._archive = archive

    def archive(self, entries: Iterable[AuditEntry]) -> list[str]:
        """Archive every batch; hand back the ids of the entries whose batch was refused."""
        refused: list[str] = []
        for batch in batches_of(entries):
            try:
                self._archive.put(batch)
            except Unavailable:
                refused.extend(batch.entry_ids)
        return refused


def _batch(tenant_id: TenantId, hour: str, group: Sequence[AuditEntry]) -> AuditBatch:
    unique = {entry.entry_id: entry for entry in group}
    ordered = [unique[entry_id] for entry_id in sorted(unique)]
    name = sha256("\n".join(sorted(unique)).encode()).hexdigest()[:_BATCH_NAME_LENGTH]
    day = hour.replace("-", "/").replace("T", "/")
    return AuditBatch(
        tenant_id=tenant_id,
        key=f"audit/{tenant_id}/{day}/{name}.jsonl",
        body=b"".join(_line(entry) for entry in ordered),
        entry_ids=tuple(sorted(unique)),
    )


def _line(entry: AuditEntry) -> bytes:
    facts = {
        **entry.facts,
        "entry_id": entry.entry_id,
        "received_at": iso_utc(entry.received_at_ms),
        **dict.fromkeys(SEAL_FIELDS),
    }
    return json.dumps(facts, separators=(",", ":"), sort_keys=True).encode() + b"\n"
