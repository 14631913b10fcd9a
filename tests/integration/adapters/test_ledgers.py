"""A pot is in the ledger of the region that its key names, and nowhere else."""

from collections.abc import Iterator

import pytest

from ironcage.adapters.dynamodb.ledgers import open_pots
from ironcage.adapters.dynamodb.pots import DynamoPotStore
from ironcage.adapters.dynamodb.table import Table
from ironcage.budgets import PotKey, Presumed
from ironcage.core import Micros, Settings
from ironcage.core.errors import HomeLedgerUnavailable, LedgerUnavailable
from support.aws_ledger import make_table
from support.aws_mocked import REGION, a_client, emulated_aws
from support.aws_regions import BOTH, DEAD_ABROAD, FAR_KEY, ledger_abroad, make_ledger_abroad
from support.builders_budgets import (
    DOLLAR,
    KEY,
    NOW_MS,
    REQUEST,
    TOKEN_HASH,
    a_hold,
    a_reservation,
    a_settlement,
)

LATE_MS = NOW_MS + 600_000
HERE = PotKey(KEY.tenant_id, KEY.agent_id, REGION)


@pytest.fixture
def pots(monkeypatch: pytest.MonkeyPatch) -> Iterator[DynamoPotStore]:
    with emulated_aws(monkeypatch):
        make_table(a_client("dynamodb"), "ledger", is_ledger=True)
        make_ledger_abroad()
        opened = open_pots(a_setting())
        opened.create(KEY, limit=DOLLAR, token_hash=TOKEN_HASH)
        yield opened


def a_setting(**changes: str) -> Settings:
    return Settings(**{"tables_ledger": "ledger", "regions": BOTH, **changes})


def a_table(name: str) -> Table:
    make_table(a_client("dynamodb"), name, is_ledger=True)
    return Table(a_client("dynamodb"), name, unavailable=LedgerUnavailable)


def money_of(pots: DynamoPotStore, key: PotKey) -> tuple[int, int, int]:
    pot = pots.read(key)
    assert pot is not None
    assert pot.is_balanced()
    return pot.available, pot.held, pot.spent


def reserve(pots: DynamoPotStore, key: PotKey) -> None:
    done, _ = pots.reserve(a_reservation(100, pot=key), expires_ms=NOW_MS, now_ms=NOW_MS)
    assert done


def test_hold_and_settlement_are_in_the_home_region_alone(pots: DynamoPotStore) -> None:
    reserve(pots, FAR_KEY)
    held = money_of(ledger_abroad(), KEY)

    pots.settle(a_settlement(100, 40, pot=FAR_KEY))

    assert held == (999_900, 100, 0)
    assert money_of(ledger_abroad(), KEY) == (999_960, 0, 40)
    assert money_of(pots, KEY) == (1_000_000, 0, 0)


def test_expiry_and_correction_are_in_the_home_region_alone(pots: DynamoPotStore) -> None:
    reserve(pots, FAR_KEY)

    pots.expire(FAR_KEY, REQUEST, a_hold(100, expires_ms=NOW_MS), now_ms=LATE_MS)
    presumed = pots.presumed(FAR_KEY, REQUEST)
    pots.correct(Presumed(FAR_KEY, REQUEST, Micros(100)), Micros(30))

    assert presumed == Presumed(FAR_KEY, REQUEST, Micros(100))
    assert pots.presumed(FAR_KEY, REQUEST) is None
    assert money_of(ledger_abroad(), KEY) == (999_970, 0, 30)
    assert money_of(pots, KEY) == (1_000_000, 0, 0)


def test_correction_and_release_delete_what_was_presumed_where_it_stands(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with emulated_aws(monkeypatch):
        own, far = (a_table(name) for name in ("ledger-here", "ledger-far"))
        pots = DynamoPotStore(own, lambda _: far)
        pots.create(FAR_KEY, limit=DOLLAR, token_hash=TOKEN_HASH)
        presumed = Presumed(FAR_KEY, REQUEST, Micros(100))

        reserve(pots, FAR_KEY)
        pots.expire(FAR_KEY, REQUEST, a_hold(100, expires_ms=NOW_MS), now_ms=LATE_MS)
        assert pots.correct(presumed, Micros(30))
        reserve(pots, FAR_KEY)
        pots.expire(FAR_KEY, REQUEST, a_hold(100, expires_ms=NOW_MS), now_ms=LATE_MS)
        assert pots.release(presumed, now_ms=LATE_MS, actor="user_admin")

        assert pots.presumed(FAR_KEY, REQUEST) is None
        assert money_of(pots, FAR_KEY) == (999_970, 0, 30)


def test_our_own_region_by_name_is_our_own_table(pots: DynamoPotStore) -> None:
    reserve(pots, HERE)

    assert money_of(pots, KEY) == money_of(pots, HERE) == (999_900, 100, 0)
    assert money_of(ledger_abroad(), KEY) == (1_000_000, 0, 0)


def test_only_pots_of_our_own_ledger_are_listed_as_dirty(pots: DynamoPotStore) -> None:
    reserve(pots, FAR_KEY)
    abroad = list(pots.dirty_pots())
    reserve(pots, KEY)

    assert abroad == []
    assert list(pots.dirty_pots()) == [KEY]


@pytest.mark.usefixtures("pots")
def test_region_that_does_not_answer_says_so_under_the_code_of_the_ledger() -> None:
    cut = open_pots(a_setting(ledger_endpoints=DEAD_ABROAD))

    with pytest.raises(HomeLedgerUnavailable, match="home region") as refusal:
        cut.read(FAR_KEY)

    assert (refusal.value.code, refusal.value.status) == ("LEDGER_UNAVAILABLE", 503)
    assert money_of(cut, KEY) == (1_000_000, 0, 0)


@pytest.mark.parametrize("region", ["ap-southeast-1", "evil.test/", "us-east-1@evil.test"])
def test_region_that_the_stage_does_not_have_is_never_called(
    pots: DynamoPotStore, region: str
) -> None:
    with pytest.raises(HomeLedgerUnavailable):
        pots.read(PotKey(KEY.tenant_id, KEY.agent_id, region))
