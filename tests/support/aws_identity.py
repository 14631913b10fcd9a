"""The control side of a small cloud: tables, secrets, topic and buckets, emulated."""

import json
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from botocore.config import Config
from botocore.session import get_session

from ironcage.adapters.dynamodb.table import Table
from ironcage.core.errors import LedgerUnavailable
from support.aws_ledger import make_table
from support.aws_mocked import REGION, a_client

SIGNING_SECRET = "ironcage-signing"
HASH_SECRET = "ironcage-hash"
AUDIT_BUCKET = "audit-bucket"
SPOOL_BUCKET = "spool-bucket"
SIGNING_KEYS = {"current": "k1", "keys": {"k1": b64encode(b"1" * 32).decode()}}


@dataclass
class IdentityCloud:
    """What was created, and a queue that hears the topic."""

    topic: str
    queue: str

    @property
    def control(self) -> Table:
        """Open the control table."""
        return Table(a_client("dynamodb"), "control")

    @property
    def ledger(self) -> Table:
        """Open the ledger table."""
        return Table(a_client("dynamodb"), "ledger", unavailable=LedgerUnavailable)

    def published(self) -> list[dict[str, object]]:
        """Take every message off the queue."""
        answer = a_client("sqs").receive_message(QueueUrl=self.queue, MaxNumberOfMessages=10)
        return [json.loads(message["Body"]) for message in answer.get("Messages", [])]

    def settings(self) -> Mapping[str, str]:
        """Name the settings of functions in this cloud."""
        return {
            "IRONCAGE_TABLES_CONTROL": "control",
            "IRONCAGE_TABLES_LEDGER": "ledger",
            "IRONCAGE_TABLES_RUNTIME": "runtime",
            "IRONCAGE_TOKENS_SIGNING_SECRET": SIGNING_SECRET,
            "IRONCAGE_AUDIT_HASH_SECRET": HASH_SECRET,
            "IRONCAGE_RECORDS_TOPIC": self.topic,
            "IRONCAGE_RECORDS_SPOOL_BUCKET": SPOOL_BUCKET,
            "IRONCAGE_AUDIT_BUCKET": AUDIT_BUCKET,
        }

    def configure(self, patch: pytest.MonkeyPatch, **more: str) -> None:
        """Give this process the settings that the functions would have."""
        for name, value in {**self.settings(), **more}.items():
            patch.setenv(name, value)


def make_cloud() -> IdentityCloud:
    """Create everything, empty, with one signing key."""
    dynamodb, s3, secrets = a_client("dynamodb"), a_client("s3"), a_client("secretsmanager")
    make_table(dynamodb, "control")
    make_table(dynamodb, "ledger", is_ledger=True)
    make_table(dynamodb, "runtime")
    s3.create_bucket(Bucket=SPOOL_BUCKET)
    s3.create_bucket(Bucket=AUDIT_BUCKET, ObjectLockEnabledForBucket=True)
    secrets.create_secret(Name=SIGNING_SECRET, SecretString=json.dumps(SIGNING_KEYS))
    hash_key = json.dumps({"key": b64encode(b"h" * 32).decode()})
    secrets.create_secret(Name=HASH_SECRET, SecretString=hash_key)
    return _with_topic()


def _with_topic() -> IdentityCloud:
    sns, sqs = a_client("sns"), a_client("sqs")
    topic = sns.create_topic(Name="records")["TopicArn"]
    queue = sqs.create_queue(QueueName="records")["QueueUrl"]
    sns.subscribe(
        TopicArn=topic,
        Protocol="sqs",
        Endpoint=f"arn:aws:sqs:{REGION}:123456789012:records",
        Attributes={"RawMessageDelivery": "true"},
    )
    return IdentityCloud(topic, queue)


def a_dead_client(service: str) -> Any:
    """Open a client of a service that does not answer: nobody listens on its port."""
    session = get_session()
    return session.create_client(
        service,
        region_name=REGION,
        endpoint_url="http://127.0.0.1:9",
        config=Config(connect_timeout=0.2, retries={"total_max_attempts": 1}),
    )
