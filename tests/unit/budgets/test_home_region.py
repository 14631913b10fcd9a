"""Money is in the ledger of the region that a record names; one that is gone is asked once."""

import json

import pytest

from ironcage.budgets import LedgerService, Pot, PotKey, Settled, read_record
from ironcage.core.errors import HomeLedgerUnavailable, InvalidRequest
from support.builders_budgets import DOLLAR, KEY, TOKEN_HASH, a_record, a_reservation, a_settlement
from support.fakes_ledger import ManualClock, MemoryPotStore

HOME = PotKey(KEY.tenant_id, KEY.agent_id, "eu-west-1")


class IslandPotStore(MemoryPotStore):
    """A store whose pots of one region do not answer while it is cut off."""

    def __init__(self) -> None:
        super().__init__()
        self.is_cut = False
        self.asked_in_vain = 0

    def read(self, key: PotKey) -> Pot | None:
        """Read a pot."""
        if self.is_cut and key.region == HOME.region:
            self.asked_in_vain += 1
            raise HomeLedgerUnavailable(region=key.region)
        return super().read(key)


def a_ledger_of_two_regions() -> tuple[LedgerService, IslandPotStore]:
    """Open a pot here and one of the same agent's name elsewhere, each with a hold."""
    store = IslandPotStore()
    ledger = LedgerService(store, ManualClock())
    for key in (KEY, HOME):
        ledger.open_pot(key, limit=DOLLAR, token_hash=TOKEN_HASH)
        ledger.reserve(a_reservation(pot=key))
    return ledger, store


def test_record_names_the_region_of_its_money() -> None:
    record = read_record(a_record(home_region="eu-west-1"))

    assert record is not None
    assert record.settlement.pot == HOME
    assert record.facts["home_region"] == "eu-west-1"


def test_record_without_a_region_is_about_the_ledger_of_its_own() -> None:
    record = read_record(a_record())

    assert record is not None
    assert record.settlement.pot == KEY
    assert record.settlement.pot.region == ""


@pytest.mark.parametrize("region", [7, None, "mars", "us-east-1.evil.test", "eu-west-1\n"])
def test_record_with_a_region_that_is_none_is_refused(region: object) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        read_record(json.dumps({**json.loads(a_record()), "home_region": region}))

    assert refusal.value.fields == {"home_region": "not a region"}


def test_settlement_moves_money_in_the_region_that_its_pot_names() -> None:
    ledger, store = a_ledger_of_two_regions()

    ledger.settle(a_settlement(pot=HOME))

    assert (store.pots[HOME].spent, store.pots[HOME].held) == (40, 0)
    assert (store.pots[KEY].spent, store.pots[KEY].held) == (0, 100)


def test_batch_asks_a_region_that_is_gone_once_and_settles_the_rest() -> None:
    ledger, store = a_ledger_of_two_regions()
    store.is_cut = True
    batch = ledger.open_batch()

    for _ in range(3):
        with pytest.raises(HomeLedgerUnavailable):
            batch.settle(a_settlement(pot=HOME))
    settled = batch.settle(a_settlement(pot=KEY))

    assert settled is Settled.EXACT
    assert store.asked_in_vain == 1
    assert store.pots[HOME].held == 100


def test_next_batch_asks_again_and_is_exact() -> None:
    ledger, store = a_ledger_of_two_regions()
    store.is_cut = True
    with pytest.raises(HomeLedgerUnavailable):
        ledger.open_batch().settle(a_settlement(pot=HOME))
    store.is_cut = False

    settled = ledger.open_batch().settle(a_settlement(pot=HOME))

    assert settled is Settled.EXACT
    assert (store.pots[HOME].spent, store.pots[HOME].held) == (40, 0)
