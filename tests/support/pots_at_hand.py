"""Pots in the states that rules of the ledger start from."""

from ironcage.budgets import PotStore, Presumed
from ironcage.core import Micros
from support.builders_budgets import KEY, NOW_MS, REQUEST, TOKEN_HASH, a_hold, a_reservation

LATER_MS = NOW_MS + 10 * 60_000
EXPIRES_MS = NOW_MS + 60_000


def opened(store: PotStore, limit: int = 1_000) -> None:
    """Open the pot of the tests."""
    store.create(KEY, limit=Micros(limit), token_hash=TOKEN_HASH)


def held(store: PotStore, limit: int = 1_000) -> None:
    """Open the pot and hold 100 for the request of the tests."""
    opened(store, limit)
    store.reserve(a_reservation(100), expires_ms=EXPIRES_MS, now_ms=NOW_MS)


def expired(store: PotStore) -> Presumed:
    """Let the hold of 100 expire."""
    held(store)
    store.expire(KEY, REQUEST, a_hold(100), now_ms=LATER_MS)
    return Presumed(KEY, REQUEST, Micros(100))


def mark_of(store: PotStore) -> str:
    """Read the mark by which the pot is on the dirty list."""
    pot = store.read(KEY)
    assert pot is not None
    assert pot.dirty is not None
    return pot.dirty
