"""A record goes to the topic, else to the spool, else to the log; it is never lost in silence."""

import json
from collections.abc import Iterator

import pytest

from ironcage.adapters.objects import S3BatchArchive, S3Spool
from ironcage.adapters.queues import SnsRecordPublisher
from ironcage.audit import AuditBatch
from ironcage.core.errors import StoreUnavailable
from support.aws_identity import (
    AUDIT_BUCKET,
    SPOOL_BUCKET,
    IdentityCloud,
    a_dead_client,
    make_cloud,
)
from support.aws_mocked import a_client, emulated_aws
from support.builders_identity import TENANT
from support.fakes_ledger import ManualClock

RECORD = {"request_id": "req_000001", "tenant_id": TENANT, "cost_micros": 7}


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch) -> Iterator[IdentityCloud]:
    with emulated_aws(monkeypatch):
        yield make_cloud()


def a_publisher(topic: str, bucket: str = SPOOL_BUCKET) -> SnsRecordPublisher:
    spool = S3Spool(a_client("s3"), bucket, ManualClock())
    return SnsRecordPublisher(a_client("sns"), topic, spool)


def test_record_goes_to_the_topic(cloud: IdentityCloud) -> None:
    went = a_publisher(cloud.topic).publish(RECORD)

    assert went == "topic"
    assert cloud.published() == [RECORD]


def test_record_goes_to_the_spool_when_the_topic_refuses(cloud: IdentityCloud) -> None:
    went = a_publisher(cloud.topic + "-gone").publish(RECORD)

    s3 = a_client("s3")
    [found] = s3.list_objects_v2(Bucket=SPOOL_BUCKET)["Contents"]
    body = s3.get_object(Bucket=SPOOL_BUCKET, Key=found["Key"])["Body"].read()
    assert went == "spool"
    assert found["Key"].startswith("spool/2026-")
    assert found["Key"].endswith("Z-req_000001.json")
    assert json.loads(body) == RECORD


def test_record_goes_to_the_log_when_all_else_fails(
    cloud: IdentityCloud, capsys: pytest.CaptureFixture[str]
) -> None:
    went = a_publisher(cloud.topic + "-gone", bucket="no-such-bucket").publish(RECORD)

    line = json.loads(capsys.readouterr().out)
    assert went == "log"
    assert (line["level"], line["message"], line["record"]) == ("ERROR", "usage_record", RECORD)


def a_batch(body: bytes = b"{}\n") -> AuditBatch:
    return AuditBatch(TENANT, "audit/tenant_acme/2026/09/23/12/x.jsonl", body, ("m-1",))


def test_batch_is_written_once_under_its_key(cloud: IdentityCloud) -> None:
    archive = S3BatchArchive(a_client("s3"), AUDIT_BUCKET)
    archive.put(a_batch(b"first\n"))

    archive.put(a_batch(b"second\n"))

    found = a_client("s3").get_object(Bucket=AUDIT_BUCKET, Key=a_batch().key)
    assert found["Body"].read() == b"first\n"


def test_batch_is_refused_when_the_bucket_is_down(cloud: IdentityCloud) -> None:
    with pytest.raises(StoreUnavailable):
        S3BatchArchive(a_client("s3"), "no-such-bucket").put(a_batch())


def test_nothing_is_lost_when_no_service_answers(
    cloud: IdentityCloud, capsys: pytest.CaptureFixture[str]
) -> None:
    spool = S3Spool(a_dead_client("s3"), SPOOL_BUCKET, ManualClock())

    went = SnsRecordPublisher(a_dead_client("sns"), cloud.topic, spool).publish(RECORD)

    assert went == "log"
    assert "usage_record" in capsys.readouterr().out


def test_batch_is_refused_when_the_service_does_not_answer(cloud: IdentityCloud) -> None:
    with pytest.raises(StoreUnavailable):
        S3BatchArchive(a_dead_client("s3"), AUDIT_BUCKET).put(a_batch())
