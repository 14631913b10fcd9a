"""Everything that the usage recorder and the reaper need, on an emulated AWS."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, cast

import pytest
from aws_lambda_powertools.utilities.typing import LambdaContext

from ironcage.core import variable_of
from ledger_reaper import wiring as reaper_wiring
from support.aws_ledger import DynamoLedger, make_ledger, make_table
from support.aws_mocked import REGION, a_client, emulated_aws
from usage_recorder import wiring as recorder_wiring

SPOOL = "ironcage-spool"
AUDIT = "ironcage-audit"


@dataclass
class Workers:
    """The emulated surroundings of the two functions."""

    ledger: DynamoLedger
    dead_letters_url: str
    audit_url: str

    def dead_letters(self) -> list[tuple[str, str]]:
        """Take the dead letters off their queue: the code and the body of each."""
        found = self._take(self.dead_letters_url)
        return [(m["MessageAttributes"]["code"]["StringValue"], m["Body"]) for m in found]

    def published(self) -> list[dict[str, Any]]:
        """Take what was published to the records topic."""
        return [json.loads(m["Body"]) for m in self._take(self.audit_url)]

    def usage_rows(self) -> list[str]:
        """List the requests that have a usage row."""
        items = a_client("dynamodb").scan(TableName="activity")["Items"]
        return sorted(item["request_id"]["S"] for item in items)

    def archived(self) -> list[str]:
        """Read the lines of the audit archive."""
        s3 = a_client("s3")
        keys = [o["Key"] for o in s3.list_objects_v2(Bucket=AUDIT).get("Contents", ())]
        return [s3.get_object(Bucket=AUDIT, Key=key)["Body"].read().decode() for key in keys]

    def _take(self, url: str) -> list[Any]:
        answer = a_client("sqs").receive_message(
            QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["All"]
        )
        return list(answer.get("Messages", ()))


@contextmanager
def emulated_workers(patch: pytest.MonkeyPatch) -> Iterator[Workers]:
    """Make tables, buckets, queues and the topic, and point both functions to them."""
    with emulated_aws(patch):
        ledger = make_ledger(a_client("dynamodb"))
        make_table(a_client("dynamodb"), "activity")
        for bucket in (SPOOL, AUDIT):
            a_client("s3").create_bucket(Bucket=bucket)
        urls = {n: a_client("sqs").create_queue(QueueName=n)["QueueUrl"] for n in ("dead", "audit")}
        topic = a_client("sns").create_topic(Name="records")["TopicArn"]
        a_client("sns").subscribe(
            TopicArn=topic,
            Protocol="sqs",
            Endpoint=f"arn:aws:sqs:{REGION}:123456789012:audit",
            Attributes={"RawMessageDelivery": "true"},
        )
        settings = {
            "tables_ledger": "ledger",
            "tables_activity": "activity",
            "records_spool_bucket": SPOOL,
            "audit_bucket": AUDIT,
            "records_topic": topic,
            "usage_dead_letter_queue": urls["dead"],
        }
        for field, value in settings.items():
            patch.setenv(variable_of(field), value)
        _forget()
        yield Workers(ledger, urls["dead"], urls["audit"])
        _forget()


def a_context() -> LambdaContext:
    """Make the context of an invocation that does not look at it."""
    return cast("LambdaContext", object())


def _forget() -> None:
    for opened in (
        recorder_wiring.settings,
        recorder_wiring.recorder,
        recorder_wiring.spool,
        recorder_wiring.archiver,
        recorder_wiring.dead_letters,
        reaper_wiring.settings,
        reaper_wiring.publisher,
    ):
        opened.cache_clear()
