"""Logs and metrics of the usage recorder: ids, amounts and codes, never text."""

from collections.abc import Mapping
from traceback import extract_tb
from typing import TYPE_CHECKING

from aws_lambda_powertools.metrics import MetricUnit

from ironcage.adapters.observability import logger, metrics
from ironcage.budgets import Recorded
from ironcage.core.errors import IronCageError

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.batch import BatchProcessor

SERVICE = "usage_recorder"


def report_recorded(recorded: Recorded | None) -> None:
    """Tell of a true cost that passed its hold: the only way to overspend.

    Told here alone: the record of every request comes by, whether the gateway lived or not.
    """
    if recorded is None or not recorded.overrun:
        return
    request_id = recorded.record.settlement.request_id
    _tell("cost_above_hold", {"request_id": request_id, "by_micros": recorded.overrun})


def report_refused(error: IronCageError, message_id: str) -> None:
    """Tell of a message that went to the dead letters, by the code of what is wrong with it."""
    _count(error.code.lower())
    _tell("usage_refused", {"code": error.code, "message_id": message_id, **error.details})


def report_batch(processor: "BatchProcessor", size: int) -> None:
    """Tell of the messages that come again, and write the metrics of the batch."""
    for kind, _, trace in processor.exceptions:
        facts = {"error": kind.__name__ if kind else "", "at": str(extract_tb(trace)[-1])}
        _tell("usage_not_recorded", facts)
    logger(SERVICE).info("batch_recorded", extra={"records": size})
    if metrics(SERVICE).metric_set:
        metrics(SERVICE).flush_metrics()


def _tell(event: str, facts: Mapping[str, object]) -> None:
    logger(SERVICE).error(event, extra=facts)
    _count(event)


def _count(name: str) -> None:
    metrics(SERVICE).add_metric(name=name, unit=MetricUnit.Count, value=1)
