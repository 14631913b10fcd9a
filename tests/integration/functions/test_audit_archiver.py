"""The archiver puts a batch of the queue into the bucket, once."""

import json
from collections.abc import Iterator

import pytest

from audit_archiver.handler import handler
from audit_archiver.wiring import archiver
from support.aws_identity import AUDIT_BUCKET, IdentityCloud, make_cloud
from support.aws_mocked import a_client, emulated_aws
from support.events import load_event


@pytest.fixture(autouse=True)
def cloud(monkeypatch: pytest.MonkeyPatch) -> Iterator[IdentityCloud]:
    with emulated_aws(monkeypatch):
        made = make_cloud()
        made.configure(monkeypatch)
        archiver.cache_clear()
        yield made
    archiver.cache_clear()


def stored() -> dict[str, list[dict[str, object]]]:
    s3 = a_client("s3")
    keys = [o["Key"] for o in s3.list_objects_v2(Bucket=AUDIT_BUCKET).get("Contents", [])]
    bodies = {key: s3.get_object(Bucket=AUDIT_BUCKET, Key=key)["Body"].read() for key in keys}
    return {key: [json.loads(x) for x in body.splitlines()] for key, body in bodies.items()}


def test_batch_is_one_object_per_tenant() -> None:
    answer = handler(load_event("audit_archiver/batch"), None)

    objects = stored()
    assert answer == {"batchItemFailures": []}
    assert sorted(key.split("/")[1] for key in objects) == ["tenant_acme", "tenant_other"]
    assert sorted(len(lines) for lines in objects.values()) == [1, 3]
    assert all(key.startswith("audit/tenant_") and "/2026/09/23/12/" in key for key in objects)


def test_second_delivery_changes_nothing() -> None:
    handler(load_event("audit_archiver/batch"), None)
    before = stored()

    answer = handler(load_event("audit_archiver/batch"), None)

    versions = a_client("s3").list_object_versions(Bucket=AUDIT_BUCKET)["Versions"]
    assert answer == {"batchItemFailures": []}
    assert stored() == before
    assert len(versions) == len(before)


def test_malformed_message_goes_back_to_the_queue_alone() -> None:
    event = load_event("audit_archiver/malformed")

    answer = handler(event, None)

    names = [record["messageId"] for record in event["Records"][1:]]
    assert answer == {"batchItemFailures": [{"itemIdentifier": name} for name in names]}
    assert len(stored()) == 1


def test_batch_goes_back_to_the_queue_when_the_bucket_is_down() -> None:
    a_client("s3").delete_bucket(Bucket=AUDIT_BUCKET)
    event = load_event("audit_archiver/batch")

    answer = handler(event, None)

    names = {failure["itemIdentifier"] for failure in answer["batchItemFailures"]}
    assert names == {record["messageId"] for record in event["Records"]}
