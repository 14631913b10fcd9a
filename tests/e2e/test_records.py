"""Every record arrives: by the topic, and by the spool when the topic refuses it."""

import json
from collections.abc import Callable
from typing import TYPE_CHECKING

from infra_cdk.local.request import chat
from ironcage.core import SystemClock, new_id

if TYPE_CHECKING:
    from e2e.conftest import Deployed

PATIENCE_SECONDS = 60.0
STEP_SECONDS = 0.25


def eventually(ask: Callable[[], bool]) -> bool:
    """Ask again until it is so, for as long as queues may take."""
    clock = SystemClock()
    asked_until = clock.now_ms() + PATIENCE_SECONDS * 1000
    while not (found := ask()) and clock.now_ms() < asked_until:
        clock.sleep(STEP_SECONDS)
    return found


def _is_in_activity(deployed: "Deployed", request_id: str) -> bool:
    client = deployed.cloud.dynamodb()
    (table,) = [n for n in client.list_tables()["TableNames"] if "ActivityTable" in n]
    return request_id in json.dumps(client.scan(TableName=table)["Items"])


def _is_archived(deployed: "Deployed", request_id: str) -> bool:
    client = deployed.cloud.objects()
    bucket = _bucket(deployed, "auditbucket")
    keys = [o["Key"] for o in client.list_objects_v2(Bucket=bucket).get("Contents", [])]
    bodies = (client.get_object(Bucket=bucket, Key=key)["Body"].read() for key in keys)
    return any(request_id.encode() in body for body in bodies)


def _bucket(deployed: "Deployed", part: str) -> str:
    (name,) = [
        b["Name"] for b in deployed.cloud.objects().list_buckets()["Buckets"] if part in b["Name"]
    ]
    return name


def test_record_of_a_request_reaches_activity_and_audit(deployed: "Deployed") -> None:
    request_id = chat(deployed.facts, "Say hello.").headers["x-request-id"]

    assert eventually(lambda: _is_in_activity(deployed, request_id))
    assert eventually(lambda: _is_archived(deployed, request_id))


def test_spooled_record_reaches_activity_and_audit(deployed: "Deployed") -> None:
    request_id = new_id("req")
    record = {
        "request_id": request_id,
        "tenant_id": deployed.facts.tenant_id,
        "agent_id": deployed.facts.agent_id,
        "started_at_ms": SystemClock().now_ms(),
        "outcome": "refused",
        "held_micros": 0,
        "cost_micros": 0,
    }

    deployed.cloud.objects().put_object(
        Bucket=_bucket(deployed, "spoolbucket"),
        Key=f"spool/2026-11-25T00:00:00Z-{request_id}.json",
        Body=json.dumps(record).encode(),
    )

    assert eventually(lambda: _is_in_activity(deployed, request_id))
    assert eventually(lambda: _is_archived(deployed, request_id))


def test_budget_is_whole_after_a_request(deployed: "Deployed") -> None:
    chat(deployed.facts, "Say hello.")

    money = deployed.operator.run(
        "read_budget", tenant_id=deployed.facts.tenant_id, agent_id=deployed.facts.agent_id
    )

    parts = [money[f"{part}_micros"] for part in ("spent", "held", "lent", "available")]
    assert money["limit_micros"] == sum(parts)
    assert money["held_micros"] == 0
    assert money["spent_micros"] > 0
