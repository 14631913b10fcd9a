"""A scan over HTTP ends before the invocation does, and before API Gateway gives up."""

from typing import Any

import pytest

from ironcage.adapters.scans import GATEWAY_SECONDS, time_for_answer
from support.aws_gateway import Context
from support.builders_budgets import NOW_MS
from support.fakes_ledger import ManualClock


def taken(seconds_ago: float) -> dict[str, Any]:
    return {"requestContext": {"requestTimeEpoch": NOW_MS - round(seconds_ago * 1000)}}


@pytest.mark.parametrize(
    ("event", "remaining", "left"),
    [
        pytest.param(taken(0.0), 20.0, 20.0, id="invocation ends first"),
        pytest.param(taken(0.0), 60.0, 29.0, id="API Gateway gives up first"),
        pytest.param(taken(6.5), 29.0, 22.5, id="cold start counts"),
        pytest.param(taken(29.0), 29.0, 0.0, id="nobody waits any more"),
        pytest.param(taken(29.1), 60.0, 29.0, id="event of another day"),
        pytest.param(taken(-0.1), 60.0, 29.0, id="clock that is late"),
        pytest.param({"requestContext": {"requestTimeEpoch": "now"}}, 60.0, 29.0, id="text"),
        pytest.param({"requestContext": []}, 60.0, 29.0, id="no context"),
        pytest.param({}, 60.0, 29.0, id="nothing"),
    ],
)
def test_time_is_the_shorter_of_both(event: dict[str, Any], remaining: float, left: float) -> None:
    seconds_left = time_for_answer(event, Context(remaining), clock=ManualClock())

    assert seconds_left() == pytest.approx(left)


def test_time_runs() -> None:
    clock = ManualClock()
    seconds_left = time_for_answer(taken(1.0), Context(60.0), clock=clock)

    clock.advance(8.0)

    assert seconds_left() == pytest.approx(GATEWAY_SECONDS - 9.0)
