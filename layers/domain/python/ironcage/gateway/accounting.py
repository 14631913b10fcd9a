"""PUBLISH and SETTLE: the end of each request, whatever happened before (step 7a).

Cost reporting fails open: the hold bounds what the request can cost, and the recorder settles
from the published record what we could not settle ourselves.
"""

from ironcage.budgets import LedgerService, Settlement
from ironcage.core import Micros
from ironcage.core.errors import HoldMismatch, LedgerUnavailable, NotFound
from ironcage.gateway.exchange import Exchange, Outcome
from ironcage.gateway.ports import InteractionObserver, RecordPublisher


class Accountant:
    """Publishes the one record of a request, then settles its hold."""

    def __init__(
        self, ledger: LedgerService, publisher: RecordPublisher, observer: InteractionObserver
    ) -> None:
        self._ledger = ledger
        self._publisher = publisher
        self._observer = observer

    def close(self, x: Exchange) -> None:
        """Publish, settle and report; never raises for a dependency that is down."""
        x.record.timings_ms["total"] = round((x.clock.monotonic() - x.started) * 1000, 3)
        x.record.held_micros = self._amount_to_settle(x)
        went_to = self._publisher.publish(x.record.to_json())
        if went_to != "topic":
            x.facts.append(f"record_to_{went_to}")
        if x.record.held_micros:
            self._settle(x)
        self._observer.closed(x.record, x.facts)

    @staticmethod
    def _amount_to_settle(x: Exchange) -> int:
        """Leave the hold of an unknown outcome alone: it expires and counts as presumed."""
        if x.hold is None or x.record.outcome == Outcome.UNKNOWN:
            return 0
        return x.hold.amount

    def _settle(self, x: Exchange) -> None:
        if x.ask is None:
            return
        settlement = Settlement(
            pot=x.ask.pot,
            request_id=x.record.request_id,
            held=Micros(x.record.held_micros),
            cost=Micros(x.record.cost_micros),
        )
        try:
            self._ledger.settle(settlement)
        except LedgerUnavailable:
            x.facts.append("settled_late")
        except (HoldMismatch, NotFound):
            x.facts.append("hold_mismatch")
