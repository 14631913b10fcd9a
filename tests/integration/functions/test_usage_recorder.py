"""The usage recorder, from real events against an emulated AWS."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from ironcage.budgets import Pot
from ironcage.core import Micros, RequestId
from support.aws_mocked import a_client
from support.aws_workers import SPOOL, Workers, a_context, emulated_workers
from support.builders_budgets import KEY, NOW_MS, TOKEN_HASH, a_hold, a_record, a_reservation
from support.events import load_event
from usage_recorder.handler import handler

NOTHING_FAILED: dict[str, list[object]] = {"batchItemFailures": []}
SPOOLED_KEY = "spool/2026-09-21T13:33:20.000Z-req_000001.json"


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[Workers]:
    with emulated_workers(monkeypatch) as workers:
        yield workers


def test_batch_settles_what_is_held_and_keeps_a_row_of_each_record(aws: Workers) -> None:
    hold(aws, "req_000001", "req_000002")

    answer = handler(load_event("usage_recorder/batch"), a_context())

    assert answer == NOTHING_FAILED
    assert pot_of(aws).is_balanced()
    assert (pot_of(aws).spent, pot_of(aws).held) == (430, 0)
    assert aws.usage_rows() == ["req_000001", "req_000002", "req_000003"]


def test_batch_that_comes_again_changes_nothing(aws: Workers) -> None:
    hold(aws, "req_000001", "req_000002")
    handler(load_event("usage_recorder/batch"), a_context())

    answer = handler(load_event("usage_recorder/batch"), a_context())

    assert answer == NOTHING_FAILED
    assert pot_of(aws).spent == 430
    assert len(aws.usage_rows()) == 3


def test_batch_corrects_what_was_presumed(aws: Workers) -> None:
    hold(aws, "req_000001", "req_000002")
    late_ms = NOW_MS + 600_000
    aws.ledger.expire(KEY, RequestId("req_000001"), a_hold(300), now_ms=late_ms)

    handler(load_event("usage_recorder/batch"), a_context())

    assert (pot_of(aws).spent, pot_of(aws).held) == (430, 0)
    assert aws.ledger.presumed(KEY, RequestId("req_000001")) is None


def test_cost_above_its_hold_is_counted_once_however_often_its_record_comes(
    aws: Workers, capsys: pytest.CaptureFixture[str]
) -> None:
    hold(aws, "req_000001", "req_000002")

    for _ in range(3):
        handler(load_event("usage_recorder/batch"), a_context())

    assert metrics_in(capsys.readouterr().out)["cost_above_hold"] == [1.0]


def test_records_that_cannot_be_right_go_to_the_dead_letters(aws: Workers) -> None:
    hold(aws, "req_000001")

    answer = handler(load_event("usage_recorder/refused"), a_context())

    assert answer == NOTHING_FAILED
    assert sorted(code for code, _ in aws.dead_letters()) == ["HOLD_MISMATCH", "INVALID_FORMAT"]
    assert pot_of(aws).held == 300
    assert aws.usage_rows() == []


def test_record_of_a_negative_cost_goes_to_the_dead_letters(aws: Workers) -> None:
    hold(aws, "req_000001")

    answer = handler(an_event(a_record(300, -5_000_100)), a_context())

    assert answer == NOTHING_FAILED
    assert [code for code, _ in aws.dead_letters()] == ["VALIDATION_ERROR"]
    assert (pot_of(aws).held, pot_of(aws).spent) == (300, 0)


def test_record_of_an_agent_without_a_pot_goes_to_the_dead_letters(aws: Workers) -> None:
    answer = handler(an_event(a_record()), a_context())

    assert answer == NOTHING_FAILED
    assert [code for code, _ in aws.dead_letters()] == ["NOT_FOUND"]


def test_spooled_record_is_settled_and_archived(aws: Workers) -> None:
    hold(aws, "req_000001")
    a_client("s3").put_object(Bucket=SPOOL, Key=SPOOLED_KEY, Body=a_record(300, 120).encode())

    answer = handler(load_event("usage_recorder/spooled"), a_context())
    again = handler(load_event("usage_recorder/spooled"), a_context())

    assert answer == again == NOTHING_FAILED
    assert (pot_of(aws).spent, pot_of(aws).held) == (120, 0)
    [line] = aws.archived()
    assert json.loads(line)["request_id"] == "req_000001"


def test_spooled_record_that_is_gone_goes_to_the_dead_letters(aws: Workers) -> None:
    handler(load_event("usage_recorder/spooled"), a_context())

    assert [code for code, _ in aws.dead_letters()] == ["NOT_FOUND"]


@pytest.mark.parametrize("body", ['{"Records": [{}]}', '{"Records": 7}', '{"Event": "other"}'])
def test_notification_that_is_none_goes_to_the_dead_letters(aws: Workers, body: str) -> None:
    handler(an_event(body), a_context())

    assert aws.dead_letters() == [("INVALID_FORMAT", body)]


def test_spooled_record_comes_again_when_the_archive_is_down(aws: Workers) -> None:
    hold(aws, "req_000001")
    a_client("s3").put_object(Bucket=SPOOL, Key=SPOOLED_KEY, Body=a_record(300, 120).encode())
    a_client("s3").delete_bucket(Bucket="ironcage-audit")

    answer = handler(load_event("usage_recorder/spooled"), a_context())

    assert len(answer["batchItemFailures"]) == 1
    assert pot_of(aws).held == 300


def test_only_messages_that_failed_come_again(
    aws: Workers, capsys: pytest.CaptureFixture[str]
) -> None:
    hold(aws, "req_000001", "req_000002")
    a_client("dynamodb").delete_table(TableName="activity")

    answer = handler(load_event("usage_recorder/batch"), a_context())

    event = load_event("usage_recorder/batch")
    failed = [item["itemIdentifier"] for item in answer["batchItemFailures"]]
    assert failed == [record["messageId"] for record in event["Records"]]
    assert pot_of(aws).spent == 430
    assert metrics_in(capsys.readouterr().out)["usage_not_recorded"] == [1.0, 1.0, 1.0]


def test_message_comes_again_when_the_dead_letters_are_down(aws: Workers) -> None:
    a_client("sqs").delete_queue(QueueUrl=aws.dead_letters_url)

    answer = handler(an_event("not a record"), a_context())

    assert len(answer["batchItemFailures"]) == 1


def an_event(body: str) -> dict[str, Any]:
    """Put one message into the shape of a queue's event."""
    event = load_event("usage_recorder/batch")
    return {"Records": [{**event["Records"][0], "body": body}]}


def hold(aws: Workers, *requests: str) -> None:
    """Open a pot with a hold of 300 for each request."""
    aws.ledger.create(KEY, limit=Micros(10_000), token_hash=TOKEN_HASH)
    for request_id in requests:
        ask = a_reservation(300, request_id=RequestId(request_id))
        aws.ledger.reserve(ask, expires_ms=NOW_MS + 60_000, now_ms=NOW_MS)


def pot_of(aws: Workers) -> Pot:
    pot = aws.ledger.read(KEY)
    assert pot is not None
    return pot


def metrics_in(output: str) -> dict[str, Any]:
    """Find the EMF line among the lines that a function wrote."""
    [line] = [line for line in output.splitlines() if '"_aws"' in line]
    found: dict[str, Any] = json.loads(line)
    return found
