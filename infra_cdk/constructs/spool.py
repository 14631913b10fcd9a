"""The second way in for records: a bucket that tells a queue about each new object."""

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra_cdk.config import Stage
from infra_cdk.constructs.private_bucket import PrivateBucket
from infra_cdk.constructs.worker_queue import WorkerQueue

SPOOL_PREFIX = "spool/"


class SpoolBucket(PrivateBucket):
    """Where a record goes when the topic refuses it.

    The notification is written on the bucket itself: the usual helper brings a custom resource
    with a function and a role of its own, and needs rights on every bucket.
    """

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        stage: Stage,
        logs: s3.IBucket,
        key: kms.IKey,
        tells: WorkerQueue,
    ) -> None:
        super().__init__(
            scope,
            name,
            stage=stage,
            logs=logs,
            key=key,
            expires_after_days=stage.spool_retention_days,
        )
        tells.add_to_resource_policy(_from_buckets_of_this_account(tells))
        bucket = self.node.default_child
        if not isinstance(bucket, s3.CfnBucket):
            raise TypeError("a bucket's default child is always its CfnBucket")
        bucket.notification_configuration = s3.CfnBucket.NotificationConfigurationProperty(
            queue_configurations=[
                s3.CfnBucket.QueueConfigurationProperty(
                    event="s3:ObjectCreated:*",
                    queue=tells.queue_arn,
                    filter=_prefix_filter(),
                )
            ]
        )
        # S3 tries the queue when the bucket is made: the queue's policy has to be there first.
        self.node.add_dependency(tells)


def _from_buckets_of_this_account(queue: WorkerQueue) -> iam.PolicyStatement:
    """Allow by account: naming the bucket would make queue and bucket wait for each other."""
    return iam.PolicyStatement(
        principals=[iam.ServicePrincipal("s3.amazonaws.com")],
        actions=["sqs:SendMessage"],
        resources=[queue.queue_arn],
        conditions={
            "StringEquals": {"aws:SourceAccount": cdk.Aws.ACCOUNT_ID},
            "ArnLike": {"aws:SourceArn": "arn:aws:s3:::*"},
        },
    )


def _prefix_filter() -> s3.CfnBucket.NotificationFilterProperty:
    rule = s3.CfnBucket.FilterRuleProperty(name="prefix", value=SPOOL_PREFIX)
    return s3.CfnBucket.NotificationFilterProperty(
        s3_key=s3.CfnBucket.S3KeyFilterProperty(rules=[rule])
    )
