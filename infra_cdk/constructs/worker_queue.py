"""A queue whose messages are never lost: under our key, TLS only, with a watched dead-letter."""

import aws_cdk as cdk
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sqs as sqs
from constructs import Construct

_MAX_RECEIVES = 5
_KEPT_DAYS = 14
_VISIBILITY_FACTOR = 6


class WorkerQueue(sqs.Queue):
    """A queue for one consumer; `dead_letters` receives what failed five times."""

    def __init__(
        self, scope: Construct, name: str, *, key: kms.IKey, consumer_timeout_seconds: int
    ) -> None:
        self.dead_letters = sqs.Queue(
            scope,
            f"{name}DeadLetters",
            encryption=sqs.QueueEncryption.KMS,
            encryption_master_key=key,
            enforce_ssl=True,
            retention_period=cdk.Duration.days(_KEPT_DAYS),
        )
        super().__init__(
            scope,
            name,
            encryption=sqs.QueueEncryption.KMS,
            encryption_master_key=key,
            enforce_ssl=True,
            retention_period=cdk.Duration.days(_KEPT_DAYS),
            # AWS advises six times the consumer's time-out, so that a slow batch is not doubled.
            visibility_timeout=cdk.Duration.seconds(consumer_timeout_seconds * _VISIBILITY_FACTOR),
            dead_letter_queue=sqs.DeadLetterQueue(
                queue=self.dead_letters, max_receive_count=_MAX_RECEIVES
            ),
        )
