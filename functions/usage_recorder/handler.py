"""Takes batches of the usage and spool queues; only messages that failed come again."""

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.utilities.batch import (
    BatchProcessor,
    EventType,
    process_partial_response,
)

from ironcage.adapters.spool import read_notices
from ironcage.audit import read_entry
from ironcage.budgets import UsageBatch
from ironcage.core.errors import HoldMismatch, Rejected, StoreUnavailable
from usage_recorder.reporting import report_batch, report_recorded, report_refused
from usage_recorder.wiring import archiver, dead_letters, recorder, spool

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
    from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
    from aws_lambda_powertools.utilities.typing import LambdaContext


def handler(event: dict[str, Any], context: "LambdaContext") -> "PartialItemFailureResponse":
    """Record every message of a batch and name those that must come again."""
    processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)
    take_one = partial(take, recorder().open_batch())
    answer = process_partial_response(event, take_one, processor, context)
    report_batch(processor, len(event["Records"]))
    return answer


def take(batch: UsageBatch, record: "SQSRecord") -> None:
    """Record one message; one that can never be right goes to the dead letters, with its code."""
    try:
        for body in bodies_of(record):
            report_recorded(batch.record(body))
    except (Rejected, HoldMismatch) as exc:
        dead_letters().send(record.body, code=exc.code)
        report_refused(exc, record.message_id)


def bodies_of(record: "SQSRecord") -> Iterator[str]:
    """Yield the record of a message, or the spooled records it tells of, archived for audit."""
    notices = read_notices(record.body)
    if notices is None:
        yield record.body
        return
    for notice in notices:
        body = spool().read(notice)
        if archiver().archive([read_entry(notice.key, body, received_at_ms=notice.stored_at_ms)]):
            raise StoreUnavailable(store="audit")
        yield body
