"""What the usage recorder does with each record: settle what is still held, keep a row."""

from dataclasses import dataclass

from ironcage.budgets.model import Settled
from ironcage.budgets.ports import UsageLog
from ironcage.budgets.service import LedgerService
from ironcage.budgets.usage import UsageRecord, read_record


@dataclass(frozen=True, slots=True)
class Recorded:
    """A record that is safe: what its settlement found (None: no money), and if its row is new."""

    record: UsageRecord
    settled: Settled | None
    is_new: bool

    @property
    def is_news(self) -> bool:
        """Tell whether this delivery changed anything: it kept the row, or it moved money.

        A record is delivered at least once; what is counted for each request is counted on news.
        """
        return self.is_new or self.settled in {Settled.EXACT, Settled.CORRECTED}

    @property
    def overrun(self) -> int:
        """Tell by how much the true cost passed its hold, once for each request."""
        return self.record.overrun if self.is_news else 0


class UsageRecorder:
    """Records of requests, in batches as a queue delivers them; any may come twice or late."""

    def __init__(self, ledger: LedgerService, log: UsageLog) -> None:
        self._ledger = ledger
        self._log = log

    def open_batch(self) -> "UsageBatch":
        """Start a batch: it looks at each pot once."""
        return UsageBatch(self._ledger, self._log)


class UsageBatch:
    """The records that one invocation received."""

    def __init__(self, ledger: LedgerService, log: UsageLog) -> None:
        self._settlements = ledger.open_batch()
        self._log = log

    def record(self, body: str) -> Recorded | None:
        """Settle one record, then keep its row; None for an audit event, which is no usage.

        The money moves first: when the row fails, the record comes again and finds itself settled.

        Raises:
            MalformedBody, InvalidRequest: it is no interaction record.
            NotFound, HoldMismatch, LedgerUnavailable: see `LedgerService.settle`.
            StoreUnavailable: the row could not be kept.
        """
        record = read_record(body)
        if record is None:
            return None
        settled = self._settlements.settle(record.settlement) if record.has_money else None
        return Recorded(record, settled, is_new=self._log.add(record))
