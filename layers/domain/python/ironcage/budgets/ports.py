"""What the ledger asks of its table: single conditional writes, nothing cleverer.

Every method raises `LedgerUnavailable` when the table does not answer, and retries transaction
conflicts by itself. `False` (or an old pot) means that the condition failed and nothing changed.
"""

from collections.abc import Iterator, Mapping
from typing import Protocol

from ironcage.budgets.model import (
    Hold,
    Pot,
    PotKey,
    PotState,
    Presumed,
    Reservation,
    Settlement,
)
from ironcage.budgets.usage import UsageRecord
from ironcage.core import Micros, RequestId


class PotStore(Protocol):
    """The ledger table."""

    def create(self, key: PotKey, *, limit: Micros, token_hash: str) -> bool:
        """Open a pot that holds its whole limit; False if it exists already."""
        ...

    def read(self, key: PotKey) -> Pot | None:
        """Read a pot, strongly consistent."""
        ...

    def reserve(self, ask: Reservation, *, expires_ms: int, now_ms: int) -> tuple[bool, Pot | None]:
        """Set the amount aside: (True, the pot after), or (False, the pot as it was, or None)."""
        ...

    def settle(self, settlement: Settlement) -> tuple[bool, Pot | None]:
        """Turn the hold of exactly this amount into its true cost: answers like `reserve`."""
        ...

    def expire(self, key: PotKey, request_id: RequestId, hold: Hold, *, now_ms: int) -> bool:
        """Turn an overdue hold into presumed spend, with its `PRESUMED` item (one transaction)."""
        ...

    def presumed(self, key: PotKey, request_id: RequestId) -> Presumed | None:
        """Read the presumed spend of a request, never half of an `expire`."""
        ...

    def correct(self, presumed: Presumed, cost: Micros) -> bool:
        """Replace presumed spend by its true cost and delete the item, in one transaction."""
        ...

    def release(self, presumed: Presumed, *, now_ms: int, actor: str) -> bool:
        """Correct presumed spend to nothing, with a history row, in one transaction."""
        ...

    def set_state(self, key: PotKey, state: PotState) -> bool:
        """Let new requests start, or not; False if there is no such pot."""
        ...

    def edit_limit(self, key: PotKey, *, old: Micros, new: Micros, now_ms: int, actor: str) -> bool:
        """Change the limit if it still is `old`, with a history row, in one transaction."""
        ...

    def dirty_pots(self) -> Iterator[PotKey]:
        """List the pots that may have holds."""
        ...

    def clear_dirty(self, key: PotKey, seen: str) -> bool:
        """Take a pot without holds off the dirty list, if its mark still is `seen`."""
        ...


class TokenSwitch(Protocol):
    """ROTATE and REVOKE: the token record and the pot change together or not at all."""

    def rotate_token(self, record: Mapping[str, object], key: PotKey, new_hash: str) -> bool:
        """Write the agent's token record and let only the token of this hash spend from the pot.

        False when there is no such pot. An empty hash lets no token spend.
        """
        ...


class UsageLog(Protocol):
    """The usage rows of the `activity` table."""

    def add(self, record: UsageRecord) -> bool:
        """Write the row of a request unless it is there; tell whether it was written.

        Raises:
            StoreUnavailable: the table did not answer.
        """
        ...
