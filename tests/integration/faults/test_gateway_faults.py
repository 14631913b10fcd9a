"""The fault table of the gateway: one request a row, in front of a broken world.

After each row the request is accounted for: settled, refused, or presumed; its record is where it
must be, nothing is held once the reaper came, and nothing ran past its deadline.
"""

from collections.abc import Callable
from typing import assert_never

import pytest

from support.fault_cloud import FaultCloud
from support.fault_rows import AWS_ROWS, Money, Row
from support.fault_rows_firewalls import FIREWALL_ROWS
from support.fault_rows_providers import PROVIDER_ROWS
from support.fault_runs import (
    Told,
    ask,
    deliver,
    let_holds_expire,
    presumed_of,
    reap,
    rows_of,
    take_messages,
)

PLENTY = 30.0


@pytest.mark.parametrize("row", [*AWS_ROWS, *PROVIDER_ROWS, *FIREWALL_ROWS], ids=lambda row: row.id)
def test_request_is_accounted_for(
    cloud: FaultCloud, row: Row, record_property: Callable[[str, object], None]
) -> None:
    record_property("right", row.right)
    cloud.renew(providers=row.providers, kind=row.kind)
    if row.seconds < PLENTY:
        # What a process loads but once would take the little time; the functions are cold again.
        warm_up(cloud)
        cloud.renew(providers=row.providers, kind=row.kind)
    before = warm_up(cloud) if row.is_warm else 0
    cloud.aws.break_with(*row.aws)
    cloud.first.break_with(*row.first)
    cloud.second.break_with(*row.second)
    cloud.firewalls.break_with(*row.firewalls)

    told = ask(cloud, is_stream=row.is_stream, seconds=row.seconds)
    cloud.aws.mend()

    assert (told.status, told.code) == (row.status, row.code)
    assert told.seconds_left > 0
    assert "+".join(told.ways) == row.way
    assert cloud.has_struck() == row.is_met
    assert cloud.asked() == row.asked
    assert deliver(cloud, told) == []
    assert rows_of(cloud).count(told.request_id) == 1
    assert_money_is_right(cloud, row.money, told, before=before)


def warm_up(cloud: FaultCloud) -> int:
    """Send a good request first, and tell what it cost."""
    assert ask(cloud).status == 200
    return cloud.pot().spent


def assert_money_is_right(cloud: FaultCloud, money: Money, told: Told, *, before: int) -> None:
    let_holds_expire(cloud)
    reaped, presumed, events = reap(), presumed_of(cloud), take_messages(cloud)
    pot, cost = cloud.pot(), told.record["cost_micros"]

    assert pot.held == 0
    assert pot.spent == before + cost + sum(presumed.values())
    assert [event["request_id"] for event in events] == list(presumed)
    assert reaped == len(presumed)
    match money:
        case Money.EXACT:
            read, said = told.usage()
            assert (cost, presumed) == (read + 2 * said, {})
        case Money.NOTHING:
            assert (cost, presumed) == (0, {})
        case Money.PRESUMED:
            assert (cost, list(presumed)) == (0, [told.request_id])
        case Money.ESTIMATED:
            assert told.record["is_usage_estimated"]
            assert 0 < cost <= told.record["held_micros"]
            assert not presumed
        case _:
            assert_never(money)
