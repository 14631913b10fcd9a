"""What the audit trail asks of the outside."""

from typing import Protocol

from ironcage.audit.model import AuditBatch


class BatchArchive(Protocol):
    """A store of objects that nobody can change or delete."""

    def put(self, batch: AuditBatch) -> None:
        """Keep a batch under its key; keeping the same one again changes nothing.

        Raises:
            StoreUnavailable: the store did not answer.
        """
        ...
