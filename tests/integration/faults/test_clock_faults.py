"""Clocks that are off by minutes: the money is exact all the same, only later."""

from dataclasses import dataclass

import pytest

from gateway.events import to_call, to_response
from gateway.wiring import open_gateway
from ironcage.adapters.dynamodb.pots import DynamoPotStore
from ironcage.budgets import LedgerService
from ironcage.core import RequestId, SystemClock, new_id
from support.fault_cloud import FaultCloud
from support.fault_kinds import ANSWER_LOST, meanwhile
from support.fault_rows_providers import on
from support.fault_runs import (
    Invocation,
    ask,
    chat_event,
    presumed_of,
    reap,
    take_messages,
)

MINUTE_MS = 60_000


@dataclass
class WrongClock(SystemClock):
    """A clock that is so many minutes ahead, or behind."""

    minutes: float

    def now_ms(self) -> int:
        """Tell the wrong moment."""
        return super().now_ms() + round(self.minutes * MINUTE_MS)


def reap_at(cloud: FaultCloud, minutes: float) -> int:
    """Reap by a clock that is so wrong, and tell how many holds it presumed."""
    return len(LedgerService(DynamoPotStore(cloud.ledger), WrongClock(minutes)).reap())


@pytest.mark.parametrize(
    ("minutes", "presumed"),
    [
        pytest.param(-5.0, 0, id="clock-minus-5-min"),
        pytest.param(0.5, 0, id="clock-plus-30-s"),
        pytest.param(5.0, 1, id="clock-plus-5-min"),
    ],
)
def test_reaper_whose_clock_is_wrong_changes_no_cost(
    cloud: FaultCloud, minutes: float, presumed: int
) -> None:
    cloud.renew()
    found: list[int] = []
    cloud.first.break_with(*on(meanwhile(lambda: found.append(reap_at(cloud, minutes)))))

    told = ask(cloud)

    assert found == [presumed]
    assert told.status == 200
    assert presumed_of(cloud) == {}
    assert (cloud.pot().held, cloud.pot().spent) == (0, told.record["cost_micros"])


@pytest.mark.parametrize("minutes", [-5.0, 5.0], ids=["clock-minus-5-min", "clock-plus-5-min"])
def test_gateway_whose_clock_is_wrong_is_exact(cloud: FaultCloud, minutes: float) -> None:
    cloud.renew()
    found: list[int] = []
    cloud.first.break_with(*on(meanwhile(lambda: found.append(reap()))))

    status = ask_at(cloud, minutes)

    [told] = [m for m in take_messages(cloud) if "event" not in m]
    assert status == 200
    assert found == [1 if minutes < 0 else 0]
    assert presumed_of(cloud) == {}
    assert (cloud.pot().held, cloud.pot().spent) == (0, told["cost_micros"])


def ask_at(cloud: FaultCloud, minutes: float) -> int:
    """Send one request through a gateway whose clock is so wrong; tell the status."""
    request_id = RequestId(new_id("req"))
    call = to_call(chat_event(cloud), Invocation(30.0), request_id=request_id)
    status: int = to_response(open_gateway(WrongClock(minutes)).answer(call))["statusCode"]
    return status


def test_hold_of_a_gateway_that_is_ahead_is_presumed_later_and_not_lost(cloud: FaultCloud) -> None:
    cloud.renew()
    cloud.first.break_with(*on(ANSWER_LOST))
    status = ask_at(cloud, 5.0)

    found = [reap_at(cloud, minutes) for minutes in (3.0, 8.0)]

    assert status == 503
    assert found == [0, 1]
    assert cloud.pot().held == 0
    assert cloud.pot().spent == sum(presumed_of(cloud).values()) > 0
