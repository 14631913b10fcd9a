"""Runs by schedule: turns overdue holds into presumed spend, and tells the audit trail of each."""

from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.metrics import MetricUnit

from ironcage.adapters.observability import logger, metrics
from ironcage.budgets import Presumed
from ironcage.core import SystemClock
from ledger_reaper.wiring import open_ledger, publisher

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

SERVICE = "ledger_reaper"


def handler(_event: dict[str, Any], _context: "LambdaContext") -> dict[str, int]:
    """Reap once; a hold that this run does not reach is the next one's."""
    try:
        found = open_ledger(report).reap()
    finally:
        if metrics(SERVICE).metric_set:
            metrics(SERVICE).flush_metrics()
    logger(SERVICE).info("ledger_reaped", extra={"presumed": len(found)})
    return {"presumed": len(found)}


def report(presumed: Presumed) -> None:
    """Tell audit, metrics and log of one hold that expired without a record."""
    facts = presumed.to_event(SystemClock().now_ms())
    metrics(SERVICE).add_metric(name="usage_presumed", unit=MetricUnit.Count, value=1)
    logger(SERVICE).warning("usage_presumed", extra=facts)
    publisher().publish(facts)
