"""Every record arrives: by the topic, and by the spool when the topic refuses it."""

import json
from typing import TYPE_CHECKING

from infra_cdk.local.request import chat
from ironcage.core import SystemClock, new_id
from support.trail import Trail, eventually

if TYPE_CHECKING:
    from e2e.conftest import Deployed


def test_record_of_a_request_reaches_activity_and_audit(deployed: "Deployed") -> None:
    trail = Trail(deployed.cloud)

    request_id = chat(deployed.facts, "Say hello.").headers["x-request-id"]

    assert eventually(lambda: trail.is_in_activity(request_id))
    assert eventually(lambda: trail.is_archived(request_id))


def test_spooled_record_reaches_activity_and_audit(deployed: "Deployed") -> None:
    trail, request_id = Trail(deployed.cloud), new_id("req")
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
        Bucket=trail.bucket("spoolbucket"),
        Key=f"spool/2026-11-25T00:00:00Z-{request_id}.json",
        Body=json.dumps(record).encode(),
    )

    assert eventually(lambda: trail.is_in_activity(request_id))
    assert eventually(lambda: trail.is_archived(request_id))


def test_budget_is_whole_after_a_request(deployed: "Deployed") -> None:
    chat(deployed.facts, "Say hello.")

    money = deployed.operator.run(
        "read_budget", tenant_id=deployed.facts.tenant_id, agent_id=deployed.facts.agent_id
    )

    parts = [money[f"{part}_micros"] for part in ("spent", "held", "lent", "available")]
    assert money["limit_micros"] == sum(parts)
    assert money["held_micros"] == 0
    assert money["spent_micros"] > 0
