"""The ledger reaper, from its schedule against an emulated AWS."""

import json
from collections.abc import Iterator

import pytest

from ironcage.core import Micros, RequestId, SystemClock
from ledger_reaper.handler import handler
from support.aws_mocked import a_client
from support.aws_workers import SPOOL, Workers, a_context, emulated_workers
from support.builders_budgets import KEY, TOKEN_HASH, a_reservation
from support.events import load_event


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[Workers]:
    with emulated_workers(monkeypatch) as workers:
        yield workers


def test_reaper_presumes_overdue_holds_and_tells_audit_and_metrics(
    aws: Workers, capsys: pytest.CaptureFixture[str]
) -> None:
    hold(aws, "req_000001", age_seconds=90)
    hold(aws, "req_000002", age_seconds=0)

    answer = handler(load_event("ledger_reaper/schedule"), a_context())

    pot = aws.ledger.read(KEY)
    assert answer == {"presumed": 1}
    assert pot is not None
    assert (pot.spent, pot.held) == (300, 300)
    [event] = aws.published()
    assert (event["event"], event["request_id"]) == ("usage_presumed", "req_000001")
    assert (event["tenant_id"], event["amount_micros"]) == (KEY.tenant_id, 300)
    assert '"usage_presumed":[1.0]' in capsys.readouterr().out.replace(" ", "")


def test_reaper_has_nothing_to_do_when_nothing_is_held(
    aws: Workers, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = handler(load_event("ledger_reaper/schedule"), a_context())

    assert answer == {"presumed": 0}
    assert aws.published() == []
    assert "_aws" not in capsys.readouterr().out


def test_reaper_spools_its_events_when_the_topic_refuses(
    aws: Workers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IRONCAGE_RECORDS_TOPIC", "arn:aws:sns:us-east-1:123456789012:gone")
    hold(aws, "req_000001", age_seconds=90)

    handler(load_event("ledger_reaper/schedule"), a_context())

    s3 = a_client("s3")
    [spooled] = s3.list_objects_v2(Bucket=SPOOL)["Contents"]
    event = json.loads(s3.get_object(Bucket=SPOOL, Key=spooled["Key"])["Body"].read())
    assert event["request_id"] == "req_000001"


def hold(aws: Workers, request_id: str, *, age_seconds: int) -> None:
    """Hold 300 for a request; its expiry lies so long in the past (0: a minute ahead)."""
    now_ms = SystemClock().now_ms()
    expires_ms = now_ms - age_seconds * 1000 if age_seconds else now_ms + 60_000
    aws.ledger.create(KEY, limit=Micros(10_000), token_hash=TOKEN_HASH)
    ask = a_reservation(300, request_id=RequestId(request_id))
    aws.ledger.reserve(ask, expires_ms=expires_ms, now_ms=now_ms)
