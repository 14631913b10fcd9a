"""Clients of AWS in front of a broken wire: bounded in time, and never fooled by half an answer."""

from collections.abc import Iterator
from typing import Any

import pytest

from ironcage.adapters.clients import failures, open_client
from ironcage.adapters.deadlines import invocation_ends_in
from ironcage.core import SystemClock
from support.fault_kinds import SILENT, Ending, Fault, Reply, answering, refused_json
from support.fault_proxy import FaultProxy, Rule

NOBODY = "http://127.0.0.1:9"
ITEM = b'{"Item": {"pk": {"S": "tenant"}}}'
KEY = {"pk": {"S": "tenant"}}
JSON = (("content-type", "application/x-amz-json-1.0"),)


@pytest.fixture
def proxy(monkeypatch: pytest.MonkeyPatch) -> Iterator[FaultProxy]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    with FaultProxy(NOBODY) as made:
        yield made


def a_table_of(proxy: FaultProxy) -> Any:
    return open_client("dynamodb", "us-east-1", endpoint=proxy.url, read_seconds=1.5)


def read(proxy: FaultProxy) -> object:
    return a_table_of(proxy).get_item(TableName="control", Key=KEY).get("Item")


def strike(proxy: FaultProxy, fault: Fault, times: int | None = None) -> None:
    proxy.break_with(Rule("*", fault, times=times))


def test_whole_answer_is_read(proxy: FaultProxy) -> None:
    strike(proxy, answering(200, ITEM))

    assert read(proxy) == KEY


@pytest.mark.parametrize("body_bytes", [1, len(ITEM) // 2, len(ITEM) - 1])
def test_answer_that_ends_early_is_none(proxy: FaultProxy, body_bytes: int) -> None:
    cut = Fault(
        is_forwarded=False,
        reply=Reply(200, ITEM, JSON),
        body_bytes=body_bytes,
        ending=Ending.HALF_CLOSED,
    )
    strike(proxy, cut)

    with pytest.raises(failures()):
        read(proxy)


def test_head_of_an_object_has_no_body_and_is_whole(proxy: FaultProxy) -> None:
    strike(proxy, answering(200, b"four"))
    store = open_client("s3", "us-east-1", endpoint=proxy.url)

    assert store.head_object(Bucket="spool", Key="record")["ContentLength"] == 4


def test_answer_that_is_no_document_is_a_failure_of_the_service(proxy: FaultProxy) -> None:
    strike(proxy, answering(200, b"<html>", content_type="text/xml"))
    topic = open_client("sns", "us-east-1", endpoint=proxy.url)

    with pytest.raises(failures()):
        topic.publish(TopicArn="arn:aws:sns:us-east-1:123456789012:records", Message="{}")


def test_call_with_time_to_spare_is_repeated(proxy: FaultProxy) -> None:
    proxy.break_with(
        Rule("*", refused_json("InternalServerError", 500), times=1),
        Rule("*", answering(200, ITEM)),
    )

    with invocation_ends_in(60.0):
        assert read(proxy) == KEY

    assert len(proxy.calls) == 2


@pytest.mark.parametrize("seconds", [0.5, 1.0])
def test_call_near_the_end_takes_half_of_the_time_that_is_left_once(
    proxy: FaultProxy, seconds: float
) -> None:
    strike(proxy, SILENT_ALONE)
    a_table_of(proxy)  # opening a client takes a busy machine long, and is no part of the call
    begun = SystemClock().monotonic()

    with invocation_ends_in(seconds), pytest.raises(failures()):
        read(proxy)

    assert SystemClock().monotonic() - begun < seconds
    assert len(proxy.calls) == 1


def test_call_near_the_end_is_answered_as_ever(proxy: FaultProxy) -> None:
    strike(proxy, answering(200, ITEM))

    with invocation_ends_in(1.0):
        assert read(proxy) == KEY


def test_call_after_the_end_is_not_made(proxy: FaultProxy) -> None:
    strike(proxy, answering(200, ITEM))

    with invocation_ends_in(0.0), pytest.raises(failures()):
        read(proxy)

    assert proxy.calls == []


def test_end_of_one_invocation_does_not_bind_the_next(proxy: FaultProxy) -> None:
    strike(proxy, answering(200, ITEM))
    with invocation_ends_in(0.0), pytest.raises(failures()):
        read(proxy)

    assert read(proxy) == KEY


SILENT_ALONE = Fault(is_forwarded=False, reply=Reply(200, ITEM), body_bytes=0, ending=SILENT.ending)
