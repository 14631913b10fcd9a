"""The `ledger` table: pots, presumed spend and history, by the writes of `budgets.ports`.

The hot path (`reserve`, `settle`) is one `UpdateItem` each; the rare paths are transactions. The
item of a pot: `limit spent held lent available state tok holds{request: {a, e}} dirty`.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ironcage.adapters.dynamodb.attributes import Item
from ironcage.adapters.dynamodb.keys import TenantKeys, owner_of
from ironcage.adapters.dynamodb.table import Change, Table, Write
from ironcage.budgets import (
    MAX_HOLDS,
    Hold,
    Pot,
    PotKey,
    PotState,
    Presumed,
    Reservation,
    Settlement,
)
from ironcage.core import Micros, RequestId, iso_utc, new_id

DIRTY_INDEX = "dirty"
PRESUMED_TTL_SECONDS = 35 * 24 * 3600
_MINUTE = len("2026-11-25T09:11")

_RESERVE = Change(
    update="SET available = available - :a, held = held + :a, holds.#r = :hold,"
    " dirty = if_not_exists(dirty, :minute)",
    condition="#state = :active AND tok = :tok AND available >= :a"
    " AND attribute_not_exists(holds.#r) AND size(holds) < :max",
)
_SETTLE = Change(
    update="SET spent = spent + :c, held = held - :a, available = available + :rest"
    " REMOVE holds.#r",
    condition="holds.#r.a = :a",
)
_EXPIRE = Change(
    update="SET spent = spent + :a, held = held - :a REMOVE holds.#r",
    condition="holds.#r.a = :a AND holds.#r.e < :now",
)
_CORRECT = Change(
    update="SET spent = spent + :more, available = available - :more",
    condition="attribute_exists(pk)",
)
_EDIT = Change(
    update="SET #limit = :new, available = available + :delta", condition="#limit = :old"
)


class DynamoPotStore:
    """The ledger table as `PotStore` (open its `Table` with `unavailable=LedgerUnavailable`).

    `ledger_of` finds the table of the region that a pot names; without it, all pots are in `table`.
    """

    def __init__(self, table: Table, ledger_of: Callable[[str], Table] | None = None) -> None:
        self._table = table
        self._ledger_of = ledger_of

    def create(self, key: PotKey, *, limit: Micros, token_hash: str) -> bool:
        """Open a pot that holds its whole limit; False if it exists already."""
        return self._at(key).put_if_absent(*_pot_key(key), new_pot_item(limit, token_hash))

    def read(self, key: PotKey) -> Pot | None:
        """Read a pot, strongly consistent."""
        item = self._at(key).get(*_pot_key(key))
        return _pot_of(item) if item else None

    def reserve(self, ask: Reservation, *, expires_ms: int, now_ms: int) -> tuple[bool, Pot | None]:
        """Set the amount aside: (True, the pot after), or (False, the pot as it was, or None)."""
        values = {
            ":a": ask.amount,
            ":hold": {"a": ask.amount, "e": expires_ms},
            ":minute": iso_utc(now_ms)[:_MINUTE],
            ":active": PotState.ACTIVE.value,
            ":tok": ask.token_hash,
            ":max": MAX_HOLDS,
        }
        names = {"#r": ask.request_id, "#state": "state"}
        return self._update(ask.pot, _filled(_RESERVE, values, names))

    def settle(self, settlement: Settlement) -> tuple[bool, Pot | None]:
        """Turn the hold of exactly this amount into its true cost: answers like `reserve`."""
        values = {
            ":a": settlement.held,
            ":c": settlement.cost,
            ":rest": settlement.held - settlement.cost,
        }
        return self._update(settlement.pot, _filled(_SETTLE, values, {"#r": settlement.request_id}))

    def expire(self, key: PotKey, request_id: RequestId, hold: Hold, *, now_ms: int) -> bool:
        """Turn an overdue hold into presumed spend, with its `PRESUMED` item (one transaction)."""
        values = {":a": hold.amount, ":now": now_ms}
        row = {
            "a": hold.amount,
            "expired_at": iso_utc(now_ms),
            "ttl": now_ms // 1000 + PRESUMED_TTL_SECONDS,
        }
        put = self._at(key).putting(
            *_presumed_key(key, request_id), row, condition="attribute_not_exists(pk)"
        )
        return self._at(key).transact(
            [put, self._changing(key, _filled(_EXPIRE, values, {"#r": request_id}))]
        )

    def presumed(self, key: PotKey, request_id: RequestId) -> Presumed | None:
        """Read the presumed spend of a request, never half of an `expire`."""
        item = self._at(key).get_serialised(*_presumed_key(key, request_id))
        return Presumed(key, request_id, Micros(item["a"])) if item else None

    def correct(self, presumed: Presumed, cost: Micros) -> bool:
        """Replace presumed spend by its true cost and delete the item, in one transaction."""
        return self._at(presumed.pot).transact(self._corrected(presumed, cost))

    def release(self, presumed: Presumed, *, now_ms: int, actor: str) -> bool:
        """Correct presumed spend to nothing, with a history row, in one transaction."""
        facts = {
            "action": "usage_released",
            "request_id": presumed.request_id,
            "amount": presumed.amount,
            "actor": actor,
        }
        history = self._history(presumed.pot, now_ms, facts)
        return self._at(presumed.pot).transact([*self._corrected(presumed, Micros(0)), history])

    def set_state(self, key: PotKey, state: PotState) -> bool:
        """Let new requests start, or not; False if there is no such pot."""
        change = Change(
            update="SET #state = :state",
            condition="attribute_exists(pk)",
            values={":state": state.value},
            names={"#state": "state"},
        )
        return self._update(key, change)[0]

    def edit_limit(self, key: PotKey, *, old: Micros, new: Micros, now_ms: int, actor: str) -> bool:
        """Change the limit if it still is `old`, with a history row, in one transaction."""
        values = {":old": old, ":new": new, ":delta": new - old}
        facts = {"action": "limit_edited", "old": old, "new": new, "actor": actor}
        change = self._changing(key, _filled(_EDIT, values, {"#limit": "limit"}))
        return self._at(key).transact([change, self._history(key, now_ms, facts)])

    def dirty_pots(self) -> Iterator[PotKey]:
        """List the pots that may have holds."""
        for item in self._table.scan_index(DIRTY_INDEX):
            yield PotKey(*owner_of(item["pk"]))

    def clear_dirty(self, key: PotKey, seen: str) -> bool:
        """Take a pot without holds off the dirty list, if its mark still is `seen`."""
        change = Change(
            update="REMOVE dirty",
            condition="dirty = :seen AND size(holds) = :none",
            values={":seen": seen, ":none": 0},
        )
        return self._update(key, change)[0]

    def _at(self, key: PotKey) -> Table:
        if self._ledger_of is None or not key.region:
            return self._table
        return self._ledger_of(key.region)

    def _update(self, key: PotKey, change: Change) -> tuple[bool, Pot | None]:
        done, item = self._at(key).update(*_pot_key(key), change)
        return done, _pot_of(item) if item else None

    def _changing(self, key: PotKey, change: Change) -> Write:
        return self._at(key).updating(*_pot_key(key), change)

    def _corrected(self, presumed: Presumed, cost: Micros) -> list[Write]:
        key = _presumed_key(presumed.pot, presumed.request_id)
        change = _filled(_CORRECT, {":more": cost - presumed.amount})
        return [self._at(presumed.pot).deleting(*key), self._changing(presumed.pot, change)]

    def _history(self, key: PotKey, now_ms: int, facts: Mapping[str, object]) -> Write:
        keys = TenantKeys(key.tenant_id)
        sk = keys.history_sk(now_ms, new_id("bh"))
        return self._at(key).putting(keys.ledger_pk(key.agent_id), sk, facts)


class DynamoTokenSwitch:
    """The `control` and `ledger` tables as `TokenSwitch`."""

    def __init__(self, ledger: Table, control: Table) -> None:
        self._ledger = ledger
        self._control = control

    def rotate_token(self, record: Mapping[str, object], key: PotKey, new_hash: str) -> bool:
        """Write the agent's token record and let only the token of this hash spend from the pot."""
        keys = TenantKeys(key.tenant_id)
        put = self._control.putting(keys.control_pk(), keys.token_sk(key.agent_id), record)
        change = Change(
            update="SET tok = :tok", condition="attribute_exists(pk)", values={":tok": new_hash}
        )
        return self._ledger.transact([put, self._ledger.updating(*_pot_key(key), change)])


