"""The deployed gateway behind a fault proxy: the rows of the fault table that matter most there.

The whole table runs in `tests/integration/faults`, in front of the same engine.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from support.fault_kinds import ANSWER_LOST, CONFLICT, HALF_CLOSED, THROTTLED, TOPIC_REFUSED
from support.fault_proxy import FaultProxy, Rule
from support.fault_rows import circuits, control, reserve, settle, topic
from support.rigs import Rig, open_rig
from support.trail import eventually

if TYPE_CHECKING:
    from e2e.conftest import Deployed


@pytest.fixture(scope="module")
def rig(deployed: "Deployed") -> Iterator[Rig]:
    with open_rig(deployed) as found:
        yield found


@pytest.fixture(scope="module")
def proxy(deployed: "Deployed", rig: Rig) -> Iterator[FaultProxy]:
    """Let every call of DynamoDB and SNS that the gateway makes pass a proxy."""
    with FaultProxy(deployed.workspace.endpoint) as made:
        endpoints = {f"AWS_ENDPOINT_URL_{name}": made.url for name in ("DYNAMODB", "SNS")}
        with rig.outages.with_variables("gateway", **endpoints):
            yield made


@contextmanager
def broken(rig: Rig, proxy: FaultProxy, *rules: Rule) -> Iterator[None]:
    """Break what the rules say before a cold gateway, and see that it happened."""
    rig.outages.kill("gateway")  # what it had read shortly before would hide some faults
    proxy.break_with(*rules)
    yield
    assert proxy.struck
    proxy.mend()


@pytest.mark.parametrize(
    "rules",
    [
        pytest.param((reserve(ANSWER_LOST, 1),), id="dynamodb-reserve-answer-lost"),
        pytest.param((reserve(CONFLICT, 3),), id="dynamodb-reserve-conflict"),
        pytest.param((settle(HALF_CLOSED, 1),), id="settle-half-closed"),
        pytest.param((settle(THROTTLED),), id="settle-throttled"),
        pytest.param((topic(ANSWER_LOST, 1),), id="sns-answer-lost"),
        pytest.param((topic(TOPIC_REFUSED),), id="sns-refused"),
        pytest.param((settle(THROTTLED), topic(TOPIC_REFUSED)), id="settle-and-sns-refused"),
        pytest.param((circuits(THROTTLED),), id="breakers-throttled"),
    ],
)
def test_answer_comes_and_its_cost_is_exact(
    rig: Rig, proxy: FaultProxy, rules: tuple[Rule, ...]
) -> None:
    before = rig.agent.money()["spent"]

    with broken(rig, proxy, *rules):
        answer = rig.ask()

    usage = answer.body["usage"]
    cost = usage["prompt_tokens"] + 2 * usage["completion_tokens"]
    assert answer.status == 200
    assert eventually(lambda: rig.has_money(spent=before + cost, held=0))
    assert eventually(lambda: rig.trail.rows_of(answer.headers["x-request-id"]) == 1)


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        pytest.param(reserve(THROTTLED), "LEDGER_UNAVAILABLE", id="dynamodb-reserve-throttled"),
        pytest.param(reserve(ANSWER_LOST), "LEDGER_UNAVAILABLE", id="dynamodb-reserve-lost"),
        pytest.param(control(THROTTLED), "STORE_UNAVAILABLE", id="control-throttled"),
    ],
)
def test_request_is_refused_unsent_and_uncharged(
    rig: Rig, proxy: FaultProxy, rule: Rule, *, code: str
) -> None:
    before, asked = rig.agent.money(), rig.provider.count()

    with broken(rig, proxy, rule):
        refused = rig.ask()

    assert (refused.status, refused.body["error"]["code"]) == (503, code)
    assert rig.provider.count() == asked
    assert rig.agent.money() == before


def test_hold_that_could_not_be_given_back_is_presumed_and_nothing_stays_held(
    rig: Rig, proxy: FaultProxy
) -> None:
    before = rig.agent.money()["spent"]

    with broken(rig, proxy, reserve(ANSWER_LOST), settle(THROTTLED)):
        refused = rig.ask()
    held = rig.agent.money()["held"]
    rig.pot.let_holds_expire()
    rig.trail.reap()

    assert refused.status == 503
    assert held > 0
    assert eventually(lambda: rig.has_money(spent=before + held, held=0))
