"""A bucket that is private, encrypted, versioned, logged and reachable over TLS only."""

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra_cdk.config import Stage
from infra_cdk.constructs.acknowledge import acknowledge

_LOG_DAYS = 400


class PrivateBucket(s3.Bucket):
    """A bucket under our key, with its access log in the log bucket."""

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        stage: Stage,
        logs: s3.IBucket,
        key: kms.IKey,
        expires_after_days: int,
        object_lock: s3.ObjectLockRetention | None = None,
    ) -> None:
        kept = cdk.Duration.days(expires_after_days)
        super().__init__(
            scope,
            name,
            encryption=s3.BucketEncryption.KMS,
            encryption_key=key,
            bucket_key_enabled=True,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            enforce_ssl=True,
            minimum_tls_version=1.2,
            versioned=True,
            object_lock_default_retention=object_lock,
            # By its name: from another stack CDK would let S3 write for buckets of any account.
            server_access_logs_bucket=s3.Bucket.from_bucket_name(
                scope, f"{name}AccessLogs", logs.bucket_name
            ),
            server_access_logs_prefix=f"{name.lower()}/",
            lifecycle_rules=[
                s3.LifecycleRule(
                    expiration=kept,
                    noncurrent_version_expiration=kept,
                    abort_incomplete_multipart_upload_after=cdk.Duration.days(1),
                )
            ],
            removal_policy=cdk.RemovalPolicy.RETAIN
            if stage.is_protected
            else cdk.RemovalPolicy.DESTROY,
        )


def log_bucket(scope: Construct, stage: Stage) -> s3.Bucket:
    """Make the bucket that the other buckets log to; S3 can only write it with its own key."""
    bucket = s3.Bucket(
        scope,
        "AccessLogs",
        encryption=s3.BucketEncryption.S3_MANAGED,
        block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
        object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
        enforce_ssl=True,
        minimum_tls_version=1.2,
        lifecycle_rules=[s3.LifecycleRule(expiration=cdk.Duration.days(_LOG_DAYS))],
        removal_policy=cdk.RemovalPolicy.RETAIN
        if stage.is_protected
        else cdk.RemovalPolicy.DESTROY,
    )
    bucket.add_to_resource_policy(
        iam.PolicyStatement(
            principals=[iam.ServicePrincipal("logging.s3.amazonaws.com")],
            actions=["s3:PutObject"],
            resources=[bucket.arn_for_objects("*")],
            conditions={"StringEquals": {"aws:SourceAccount": cdk.Aws.ACCOUNT_ID}},
        )
    )
    acknowledge(bucket, {"S1": "This is the bucket that receives the access logs."})
    return bucket
