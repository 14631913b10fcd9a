"""The ledger's use cases (step 7a): set money aside, settle it, and never lose track of it.

A request may start only when its worst case is held. Nothing of a pot is kept between calls, so
an environment may freeze, double or die at any point without moving money.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace

from ironcage.budgets.ledger import AskFor, ExpireFirst, Wait, next_step
from ironcage.budgets.model import (
    HOLD_GRACE_MS,
    Granted,
    Hold,
    Pot,
    PotKey,
    PotState,
    Presumed,
    Reservation,
    Settled,
    Settlement,
)
from ironcage.budgets.ports import PotStore
from ironcage.core import Clock, Micros, RequestId
from ironcage.core.errors import (
    BudgetBusy,
    Conflict,
    HoldMismatch,
    HomeLedgerUnavailable,
    LedgerUnavailable,
    LimitMoved,
    NotFound,
)

WAITS = 5
WAIT_SECONDS = 0.1
MAX_TRIES = 16


class LedgerService:
    """The pots of all agents; `on_presumed` hears of each hold that expires, whoever expired it."""

    def __init__(
        self,
        store: PotStore,
        clock: Clock,
        *,
        on_presumed: Callable[[Presumed], None] = lambda _: None,
    ) -> None:
        self._store = store
        self._clock = clock
        self._on_presumed = on_presumed

    def open_pot(self, key: PotKey, *, limit: Micros, token_hash: str) -> None:
        """Give an agent its budget.

        Raises:
            Conflict: the agent has one already.
        """
        if not self._store.create(key, limit=limit, token_hash=token_hash):
            raise Conflict(agent_id=key.agent_id)

    def read(self, key: PotKey) -> Pot:
        """Read an agent's pot as it is now.

        Raises:
            NotFound: the agent has no pot.
        """
        pot = self._store.read(key)
        if pot is None:
            raise NotFound(agent_id=key.agent_id)
        return pot

    def reserve(self, ask: Reservation) -> Granted:
        """Set the worst case of a request aside, or what is left if that buys a useful answer.

        Raises:
            TokenInvalid, AgentInactive, AgentConcurrency, BudgetExceeded: see `next_step`.
            BudgetBusy: the rest stays held by requests in flight, half a second long.
            LedgerUnavailable: the table did not answer; nothing may start.
        """
        amount, waits, may_expire = ask.amount, 0, True
        for _ in range(MAX_TRIES):
            now_ms = self._clock.now_ms()
            done, pot = self._try(replace(ask, amount=amount), now_ms)
            if done and pot is not None:
                return Granted(amount, pot.available)
            amount = ask.amount
            match next_step(pot, ask, now_ms=now_ms, may_expire=may_expire):
                case Granted() as granted:
                    return granted
                case ExpireFirst(holds):
                    self._expire(ask.pot, holds)
                    may_expire = False
                case AskFor(less):
                    amount = less
                case Wait() if waits < WAITS:
                    waits += 1
                    self._clock.sleep(WAIT_SECONDS)
                case _:
                    break
        raise BudgetBusy(agent_id=ask.pot.agent_id)

    def settle(self, settlement: Settlement) -> Settled:
        """Turn a hold into its true cost; correct what was presumed if the hold has expired.

        Raises:
            HoldMismatch: the request's hold has another amount (a bug).
            NotFound: the agent has no pot.
            LedgerUnavailable: the table did not answer; the recorder will settle.
        """
        done, pot = self._store.settle(settlement)
        if done:
            return Settled.EXACT
        if pot is None:
            raise NotFound(agent_id=settlement.pot.agent_id)
        if hold := pot.holds.get(settlement.request_id):
            raise HoldMismatch(held_micros=hold.amount, settled_micros=settlement.held)
        return self.correct(settlement)

    def correct(self, settlement: Settlement) -> Settled:
        """Replace what was presumed for a request by its true cost; else it is a duplicate."""
        presumed = self._store.presumed(settlement.pot, settlement.request_id)
        if presumed is not None and self._store.correct(presumed, settlement.cost):
            return Settled.CORRECTED
        return Settled.DUPLICATE

    def open_batch(self) -> "SettlementBatch":
        """Start settling many records with one look at each pot."""
        return SettlementBatch(self)

    def reap(self) -> list[Presumed]:
        """Expire every overdue hold of every pot that may have one.

        Raises:
            LedgerUnavailable: some pots did not answer; the others were reaped before that is told.
        """
        found: list[Presumed] = []
        failed: LedgerUnavailable | None = None
        for key in self._store.dirty_pots():
            try:
                found += self._reap_pot(key)
            except LedgerUnavailable as error:  # one busy agent must not keep everybody's money
                failed = error
        if failed is not None:
            raise failed
        return found

    def release(self, key: PotKey, request_id: RequestId, *, actor: str) -> Presumed:
        """Give presumed spend back by an admin's word, with an entry in the pot's history.

        Raises:
            NotFound: nothing is presumed for this request (any more).
        """
        presumed = self._store.presumed(key, request_id)
        now_ms = self._clock.now_ms()
        if presumed is None or not self._store.release(presumed, now_ms=now_ms, actor=actor):
            raise NotFound(request_id=request_id)
        return presumed

    def edit_limit(self, key: PotKey, *, old: Micros, new: Micros, actor: str) -> None:
        """Change a budget from what the editor saw to something else.

        Raises:
            LimitMoved: it no longer is what the editor saw.
            NotFound: the agent has no pot.
        """
        now_ms = self._clock.now_ms()
        if not self._store.edit_limit(key, old=old, new=new, now_ms=now_ms, actor=actor):
            raise LimitMoved(limit_micros=self.read(key).limit)

    def set_state(self, key: PotKey, state: PotState) -> None:
        """Suspend, close or reopen a pot; requests in flight still settle.

        Raises:
            NotFound: the agent has no pot.
        """
        if not self._store.set_state(key, state):
            raise NotFound(agent_id=key.agent_id)

    def _try(self, ask: Reservation, now_ms: int) -> tuple[bool, Pot | None]:
        expires_ms = ask.deadline_ms + HOLD_GRACE_MS
        try:
            return self._store.reserve(ask, expires_ms=expires_ms, now_ms=now_ms)
        except LedgerUnavailable:
            # It may have been applied all the same. No call will start, so give it back; if that
            # is lost too, the hold expires.
            with suppress(LedgerUnavailable):
                self._store.settle(Settlement(ask.pot, ask.request_id, ask.amount, cost=Micros(0)))
            raise

    def _reap_pot(self, key: PotKey) -> list[Presumed]:
        pot = self._store.read(key)
        if pot is None:
            return []
        overdue = pot.overdue(self._clock.now_ms())
        found = self._expire(key, overdue)
        if pot.dirty is not None and len(overdue) == len(pot.holds):
            self._store.clear_dirty(key, pot.dirty)
        return found

    def _expire(self, key: PotKey, holds: Mapping[RequestId, Hold]) -> list[Presumed]:
        now_ms = self._clock.now_ms()
        expired = []
        for request_id, hold in holds.items():
            if self._store.expire(key, request_id, hold, now_ms=now_ms):
                expired.append(Presumed(key, request_id, hold.amount))
                self._on_presumed(expired[-1])
        return expired


class SettlementBatch:
    """Settles the records of one batch; a pot is read once, so only held records cost a write."""

    def __init__(self, ledger: LedgerService) -> None:
        self._ledger = ledger
        self._pots: dict[PotKey, Pot] = {}
        self._unreachable: set[str] = set()

    def settle(self, settlement: Settlement) -> Settled:
        """Settle a record if its hold stood when the batch first looked, else correct it.

        A hold is older than its record, so one that is not there now will never be. A region that
        did not answer once is not asked again: its time-outs would take the batch's own time.

        Raises:
            HoldMismatch, NotFound, LedgerUnavailable: see `LedgerService.settle`.
        """
        if settlement.pot.region in self._unreachable:
            raise HomeLedgerUnavailable(region=settlement.pot.region)
        try:
            return self._settle(settlement)
        except HomeLedgerUnavailable:
            self._unreachable.add(settlement.pot.region)
            raise

    def _settle(self, settlement: Settlement) -> Settled:
        if settlement.pot not in self._pots:
            self._pots[settlement.pot] = self._ledger.read(settlement.pot)
        if settlement.request_id in self._pots[settlement.pot].holds:
            return self._ledger.settle(settlement)
        return self._ledger.correct(settlement)
