"""The data key of one region: one key for all regions on AWS, made before what it encrypts.

The primary region makes a multi-Region key and the others make replicas of it, with the same id.
They are stacks of their own because the primary's tables and secrets need the replicas to exist
before their own copies can be made there.
"""

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from constructs import Construct

from infra_cdk.config import Stage
from infra_cdk.constructs.region_stack import RegionStack

_KEY_ARN = "DataKeyArn"
_DESCRIPTION = "Iron Cage data at rest"


class KeysStack(RegionStack):
    """The data key; `primary` is the stack whose key this one replicates, if it does."""

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        stage: Stage,
        region: str,
        primary: "KeysStack | None" = None,
    ) -> None:
        super().__init__(scope, name, stage=stage, region=region, content="data key")
        self._removal = (
            cdk.RemovalPolicy.RETAIN if stage.is_protected else cdk.RemovalPolicy.DESTROY
        )
        is_replica = primary is not None and stage.has_multi_region_key
        if primary is not None and is_replica:
            self.add_stack_dependency(primary)
            self.key = self._replica_of(primary)
        else:
            self.key = self._own(multi_region=stage.has_multi_region_key)
        cdk.CfnOutput(self, _KEY_ARN, value=self.key.key_arn)

    def _own(self, *, multi_region: bool) -> kms.IKey:
        key = kms.Key(
            self,
            "DataKey",
            enable_key_rotation=True,
            multi_region=multi_region,
            removal_policy=self._removal,
            description=_DESCRIPTION,
        )
        for statement in service_statements(self.region, self.account):
            key.add_to_resource_policy(statement)
        # By its ARN, so that its policy is what stands here: subscriptions and secrets would write
        # into it, for every topic of every account.
        return kms.Key.from_key_arn(self, "DataKeyInUse", key.key_arn)

    def _replica_of(self, primary: "KeysStack") -> kms.IKey:
        owner = iam.PolicyStatement(
            principals=[iam.AccountRootPrincipal()], actions=["kms:*"], resources=["*"]
        )
        policy = iam.PolicyDocument(
            statements=[owner, *service_statements(self.region, self.account)]
        )
        replica = kms.CfnReplicaKey(
            self,
            "DataKeyReplica",
            primary_key_arn=cdk.Fn.get_stack_output(primary.stack_name, _KEY_ARN, primary.region),
            key_policy=policy,
            description=_DESCRIPTION,
        )
        replica.apply_removal_policy(self._removal)
        return kms.Key.from_key_arn(self, "DataKey", replica.attr_arn)


def key_arn_in(region: str, key: kms.IKey) -> str:
    """Name the data key of another region: the same id, in that region."""
    return f"arn:aws:kms:{region}:{cdk.Aws.ACCOUNT_ID}:key/{key.key_id}"


def service_statements(region: str, account: str) -> list[iam.PolicyStatement]:
    """Let AWS services encrypt on our behalf, for what this account has told them to do.

    Without the source, they would do so for whoever names our key in an account of his own.
    """
    actions = ["kms:Decrypt", "kms:GenerateDataKey*"]
    # Alarms go to a topic, the spool's notifications to a queue.
    notices = iam.PolicyStatement(
        sid="Notices",
        principals=[iam.ServicePrincipal(f"{name}.amazonaws.com") for name in ("cloudwatch", "s3")],
        actions=actions,
        resources=["*"],
        conditions={"StringEquals": {"aws:SourceAccount": account}},
    )
    # Topics go to queues: SNS names the topic.
    deliveries = iam.PolicyStatement(
        sid="Deliveries",
        principals=[iam.ServicePrincipal("sns.amazonaws.com")],
        actions=actions,
        resources=["*"],
        conditions={"ArnLike": {"aws:SourceArn": f"arn:aws:sns:{region}:{account}:*"}},
    )
    logs = iam.PolicyStatement(
        sid="Logs",
        principals=[iam.ServicePrincipal(f"logs.{region}.amazonaws.com")],
        actions=[*actions, "kms:Encrypt", "kms:ReEncrypt*", "kms:DescribeKey"],
        resources=["*"],
        conditions={
            "ArnLike": {"kms:EncryptionContext:aws:logs:arn": f"arn:*:logs:{region}:{account}:*"}
        },
    )
    return [notices, deliveries, logs]
