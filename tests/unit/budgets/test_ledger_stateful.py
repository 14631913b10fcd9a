"""Whatever happens, in whatever order, with a death after any write: the money adds up."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from ironcage.budgets import Pot, PotState, Settlement
from ironcage.core import Micros, RequestId
from ironcage.core.errors import IronCageError
from support.builders_budgets import KEY, OTHER_HASH, TOKEN_HASH, a_record, a_request_id
from support.builders_budgets import a_reservation as an_ask
from support.fakes_ledger import Died, FailingPotStore, MemoryUsageLog, a_ledger, a_recorder

LIMIT = 2_000
AMOUNTS = st.integers(min_value=1, max_value=900)
SHARES = st.integers(min_value=0, max_value=100)
DEATHS = st.none() | st.integers(min_value=1, max_value=3)
PICKS = st.integers(min_value=0, max_value=1_000)


@dataclass
class Call:
    """A request that had its hold: what was held, and what it will have cost."""

    request_id: RequestId
    held: int
    cost: int


class LedgerMachine(RuleBasedStateMachine):
    """Gateways, a recorder with a queue, a reaper and an admin, none of whom can be trusted."""

    def __init__(self) -> None:
        super().__init__()
        self.store = FailingPotStore()
        self.ledger, _, self.clock = a_ledger(self.store, limit=LIMIT)
        self.recorder = a_recorder(self.ledger, MemoryUsageLog())
        self.token = TOKEN_HASH
        self.number = 0
        self.open: list[Call] = []
        self.queue: list[Call] = []
        self.reported: dict[RequestId, int] = {}
        self.costs: dict[RequestId, int] = {}

    @property
    def pot(self) -> Pot:
        """Look at the pot."""
        return self.store.pots[KEY]

    @rule(amount=AMOUNTS, least=AMOUNTS, share=SHARES, death=DEATHS)
    def start_a_call(self, *, amount: int, least: int, share: int, death: int | None) -> None:
        """Reserve; the environment may die right after any of its writes."""
        self.number += 1
        request_id = a_request_id(self.number)
        deadline_ms = self.clock.now_ms() + 30_000
        ask = an_ask(
            amount,
            least=min(least, amount),
            request_id=request_id,
            token_hash=self.token,
            deadline_ms=deadline_ms,
        )
        self.do(lambda: self.ledger.reserve(ask), death)
        if hold := self.pot.holds.get(request_id):
            call = Call(request_id, hold.amount, hold.amount * share // 100)
            self.costs[request_id] = call.cost
            self.open.append(call)

    @precondition(lambda self: self.open)
    @rule(pick=PICKS, death=DEATHS, publishes=st.booleans())
    def end_a_call(self, pick: int, death: int | None, *, publishes: bool) -> None:
        """Publish and settle, or die before either; the record may be lost for now."""
        call = self.open.pop(pick % len(self.open))
        if not publishes:
            return
        self.queue.append(call)
        self.do(lambda: self.ledger.settle(settlement_of(call)), death)

    @precondition(lambda self: self.queue)
    @rule(pick=PICKS, death=DEATHS, copies=st.integers(min_value=1, max_value=3))
    def deliver_records(self, pick: int, death: int | None, copies: int) -> None:
        """Deliver some records, perhaps again, from anywhere in the queue, as one batch."""
        start = pick % len(self.queue)
        records = self.queue[start : start + 3] * copies
        batch = self.recorder.open_batch()
        self.do(lambda: [batch.record(record_of(call)) for call in records], death)

    @rule(seconds=st.integers(min_value=0, max_value=200), death=DEATHS)
    def reap_later(self, seconds: int, death: int | None) -> None:
        """Let time pass and the reaper run, unless it dies."""
        self.clock.advance(seconds)
        self.do(self.ledger.reap, death)

    @rule(answers=st.integers(min_value=1, max_value=2))
    def lose_answers(self, answers: int) -> None:
        """Lose the answers to the next writes, though they are applied."""
        self.store.answers_to_lose = answers

    @rule(more=st.integers(min_value=0, max_value=500))
    def raise_the_limit(self, more: int) -> None:
        """Edit the budget."""
        new = Micros(self.pot.limit + more)
        self.ledger.edit_limit(KEY, old=self.pot.limit, new=new, actor="user_ann")

    @rule(state=st.sampled_from(PotState))
    def set_the_state(self, state: PotState) -> None:
        """Suspend, close or reopen."""
        self.ledger.set_state(KEY, state)

    @rule(token=st.sampled_from([TOKEN_HASH, OTHER_HASH]))
    def rotate_the_token(self, token: str) -> None:
        """Replace the token; the gateway learns of it with its next call."""
        self.store.rotate_token({}, KEY, token)
        self.token = token

    @invariant()
    def money_adds_up(self) -> None:
        """Keep `limit = spent + held + lent + available`, and never overspend."""
        assert self.pot.is_balanced()
        assert self.pot.available >= 0

    @invariant()
    def spent_is_explained(self) -> None:
        """Spend is true costs of calls that are neither held nor presumed, and what is presumed."""
        presumed = {row.request_id: row.amount for row in self.store.rows.values()}
        waiting = presumed.keys() | self.pot.holds.keys()
        settled = sum(cost for r, cost in self.costs.items() if r not in waiting)
        assert self.pot.spent == settled + sum(presumed.values())

    @invariant()
    def pot_with_holds_is_known_to_the_reaper(self) -> None:
        """A hold never hides from the reaper."""
        assert not self.pot.holds or self.pot.dirty is not None

    def teardown(self) -> None:
        """Wait, reap, and deliver every record: nothing stays held, then nothing presumed."""
        self.store.answers_to_lose = 0
        self.clock.advance(600)
        self.ledger.reap()
        assert self.pot.held == 0
        assert list(self.store.dirty_pots()) == []

        batch = self.recorder.open_batch()
        for row in list(self.store.rows.values()):
            cost = self.costs[row.request_id]
            batch.record(a_record(row.amount, cost, request_id=row.request_id))
        for call in self.queue:
            batch.record(record_of(call))
        assert self.store.rows == {}
        assert self.pot.spent == sum(self.costs.values())

    def do(self, act: Callable[[], object], death: int | None) -> None:
        """Act, and die right after the given number of writes."""
        self.store.dies_after = death
        with suppress(Died, IronCageError):
            act()
        self.store.dies_after = None


def settlement_of(call: Call) -> Settlement:
    return Settlement(KEY, call.request_id, Micros(call.held), Micros(call.cost))


def record_of(call: Call) -> str:
    return a_record(call.held, call.cost, request_id=call.request_id)


TestLedgerMachine = LedgerMachine.TestCase
TestLedgerMachine.settings = settings(max_examples=100, stateful_step_count=30)
