"""The dead-letter queue: records that no retry can help, with the code of what is wrong."""

from typing import TYPE_CHECKING

from ironcage.adapters.clients import failures
from ironcage.core.errors import StoreUnavailable

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


class SqsDeadLetters:
    """A queue that people look at (its depth has an alarm)."""

    def __init__(self, client: "SQSClient", queue_url: str) -> None:
        self._client = client
        self._queue_url = queue_url

    def send(self, body: str, *, code: str) -> None:
        """Put a message aside under an error's code.

        Raises:
            StoreUnavailable: the queue did not answer, so the message must come again.
        """
        try:
            self._client.send_message(
                QueueUrl=self._queue_url,
                MessageBody=body,
                MessageAttributes={"code": {"DataType": "String", "StringValue": code}},
            )
        except failures() as exc:
            raise StoreUnavailable(store="dead_letters") from exc
