"""One run through the functions behind the fault proxy, and what it left behind."""

import io
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from typing import Any, cast
from urllib.parse import quote

from aws_lambda_powertools.utilities.typing import LambdaContext

from gateway.handler import handler as gateway_handler
from ironcage.adapters.dynamodb.keys import PRESUMED_PREFIX, TenantKeys
from ironcage.core import SystemClock
from ledger_reaper.handler import handler as reaper_handler
from support.aws_identity import SPOOL_BUCKET
from support.builders_budgets import TOKEN_HASH
from support.events import load_event
from support.fault_cloud import FaultCloud
from usage_recorder.handler import handler as recorder_handler

TOPIC, SPOOL, LOG = "topic", "spool", "log"


@dataclass
class Invocation:
    """The context of an invocation that has so many seconds, and they pass."""

    seconds: float
    begun: float = field(default_factory=SystemClock().monotonic)

    def get_remaining_time_in_millis(self) -> int:
        """Tell how long the invocation may still run."""
        return int((self.seconds - (SystemClock().monotonic() - self.begun)) * 1000)


@dataclass
class Told:
    """What the caller was told, how much time was left, and where the record went."""

    status: int
    text: str
    headers: Mapping[str, str]
    seconds_left: float
    records: dict[str, list[dict[str, Any]]]

    @property
    def code(self) -> str:
        """Tell the code of a refusal, also of one at the end of a stream."""
        return next((str(e["error"]["code"]) for e in self.events() if "error" in e), "")

    def events(self) -> list[dict[str, Any]]:
        """Read the answer: the events of a stream, or a whole answer as the only one."""
        if self.headers.get("content-type") == "text/event-stream":
            return [json.loads(e[6:]) for e in self.text.split("\n\n") if e.startswith("data: {")]
        return [json.loads(self.text)]

    def usage(self) -> tuple[int, int]:
        """Read what the caller was told of its tokens: read and said, and some of each."""
        (usage,) = [event["usage"] for event in self.events() if event.get("usage")]
        read, said = usage["prompt_tokens"], usage["completion_tokens"]
        assert read > 0 < said
        return read, said

    @property
    def request_id(self) -> str:
        """Tell the id under which the request is recorded."""
        return self.headers["x-request-id"]

    @property
    def ways(self) -> list[str]:
        """Tell where the record of the request was found; a doubtful topic may be one of two."""
        return [way for way, found in self.records.items() if found]

    @property
    def record(self) -> dict[str, Any]:
        """Take the record; if there are several, they are the same."""
        found = [record for records in self.records.values() for record in records]
        assert all(record == found[0] for record in found)
        return found[0]


def ask(cloud: FaultCloud, *, is_stream: bool = False, seconds: float = 30.0) -> Told:
    """Send one request through the gateway's handler."""
    event = chat_event(cloud, is_stream=is_stream)
    context, printed = Invocation(seconds), io.StringIO()
    with redirect_stdout(printed):
        answer = gateway_handler(event, context)
    left = context.get_remaining_time_in_millis() / 1000
    headers = answer["headers"]
    records = records_of(cloud, headers["x-request-id"], printed.getvalue())
    return Told(answer["statusCode"], answer["body"], headers, left, records)


def chat_event(cloud: FaultCloud, *, is_stream: bool = False) -> Any:
    """Write the event of a request of the agent."""
    event = load_event("gateway/stream" if is_stream else "gateway/chat")
    event["requestContext"]["authorizer"] |= {
        "tenant_id": cloud.key.tenant_id,
        "agent_id": cloud.key.agent_id,
        "token_hash": TOKEN_HASH,
    }
    return event


def records_of(cloud: FaultCloud, request_id: str, printed: str) -> dict[str, list[dict[str, Any]]]:
    """Find the record of a request on the topic's queue, in the spool and in the log."""
    lines = [json.loads(line) for line in printed.splitlines()]
    logged = [line["record"] for line in lines if line.get("message") == "usage_record"]
    found = {TOPIC: take_messages(cloud), SPOOL: read_spool(cloud), LOG: logged}
    return {way: [r for r in rs if r["request_id"] == request_id] for way, rs in found.items()}


