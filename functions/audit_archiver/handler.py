"""Archive a batch of the audit queue: one object per tenant and hour (step 9)."""

from collections.abc import Mapping
from typing import Any

from audit_archiver.wiring import archiver
from ironcage.adapters.lines import write_line
from ironcage.audit import AuditEntry, read_entry
from ironcage.core.errors import MalformedBody

SERVICE = "audit_archiver"


def handler(event: Mapping[str, Any], _context: object) -> dict[str, Any]:
    """Archive what can be archived and name the messages that SQS must deliver again.

    A message that is no record of a tenant is named too: after its last delivery the queue moves
    it to the dead-letter queue, where an alarm and a person find it. Nothing is dropped.
    """
    entries: list[AuditEntry] = []
    refused: list[str] = []
    for message in event["Records"]:
        try:
            entries.append(_entry_of(message))
        except MalformedBody as error:
            refused.append(message["messageId"])
            write_line("ERROR", "audit_record_malformed", service=SERVICE, code=error.code)
    refused += archiver().archive(entries)
    archived = len(event["Records"]) - len(refused)
    write_line(
        "INFO", "audit_batch_archived", service=SERVICE, archived=archived, refused=len(refused)
    )
    return {"batchItemFailures": [{"itemIdentifier": name} for name in refused]}


def _entry_of(message: Mapping[str, Any]) -> AuditEntry:
    # The queue's own time of receipt: the same at each delivery, so the object's key is too.
    received_at_ms = int(message["attributes"]["SentTimestamp"])
    return read_entry(message["messageId"], message["body"], received_at_ms=received_at_ms)
