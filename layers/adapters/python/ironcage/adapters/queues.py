"""Where interaction records go: the topic, else the spool, else a log line (PUBLISH)."""

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Protocol

from ironcage.adapters.clients import failures
from ironcage.adapters.lines import write_line
from ironcage.core.errors import StoreUnavailable

if TYPE_CHECKING:
    from mypy_boto3_sns import SNSClient

USAGE_RECORD = "usage_record"


class Spool(Protocol):
    """The second place for a record."""

    def put(self, record: Mapping[str, object]) -> None:
        """Keep a record, or raise `StoreUnavailable`."""
        ...


def log_record(record: Mapping[str, object]) -> None:
    """Write a record as the log line that the alarm watches and the recorder can replay."""
    write_line("ERROR", USAGE_RECORD, record=record)


class SnsRecordPublisher:
    """`RecordPublisher`: it never raises, and never loses a record that the process could write."""

    def __init__(
        self,
        client: "SNSClient",
        topic: str,
        spool: Spool,
        *,
        last_resort: Callable[[Mapping[str, object]], None] = log_record,
    ) -> None:
        self._client = client
        self._topic = topic
        self._spool = spool
        self._last_resort = last_resort

    def publish(self, record: Mapping[str, object]) -> str:
        """Send a record and say where it went: `topic`, `spool` or `log`."""
        try:
            message = json.dumps(record, separators=(",", ":"))
            self._client.publish(TopicArn=self._topic, Message=message)
        except failures():
            return self._put_aside(record)
        return "topic"

    def _put_aside(self, record: Mapping[str, object]) -> str:
        try:
            self._spool.put(record)
        except StoreUnavailable:
            self._last_resort(record)
            return "log"
        return "spool"