def take_messages(cloud: FaultCloud) -> list[dict[str, Any]]:
    """Take what was published off the queue."""
    sqs, taken = cloud.direct("sqs"), []
    while found := sqs.receive_message(QueueUrl=cloud.made.queue, MaxNumberOfMessages=10).get(
        "Messages"
    ):
        for message in found:
            taken.append(json.loads(message["Body"]))
            sqs.delete_message(QueueUrl=cloud.made.queue, ReceiptHandle=message["ReceiptHandle"])
    return taken


def spooled_keys(cloud: FaultCloud) -> list[str]:
    """List the spooled records."""
    found = cloud.direct("s3").list_objects_v2(Bucket=SPOOL_BUCKET).get("Contents", [])
    return [item["Key"] for item in found]


def read_spool(cloud: FaultCloud) -> list[dict[str, Any]]:
    """Read every spooled record."""
    s3 = cloud.direct("s3")
    bodies = (s3.get_object(Bucket=SPOOL_BUCKET, Key=key)["Body"] for key in spooled_keys(cloud))
    return [json.loads(body.read()) for body in bodies]


def deliver(cloud: FaultCloud, told: Told) -> list[str]:
    """Give the recorder what topic, spool and log hold of a request; tell what must come again."""
    own = [json.dumps(r) for way in (TOPIC, LOG) for r in told.records[way]]
    keys = [key for key in spooled_keys(cloud) if told.request_id in key]
    return record([*own, *map(_notice_of, keys)])


def record(bodies: Sequence[str]) -> list[str]:
    """Run the recorder on a batch, and tell which messages must come again."""
    if not bodies:
        return []
    event = load_event("usage_recorder/batch")
    template = event["Records"][0]
    event["Records"] = [
        {**template, "messageId": f"{at:08d}-5d3c-4a7e-9d5e-0a1b2c3d4e5f", "body": body}
        for at, body in enumerate(bodies, 1)
    ]
    answer = recorder_handler(event, _nothing())
    return [str(failure["itemIdentifier"]) for failure in answer["batchItemFailures"]]


def reap() -> int:
    """Run the reaper once, and tell how many holds it presumed."""
    return reaper_handler(load_event("ledger_reaper/schedule"), _nothing())["presumed"]


def let_holds_expire(cloud: FaultCloud) -> None:
    """Move the expiry of every hold of the agent into the past, instead of waiting for it."""
    holds = cloud.pot().holds
    if not holds:
        return
    keys = TenantKeys(cloud.key.tenant_id)
    names = {f"#r{at}": request_id for at, request_id in enumerate(holds)}
    cloud.direct("dynamodb").update_item(
        TableName="ledger",
        Key={"pk": {"S": keys.ledger_pk(cloud.key.agent_id)}, "sk": {"S": keys.pot_sk()}},
        UpdateExpression="SET " + ", ".join(f"holds.{name}.e = :past" for name in names),
        ExpressionAttributeNames=names,
        ExpressionAttributeValues={":past": {"N": "1"}},
    )


def presumed_of(cloud: FaultCloud) -> dict[str, int]:
    """List what is presumed for the agent's requests."""
    keys = TenantKeys(cloud.key.tenant_id)
    items: Iterator[Mapping[str, Any]] = cloud.ledger.query(
        keys.ledger_pk(cloud.key.agent_id), PRESUMED_PREFIX
    )
    return {item["sk"].removeprefix(PRESUMED_PREFIX): item["a"] for item in items}


def rows_of(cloud: FaultCloud) -> list[str]:
    """List the requests of the agent that have a usage row, once for each row."""
    keys = TenantKeys(cloud.key.tenant_id)
    names = {":pk": {"S": keys.activity_pk(cloud.key.agent_id)}}
    found = cloud.direct("dynamodb").query(
        TableName="activity", KeyConditionExpression="pk = :pk", ExpressionAttributeValues=names
    )
    return [item["request_id"]["S"] for item in found["Items"]]


def _notice_of(key: str) -> str:
    thing = {"bucket": {"name": SPOOL_BUCKET}, "object": {"key": quote(key, safe="/")}}
    return json.dumps({"Records": [{"eventTime": "2026-09-21T13:33:20.000Z", "s3": thing}]})


def _nothing() -> LambdaContext:
    return cast("LambdaContext", object())
