"""Operations on budgets: read, edit, and release what was presumed."""

from control_api.fields import Fields
from control_api.ports import Fact
from control_api.tokens import read_owner
from ironcage.budgets import LedgerService, Pot, PotKey
from ironcage.core import RequestId, usd_text


class BudgetOperations:
    """Look at and change the pot of an agent."""

    def __init__(self, ledger: LedgerService) -> None:
        self._ledger = ledger

    def read_budget(self, fields: Fields) -> dict[str, object]:
        """Read an agent's money as it is now.

        Raises:
            InvalidRequest: fields are wrong.
            NotFound: the agent has no pot.
        """
        key = PotKey(*read_owner(fields))
        fields.check()
        return _money(self._ledger.read(key))

    def edit_budget(self, fields: Fields, actor: str) -> Fact:
        """Set an agent's budget, from `expected_usd` or from whatever it is now.

        Raises:
            InvalidRequest: fields are wrong.
            NotFound: the agent has no pot.
            LimitMoved: it is not (any more) what was expected.
        """
        key = PotKey(*read_owner(fields))
        new = fields.usd("budget_usd")
        expected = fields.usd("expected_usd") if fields.has("expected_usd") else None
        fields.check()
        old = self._ledger.read(key).limit if expected is None else expected
        self._ledger.edit_limit(key, old=old, new=new, actor=actor)
        changes = {"before_usd": usd_text(old), "after_usd": usd_text(new)}
        answer = _money(self._ledger.read(key))
        return Fact(answer, "budget_updated", key.tenant_id, key.agent_id, changes=changes)

    def release_presumed(self, fields: Fields, actor: str) -> Fact:
        """Give back what was presumed for a request whose true cost never came.

        Raises:
            InvalidRequest: fields are wrong.
            NotFound: nothing is presumed for this request (any more).
        """
        key = PotKey(*read_owner(fields))
        request_id = RequestId(fields.identifier("request_id", "req"))
        fields.check()
        released = self._ledger.release(key, request_id, actor=actor)
        answer: dict[str, object] = {
            "request_id": request_id,
            "released_usd": usd_text(released.amount),
        }
        return Fact(answer, "usage_released", key.tenant_id, key.agent_id, changes=answer)


def _money(pot: Pot) -> dict[str, object]:
    amounts = {
        "limit": pot.limit,
        "spent": pot.spent,
        "held": pot.held,
        "lent": pot.lent,
        "available": pot.available,
    }
    micros: dict[str, object] = {f"{name}_micros": int(v) for name, v in amounts.items()}
    usd: dict[str, object] = {f"{name}_usd": usd_text(v) for name, v in amounts.items()}
    return {**usd, **micros, "state": pot.state.value, "open_holds": len(pot.holds)}
