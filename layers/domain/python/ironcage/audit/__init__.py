"""The audit trail: what happened, in batches that can be sealed."""

from ironcage.audit.model import AuditBatch, AuditEntry
from ironcage.audit.ports import BatchArchive
from ironcage.audit.service import AuditArchiver, batches_of, read_entry

__all__ = [
    "AuditArchiver",
    "AuditBatch",
    "AuditEntry",
    "BatchArchive",
    "batches_of",
    "read_entry",
]
