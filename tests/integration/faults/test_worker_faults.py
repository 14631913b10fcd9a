"""The fault tables of recorder, reaper and authorizer: nothing lost, nothing counted twice."""

import json
from collections.abc import Callable

import pytest

from ironcage.adapters.dynamodb.control_items import token_item
from ironcage.adapters.dynamodb.keys import TenantKeys
from ironcage.adapters.dynamodb.table import Table
from ironcage.core import SystemClock
from ironcage.core.errors import LedgerUnavailable, StoreUnavailable
from ironcage.tokens import issue
from support.builders_identity import AGENT, KEYS, TENANT, a_grant
from support.events import load_event
from support.fault_cloud import FaultCloud
from support.fault_kinds import ANSWER_LOST, BUCKET_DENIED, DENIED, TOPIC_REFUSED
from support.fault_proxy import Rule
from support.fault_rows import settle, spool, topic
from support.fault_rows_providers import on
from support.fault_rows_workers import (
    AUTHORIZER_ROWS,
    REAPER_ROWS,
    RECORDER_ROWS,
    AuthorizerRow,
    ReaperRow,
    RecorderRow,
)
from support.fault_runs import (
    Told,
    ask,
    deliver,
    let_holds_expire,
    presumed_of,
    read_spool,
    reap,
    record,
    rows_of,
    take_messages,
)
from token_authorizer.handler import handler as authorizer_handler


@pytest.mark.parametrize("row", RECORDER_ROWS, ids=lambda row: row.id)
def test_record_is_kept_once_and_settles_exactly(
    cloud: FaultCloud, row: RecorderRow, record_property: Callable[[str, object], None]
) -> None:
    record_property("right", row.right)
    told = unsettled(cloud, by_spool=row.way == "spool")
    cloud.aws.break_with(row.rule)

    comes_again = deliver(cloud, told)
    has_struck = cloud.has_struck()
    cloud.aws.mend()

    assert has_struck
    assert told.ways == [row.way]
    assert bool(comes_again) == row.comes_again
    assert deliver(cloud, told) == []
    assert rows_of(cloud) == [told.request_id]
    assert (cloud.pot().held, cloud.pot().spent) == (0, told.record["cost_micros"])


def unsettled(cloud: FaultCloud, *, by_spool: bool) -> Told:
    """Have a request that was answered and that the gateway could not settle."""
    cloud.renew()
    refused = [topic(TOPIC_REFUSED)] if by_spool else []
    cloud.aws.break_with(settle(DENIED), *refused)
    told = ask(cloud)
    cloud.aws.mend()
    assert cloud.pot().held > 0 < told.record["cost_micros"]
    return told


def test_record_replayed_from_the_log_corrects_what_was_presumed_meanwhile(
    cloud: FaultCloud,
) -> None:
    cloud.renew()
    cloud.aws.break_with(settle(DENIED), topic(TOPIC_REFUSED), spool(BUCKET_DENIED))
    told = ask(cloud)
    cloud.aws.mend()
    let_holds_expire(cloud)

    assert reap() == 1
    assert list(presumed_of(cloud)) == [told.request_id]
    assert deliver(cloud, told) == []

    assert told.ways == ["log"]
    assert presumed_of(cloud) == {}
    assert (cloud.pot().held, cloud.pot().spent) == (0, told.record["cost_micros"])


def test_record_that_can_never_be_right_waits_while_the_dead_letters_are_down(
    cloud: FaultCloud,
) -> None:
    cloud.renew()
    cloud.aws.break_with(Rule("sqs:SendMessage", DENIED))

    comes_again = record(["{"])
    cloud.aws.mend()

    assert len(comes_again) == 1
    assert record(["{"]) == []
    [letter] = cloud.direct("sqs").receive_message(
        QueueUrl=cloud.dead_letters_url, MessageAttributeNames=["All"]
    )["Messages"]
    assert letter["MessageAttributes"]["code"]["StringValue"] == "INVALID_FORMAT"


@pytest.mark.parametrize("row", REAPER_ROWS, ids=lambda row: row.id)
def test_overdue_hold_is_presumed_once_and_told_once(
    cloud: FaultCloud, row: ReaperRow, record_property: Callable[[str, object], None]
) -> None:
    record_property("right", row.right)
    told = abandoned(cloud)
    cloud.aws.break_with(row.rule)

    has_failed = fails_to_reap()
    assert cloud.has_struck()
    cloud.aws.mend()
    reap()

    spooled = [e for e in read_spool(cloud) if e["request_id"] == told.request_id]
    published = [e for e in take_messages(cloud) if e["request_id"] == told.request_id]
    assert has_failed == row.fails
    assert list(presumed_of(cloud)) == [told.request_id]
    assert (len(published), len(spooled)) == ((1, 0) if row.told_by == "topic" else (0, 1))
    assert cloud.pot().held == 0
    assert cloud.pot().spent == sum(presumed_of(cloud).values())


def abandoned(cloud: FaultCloud) -> Told:
    """Have a request whose outcome is unknown and whose hold is overdue."""
    cloud.renew()
    cloud.first.break_with(*on(ANSWER_LOST))
    told = ask(cloud)
    let_holds_expire(cloud)
    assert cloud.pot().held > 0
    return told


def fails_to_reap() -> bool:
    try:
        reap()
    except LedgerUnavailable:
        return True
    return False


def test_agent_whose_pot_does_not_answer_does_not_keep_the_reaper_from_others(
    cloud: FaultCloud,
) -> None:
    abandoned(cloud)
    first = cloud.key
    abandoned(cloud)
    second = cloud.key
    pots = {key: Rule("dynamodb:GetItem", DENIED, words=(key.agent_id,)) for key in (first, second)}

    left = []
    for key in (first, second):  # whichever comes first in the index, the other one is reaped
        cloud.aws.break_with(pots[key])
        left.append(fails_to_reap())
    cloud.aws.mend()

    assert left == [True, False]
    for key in (first, second):
        cloud.key = key
        assert (cloud.pot().held, len(presumed_of(cloud))) == (0, 1)


@pytest.mark.parametrize("row", AUTHORIZER_ROWS, ids=lambda row: row.id)
def test_token_is_proven_or_nobody_comes_in(
    cloud: FaultCloud, row: AuthorizerRow, record_property: Callable[[str, object], None]
) -> None:
    record_property("right", row.right)
    cloud.renew()
    event = an_event(cloud)
    if row.is_warm:
        authorizer_handler(event, None)
    cloud.aws.break_with(row.rule)

    may_enter = enters(event)
    cloud.aws.mend()

    assert may_enter == row.may_enter
    assert cloud.has_struck() != row.is_warm
    assert enters(event)


def an_event(cloud: FaultCloud) -> dict[str, object]:
    token, known = issue(a_grant(issued_at_s=SystemClock().now_ms() // 1000), KEYS)
    keys, control = TenantKeys(TENANT), Table(cloud.direct("dynamodb"), "control")
    control.put(keys.control_pk(), keys.token_sk(AGENT), token_item(known))
    text = json.dumps(load_event("token_authorizer/bearer")).replace("IC_TOKEN", token)
    event: dict[str, object] = json.loads(text)
    return event


def enters(event: dict[str, object]) -> bool:
    try:
        answer = authorizer_handler(event, None)
    except StoreUnavailable:
        return False
    return str(answer["principalId"]) == AGENT
