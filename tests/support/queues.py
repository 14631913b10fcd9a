"""A queue of a deployed local cloud: what is in it, and moving its messages."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

_DEAD = "DeadLetters"
_PATIENCE, _GIVE_UP = "VisibilityTimeout", "RedrivePolicy"
_HASTY_SECONDS = "12"


@dataclass
class DeployedQueue:
    """One queue, found by its title."""

    client: Any
    title: str

    @cached_property
    def url(self) -> str:
        """Find the queue."""
        urls: list[str] = self.client.list_queues()["QueueUrls"]
        (url,) = [u for u in urls if self.title in u and (_DEAD in u) == (_DEAD in self.title)]
        return url

    def count(self) -> int:
        """Count the messages, also those that somebody is working on."""
        told = self.client.get_queue_attributes(QueueUrl=self.url, AttributeNames=["All"])
        names = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")
        return sum(int(told["Attributes"][name]) for name in names)

    def is_drained(self) -> bool:
        """Tell whether nothing is left."""
        return self.count() == 0

    @contextmanager
    def impatient(self) -> Iterator[None]:
        """Give a failed message up after two deliveries, not after five in half an hour.

        A delivery still has time to fail first, also one that waits for a busy machine: it would
        settle later what was given up.
        """
        told = self.client.get_queue_attributes(QueueUrl=self.url, AttributeNames=["All"])
        before = {name: told["Attributes"][name] for name in (_PATIENCE, _GIVE_UP)}
        rule = {**json.loads(before[_GIVE_UP]), "maxReceiveCount": 2}
        hasty = {_PATIENCE: _HASTY_SECONDS, _GIVE_UP: json.dumps(rule)}
        self.client.set_queue_attributes(QueueUrl=self.url, Attributes=hasty)
        try:
            yield
        finally:
            self.client.set_queue_attributes(QueueUrl=self.url, Attributes=before)

    def redrive(self, source: "DeployedQueue") -> None:
        """Move every message back to where it came from, as a redrive does."""
        while messages := self.client.receive_message(QueueUrl=self.url).get("Messages"):
            for message in messages:
                self.client.send_message(QueueUrl=source.url, MessageBody=message["Body"])
                self.client.delete_message(
                    QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"]
                )
