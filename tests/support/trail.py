"""What a request left behind in a deployed local cloud: rows, archived lines, logs and holds."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import boto3

from infra_cdk.local.workspace import FAKE_KEY
from ironcage.adapters.dynamodb.keys import TenantKeys
from ironcage.adapters.dynamodb.pots import DynamoPotStore
from ironcage.adapters.dynamodb.table import Table
from ironcage.budgets import Pot, PotKey
from ironcage.core import AgentId, RequestId, SystemClock, TenantId
from support.outages import Outages

if TYPE_CHECKING:
    from infra_cdk.local.cloud import LocalCloud
    from support.deployed import DeployedAgent

PATIENCE_SECONDS = 120.0
STEP_SECONDS = 0.25


def eventually(ask: Callable[[], bool]) -> bool:
    """Ask again until it is so, for as long as queues may take."""
    clock = SystemClock()
    asked_until = clock.now_ms() + PATIENCE_SECONDS * 1000
    while not (found := ask()) and clock.now_ms() < asked_until:
        clock.sleep(STEP_SECONDS)
    return found


@dataclass
class Trail:
    """Looks into the tables, buckets, queues and logs of one local cloud."""

    cloud: "LocalCloud"
    _archived: dict[str, bytes] = field(default_factory=dict)

    def is_in_activity(self, request_id: str) -> bool:
        """Tell whether the recorder kept a row of a request."""
        return self.rows_of(request_id) > 0

    def rows_of(self, request_id: str) -> int:
        """Count the usage rows of a request."""
        rows = self.cloud.dynamodb().scan(TableName=self.table("ActivityTable"))["Items"]
        return sum(row["sk"]["S"].endswith(f"#{request_id}") for row in rows)

    def is_archived(self, *words: str) -> bool:
        """Tell whether one archived line has all of these words."""
        client, bucket = self.cloud.objects(), self.bucket("auditbucket")
        for found in client.list_objects_v2(Bucket=bucket).get("Contents", []):
            key = found["Key"]
            if key not in self._archived:
                self._archived[key] = client.get_object(Bucket=bucket, Key=key)["Body"].read()
        lines = b"\n".join(self._archived.values()).decode().splitlines()
        return any(all(word in line for word in words) for line in lines)

    def is_logged(self, function: str, *words: str) -> bool:
        """Tell whether a function wrote a line with all of these words."""
        name = Outages(self.cloud).name_of(function)
        told = self.cloud.functions().get_function_configuration(FunctionName=name)
        group = told.get("LoggingConfig", {}).get("LogGroup", f"/aws/lambda/{name}")
        events = self.client("logs").filter_log_events(logGroupName=group)["events"]
        return any(all(word in event["message"] for word in words) for event in events)

    def table(self, title: str) -> str:
        """Find a table of this region by its title."""
        word = title.removesuffix("Table").lower()
        names = self.cloud.dynamodb().list_tables()["TableNames"]
        (name,) = [name for name in names if word in name.lower()]
        return name

    def bucket(self, part: str) -> str:
        """Find a bucket of this region by a part of its name."""
        names = [b["Name"] for b in self.cloud.objects().list_buckets()["Buckets"]]
        (name,) = [name for name in names if part in name and self.cloud.region in name]
        return name

    def client(self, service: str) -> Any:
        """Open a client of the local cloud."""
        return boto3.client(  # type: ignore[call-overload]  # any service by its name
            service,
            endpoint_url=self.cloud.workspace.endpoint,
            verify=self.cloud.trusted,
            region_name=self.cloud.region,
            aws_access_key_id=FAKE_KEY,
            aws_secret_access_key=FAKE_KEY,
        )

    def publish(self, record: Mapping[str, object]) -> None:
        """Send a record to the topic, as a gateway does."""
        topics = self.client("sns").list_topics()["Topics"]
        (topic,) = [t["TopicArn"] for t in topics if "Records" in t["TopicArn"]]
        self.client("sns").publish(TopicArn=topic, Message=json.dumps(record))

    def reap(self) -> None:
        """Run the reaper now."""
        self.cloud.call(Outages(self.cloud).name_of("ledger_reaper"), {})


@dataclass
class DeployedPot:
    """The ledger's items of one agent on a deployed cloud."""

    trail: Trail
    agent: "DeployedAgent"

    @property
    def key(self) -> PotKey:
        """Name the pot."""
        return PotKey(TenantId(self.agent.tenant_id), AgentId(self.agent.agent_id))

    @cached_property
    def store(self) -> DynamoPotStore:
        """Open the deployed ledger."""
        return DynamoPotStore(Table(self.trail.cloud.dynamodb(), self.trail.table("LedgerTable")))

    def read(self) -> Pot:
        """Read the pot, which always adds up."""
        pot = self.store.read(self.key)
        assert pot is not None
        assert pot.is_balanced()
        return pot

    def only_hold(self) -> tuple[RequestId, int]:
        """Tell the one request in flight and what is held for it."""
        ((request_id, hold),) = self.read().holds.items()
        return request_id, hold.amount

    def let_holds_expire(self) -> None:
        """Move the expiry of every hold into the past, instead of waiting for it.

        All in one write: the reaper that runs by schedule would take the first ones in between.
        """
        keys = TenantKeys(self.key.tenant_id)
        names = {f"#r{at}": request_id for at, request_id in enumerate(self.read().holds)}
        self.trail.cloud.dynamodb().update_item(
            TableName=self.trail.table("LedgerTable"),
            Key={"pk": {"S": keys.ledger_pk(self.key.agent_id)}, "sk": {"S": keys.pot_sk()}},
            UpdateExpression="SET " + ", ".join(f"holds.{name}.e = :past" for name in names),
            ExpressionAttributeNames=names,
            ExpressionAttributeValues={":past": {"N": "1"}},
        )

    def late_record(self, died: tuple[str, int], cost: int) -> dict[str, object]:
        """Write the record of a request that held so much, as its gateway would have."""
        request_id, held = died
        return {
            "request_id": request_id,
            "tenant_id": self.agent.tenant_id,
            "agent_id": self.agent.agent_id,
            "started_at_ms": SystemClock().now_ms(),
            "outcome": "answered",
            "held_micros": held,
            "cost_micros": cost,
        }
