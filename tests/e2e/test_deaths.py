"""Environments die and records are late, doubled, reordered or lost on the deployed app.

However it goes, nothing stays held after expiry, and what was presumed becomes exact as soon as
the record arrives.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from support.provider import Script
from support.rigs import Rig, open_rig
from support.trail import eventually

if TYPE_CHECKING:
    from e2e.conftest import Deployed

COSTS = (11, 0, 7, 30, 5)


@pytest.fixture
def rig(deployed: "Deployed") -> Iterator[Rig]:
    with open_rig(deployed) as found:
        yield found


def test_killed_in_mid_call_is_presumed_and_then_corrected_by_its_record(rig: Rig) -> None:
    rig.provider.script("scripted", Script(wait_seconds=30))
    with ThreadPoolExecutor(1) as caller:
        call = caller.submit(rig.ask, "scripted")
        assert eventually(lambda: rig.provider.count() == 1)
        rig.outages.kill("gateway")
        assert call.result().status >= 500
    request_id, held = rig.pot.only_hold()
    assert rig.has_money(spent=0, held=held)

    rig.pot.let_holds_expire()
    rig.trail.reap()

    assert eventually(lambda: rig.has_money(spent=held, held=0))
    assert rig.provider.count() == 1
    rig.trail.publish(rig.pot.late_record((request_id, held), cost=41))
    assert eventually(lambda: rig.has_money(spent=41, held=0))
    assert rig.pot.store.presumed(rig.pot.key, request_id) is None


def test_provider_that_hangs_up_is_presumed_told_of_and_released_by_an_admin(rig: Rig) -> None:
    request_id, held = rig.die()

    rig.pot.let_holds_expire()
    rig.trail.reap()

    assert eventually(lambda: rig.has_money(spent=held, held=0))
    assert eventually(lambda: rig.trail.is_archived("usage_presumed", request_id))
    rig.agent.operator.run(
        "release_presumed",
        tenant_id=rig.agent.tenant_id,
        agent_id=rig.agent.agent_id,
        request_id=request_id,
    )
    assert rig.has_money(spent=0, held=0)


def test_next_request_expires_what_the_reaper_has_not_seen(deployed: "Deployed") -> None:
    with open_rig(deployed, budget_usd="0.01", rates=(1, 100_000_000)) as rig:
        with rig.outages.without_reaper():
            request_id, held = rig.die()
            rig.pot.let_holds_expire()

            refused = rig.ask("scripted")

        # With the hold still open it would be "busy": only spent money is gone for good.
        assert (refused.status, refused.body["error"]["code"]) == (402, "BUDGET_EXCEEDED")
        assert rig.has_money(spent=held, held=0)
        assert eventually(lambda: rig.trail.is_archived("usage_presumed", request_id))
        assert rig.trail.is_logged("gateway", "usage_presumed", request_id)


def test_records_that_come_doubled_and_in_another_order_are_exact(rig: Rig) -> None:
    died = [rig.die() for _ in COSTS]
    records = [rig.pot.late_record(death, cost) for death, cost in zip(died, COSTS, strict=True)]

    for record in [*reversed(records), *records, *records]:
        rig.trail.publish(record)

    assert eventually(lambda: rig.has_money(spent=sum(COSTS), held=0))
    assert eventually(rig.queue.is_drained)
    assert rig.has_money(spent=sum(COSTS), held=0)
    # One row of the request that ended unknown, and one of its record, which came three times.
    assert {rig.trail.rows_of(request_id) for request_id, _ in died} == {2}


def test_records_are_exact_however_they_meet_the_reaper(rig: Rig) -> None:
    died = [rig.die() for _ in COSTS]
    records = [rig.pot.late_record(death, cost) for death, cost in zip(died, COSTS, strict=True)]
    rig.pot.let_holds_expire()

    with ThreadPoolExecutor(4) as pool:
        reapers = [pool.submit(rig.trail.reap) for _ in range(3)]
        publishers = [pool.submit(rig.trail.publish, record) for record in records * 2]
        for done in [*reapers, *publishers]:
            done.result()

    assert eventually(lambda: rig.has_money(spent=sum(COSTS), held=0))
    assert presumed_of(rig, [request_id for request_id, _ in died]) == []


def test_recorder_that_is_off_loses_nothing(rig: Rig) -> None:
    with rig.outages.without_consumer("usage_recorder"):
        answered = rig.ask("scripted").headers["x-request-id"]
        died = rig.die()
        rig.trail.publish(rig.pot.late_record(died, cost=13))
        spent = rig.agent.money()["spent"]
        assert spent > 0
        assert not rig.trail.is_in_activity(answered)

    assert eventually(lambda: rig.has_money(spent=spent + 13, held=0))
    assert eventually(lambda: rig.trail.is_in_activity(answered))


def test_records_that_the_recorder_could_not_keep_are_exact_when_redriven(rig: Rig) -> None:
    # What the reaper tells of older holds would be given up as well, and be counted.
    with rig.outages.without_reaper():
        died = [rig.die() for _ in COSTS]
        assert eventually(rig.queue.is_drained)
        dead = rig.dead_letters.count()
        with rig.queue.impatient(), rig.outages.without("usage_recorder", "tables_ledger"):
            for death, cost in zip(died, COSTS, strict=True):
                rig.trail.publish(rig.pot.late_record(death, cost))
            assert eventually(lambda: rig.dead_letters.count() == dead + len(COSTS))
        rig.pot.let_holds_expire()
    rig.trail.reap()
    # The reaper that runs by schedule may be at some of them at the same time.
    assert eventually(lambda: rig.has_money(spent=sum(held for _, held in died), held=0))

    # Impatient again: an environment from before may take them once more, and fail once more.
    with rig.queue.impatient():
        rig.dead_letters.redrive(rig.queue)

        assert eventually(lambda: rig.has_money(spent=sum(COSTS), held=0))
    assert presumed_of(rig, [request_id for request_id, _ in died]) == []


def presumed_of(rig: Rig, request_ids: Sequence[str]) -> list[str]:
    """List the requests that still count at their worst case."""
    store, key = rig.pot.store, rig.pot.key
    return [r for r in request_ids if store.presumed(key, r) is not None]  # type: ignore[arg-type]