def new_pot_item(limit: Micros, token_hash: str) -> Item:
    """Describe a pot that holds its whole limit."""
    money = {"limit": limit, "spent": 0, "held": 0, "lent": 0, "available": limit}
    return {**money, "state": PotState.ACTIVE.value, "tok": token_hash, "holds": {}}


def _pot_key(key: PotKey) -> tuple[str, str]:
    keys = TenantKeys(key.tenant_id)
    return keys.ledger_pk(key.agent_id), keys.pot_sk()


def _presumed_key(key: PotKey, request_id: RequestId) -> tuple[str, str]:
    keys = TenantKeys(key.tenant_id)
    return keys.ledger_pk(key.agent_id), keys.presumed_sk(request_id)


def _filled(
    change: Change, values: Mapping[str, object], names: Mapping[str, str] | None = None
) -> Change:
    return Change(change.update, change.condition, values=values, names=names or {})


def _pot_of(item: Item) -> Pot:
    holds: Mapping[str, Any] = item["holds"]
    return Pot(
        limit=Micros(item["limit"]),
        spent=Micros(item["spent"]),
        held=Micros(item["held"]),
        lent=Micros(item["lent"]),
        available=Micros(item["available"]),
        state=PotState(item["state"]),
        token_hash=item["tok"],
        holds={RequestId(r): Hold(Micros(h["a"]), h["e"]) for r, h in holds.items()},
        dirty=item.get("dirty"),
    )
