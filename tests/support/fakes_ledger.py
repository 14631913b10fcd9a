"""The ledger in memory, ways for it to fail, and a clock that tests move."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from threading import RLock

from ironcage.budgets import (
    MAX_HOLDS,
    Hold,
    LedgerService,
    Pot,
    PotKey,
    PotState,
    Presumed,
    Reservation,
    Settlement,
    UsageRecord,
    UsageRecorder,
)
from ironcage.core import Micros, RequestId, iso_utc
from ironcage.core.errors import LedgerUnavailable, StoreUnavailable
from support.builders_budgets import KEY, NOW_MS, TOKEN_HASH


@dataclass
class ManualClock:
    """A clock that only moves when somebody sleeps or a test moves it."""

    at_ms: int = NOW_MS
    slept: list[float] = field(default_factory=list)

    def now_ms(self) -> int:
        """Tell the moment that the test chose."""
        return self.at_ms

    def monotonic(self) -> float:
        """Tell the same in seconds."""
        return self.at_ms / 1000

    def sleep(self, seconds: float) -> None:
        """Move on instead of waiting."""
        self.slept.append(seconds)
        self.advance(seconds)

    def advance(self, seconds: float) -> None:
        """Move the clock."""
        self.at_ms += round(seconds * 1000)


class MemoryPotStore:
    """`PotStore` in memory; every method is atomic, as one write to the table is."""

    def __init__(self) -> None:
        self.pots: dict[PotKey, Pot] = {}
        self.rows: dict[tuple[PotKey, RequestId], Presumed] = {}
        self.records: dict[PotKey, Mapping[str, object]] = {}
        self.history: list[Mapping[str, object]] = []
        self.lock = RLock()

    def create(self, key: PotKey, *, limit: Micros, token_hash: str) -> bool:
        """Open a pot."""
        with self.lock:
            if key in self.pots:
                return False
            zero = Micros(0)
            self.pots[key] = Pot(limit, zero, zero, zero, limit, PotState.ACTIVE, token_hash)
            return True

    def read(self, key: PotKey) -> Pot | None:
        """Read a pot."""
        with self.lock:
            return self.pots.get(key)

    def reserve(self, ask: Reservation, *, expires_ms: int, now_ms: int) -> tuple[bool, Pot | None]:
        """Set money aside."""
        with self.lock:
            pot = self.pots.get(ask.pot)
            if pot is None or not _may_reserve(pot, ask):
                return False, pot
            return True, self._change(
                ask.pot,
                available=pot.available - ask.amount,
                held=pot.held + ask.amount,
                holds={**pot.holds, ask.request_id: Hold(ask.amount, expires_ms)},
                dirty=pot.dirty or iso_utc(now_ms)[:16],
            )

    def settle(self, settlement: Settlement) -> tuple[bool, Pot | None]:
        """Turn a hold into its cost."""
        with self.lock:
            pot = self.pots.get(settlement.pot)
            hold = pot.holds.get(settlement.request_id) if pot else None
            if pot is None or hold is None or hold.amount != settlement.held:
                return False, pot
            return True, self._change(
                settlement.pot,
                spent=pot.spent + settlement.cost,
                held=pot.held - settlement.held,
                available=pot.available + settlement.held - settlement.cost,
                holds=_without(pot, settlement.request_id),
            )

    def expire(self, key: PotKey, request_id: RequestId, hold: Hold, *, now_ms: int) -> bool:
        """Turn an overdue hold into presumed spend."""
        with self.lock:
            pot = self.pots.get(key)
            found = pot.holds.get(request_id) if pot else None
            if pot is None or found is None or (key, request_id) in self.rows:
                return False
            if found.amount != hold.amount or found.expires_ms >= now_ms:
                return False
            self.rows[key, request_id] = Presumed(key, request_id, hold.amount)
            self._change(
                key,
                spent=pot.spent + hold.amount,
                held=pot.held - hold.amount,
                holds=_without(pot, request_id),
            )
            return True

    def presumed(self, key: PotKey, request_id: RequestId) -> Presumed | None:
        """Read presumed spend."""
        with self.lock:
            return self.rows.get((key, request_id))

    def correct(self, presumed: Presumed, cost: Micros) -> bool:
        """Replace presumed spend by the truth."""
        with self.lock:
            if self.rows.pop((presumed.pot, presumed.request_id), None) is None:
                return False
            pot, more = self.pots[presumed.pot], cost - presumed.amount
            self._change(presumed.pot, spent=pot.spent + more, available=pot.available - more)
            return True

    def release(self, presumed: Presumed, *, now_ms: int, actor: str) -> bool:
        """Give presumed spend back."""
        with self.lock:
            if not self.correct(presumed, Micros(0)):
                return False
            self.history.append({"action": "usage_released", "actor": actor, "at_ms": now_ms})
            return True

    def set_state(self, key: PotKey, state: PotState) -> bool:
        """Set the state."""
        with self.lock:
            if key not in self.pots:
                return False
            self._change(key, state=state)
            return True

    def edit_limit(self, key: PotKey, *, old: Micros, new: Micros, now_ms: int, actor: str) -> bool:
        """Change the limit."""
        with self.lock:
            pot = self.pots.get(key)
            if pot is None or pot.limit != old:
                return False
            self._change(key, limit=new, available=pot.available + new - old)
            self.history.append({"action": "limit_edited", "actor": actor, "at_ms": now_ms})
            return True

    def dirty_pots(self) -> Iterator[PotKey]:
        """List the pots with a mark."""
        with self.lock:
            keys = [key for key, pot in self.pots.items() if pot.dirty is not None]
        yield from keys

    def clear_dirty(self, key: PotKey, seen: str) -> bool:
        """Take the mark off."""
        with self.lock:
            pot = self.pots.get(key)
            if pot is None or pot.dirty != seen or pot.holds:
                return False
            self._change(key, dirty=None)
            return True

    def rotate_token(self, record: Mapping[str, object], key: PotKey, new_hash: str) -> bool:
        """Let another token spend."""
        with self.lock:
            if key not in self.pots:
                return False
            self._change(key, token_hash=new_hash)
            self.records[key] = dict(record)
            return True

    def _change(self, key: PotKey, **parts: object) -> Pot:
        self.pots[key] = replace(self.pots[key], **parts)  # type: ignore[arg-type]  # by name
        return self.pots[key]


def a_ledger(
    store: MemoryPotStore | None = None, *, limit: int = 1_000
) -> tuple[LedgerService, MemoryPotStore, ManualClock]:
    """Open a ledger over one pot, with its store and its clock."""
    kept, clock = store or MemoryPotStore(), ManualClock()
    service = LedgerService(kept, clock)
    service.open_pot(KEY, limit=Micros(limit), token_hash=TOKEN_HASH)
    return service, kept, clock


class Died(BaseException):
    """The environment was killed: nothing after this line runs."""


class FailingPotStore(MemoryPotStore):
    """A store that is down, loses answers, or whose caller dies right after a write."""

    def __init__(self) -> None:
        super().__init__()
        self.is_down = False
        self.answers_to_lose = 0
        self.dies_after: int | None = None

    def reserve(self, ask: Reservation, *, expires_ms: int, now_ms: int) -> tuple[bool, Pot | None]:
        """Set money aside."""
        self._before()
        answer = super().reserve(ask, expires_ms=expires_ms, now_ms=now_ms)
        self._after()
        return answer

    def settle(self, settlement: Settlement) -> tuple[bool, Pot | None]:
        """Turn a hold into its cost."""
        self._before()
        answer = super().settle(settlement)
        self._after()
        return answer

    def expire(self, key: PotKey, request_id: RequestId, hold: Hold, *, now_ms: int) -> bool:
        """Turn an overdue hold into presumed spend."""
        self._before()
        answer = super().expire(key, request_id, hold, now_ms=now_ms)
        self._after()
        return answer

    def correct(self, presumed: Presumed, cost: Micros) -> bool:
        """Replace presumed spend by the truth."""
        self._before()
        answer = super().correct(presumed, cost)
        self._after()
        return answer

    def clear_dirty(self, key: PotKey, seen: str) -> bool:
        """Take the mark off."""
        self._before()
        answer = super().clear_dirty(key, seen)
        self._after()
        return answer

    def _before(self) -> None:
        if self.is_down:
            raise LedgerUnavailable(table="memory")

    def _after(self) -> None:
        if self.dies_after is not None:
            self.dies_after -= 1
            if self.dies_after <= 0:
                self.dies_after = None
                raise Died
        if self.answers_to_lose:
            self.answers_to_lose -= 1
            raise LedgerUnavailable(table="memory")


@dataclass
class MemoryUsageLog:
    """`UsageLog` in memory."""

    rows: dict[RequestId, UsageRecord] = field(default_factory=dict)
    is_down: bool = False

    def add(self, record: UsageRecord) -> bool:
        """Keep a row."""
        if self.is_down:
            raise StoreUnavailable(table="activity")
        request_id = record.settlement.request_id
        return self.rows.setdefault(request_id, record) is record


def a_recorder(ledger: LedgerService, log: MemoryUsageLog | None = None) -> UsageRecorder:
    """Open a recorder over a ledger."""
    return UsageRecorder(ledger, log or MemoryUsageLog())


def _may_reserve(pot: Pot, ask: Reservation) -> bool:
    is_known = pot.state is PotState.ACTIVE and pot.token_hash == ask.token_hash
    has_room = ask.request_id not in pot.holds and len(pot.holds) < MAX_HOLDS
    return is_known and has_room and pot.available >= ask.amount


def _without(pot: Pot, request_id: RequestId) -> Mapping[RequestId, Hold]:
    return {r: hold for r, hold in pot.holds.items() if r != request_id}
