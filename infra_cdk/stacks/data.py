"""What must never be lost: tables, the key, secrets and the audit bucket.

Access patterns, one line per item kind (keys are written by the runtime's key builder alone):

=========  ==========================  ==================================  =========================
table      pk                          sk                                  read by
=========  ==========================  ==================================  =========================
control    tenant                      VERSION, AGENT#, PROVIDER#,         authorizer, gateway,
                                       POLICY#, TOKEN#                     control API
ledger     tenant#agent                POT#MAIN, PRESUMED#, HISTORY#       gateway, recorder, reaper
                                       (index `dirty`: pots with holds)
runtime    tenant                      BREAKER#provider#model,             gateway
                                       rate windows
activity   tenant#agent                USAGE#started_at#request            recorder, analytics
people     tenant                      PERSON#                             control API
=========  ==========================  ==================================  =========================
"""

from dataclasses import dataclass

import aws_cdk as cdk
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from infra_cdk.config import Stage
from infra_cdk.constructs.private_bucket import PrivateBucket, log_bucket
from infra_cdk.constructs.secrets import audit_hash_key, signing_keys

DESTROY = cdk.RemovalPolicy.DESTROY
_STRING = dynamodb.AttributeType.STRING


@dataclass(frozen=True, slots=True)
class Tables:
    """The five tables."""

    control: dynamodb.TableV2
    ledger: dynamodb.TableV2
    runtime: dynamodb.TableV2
    activity: dynamodb.TableV2
    people: dynamodb.TableV2


class DataStack(cdk.Stack):
    """Tables, key, secrets and buckets of one region."""

    def __init__(self, scope: Construct, name: str, *, stage: Stage, region: str) -> None:
        super().__init__(
            scope,
            name,
            env=cdk.Environment(region=region),
            termination_protection=stage.is_protected,
            description="Iron Cage: tables, key, secrets, audit bucket",
        )
        self._stage = stage
        self._removal = cdk.RemovalPolicy.RETAIN if stage.is_protected else DESTROY
        self.key = self._data_key()
        self.tables = Tables(
            control=self._table("Control"),
            ledger=self._table("Ledger", ttl=True, index="dirty"),
            runtime=self._table("Runtime", ttl=True),
            activity=self._table("Activity", ttl=True),
            people=self._table("People"),
        )
        self.signing_secret: secretsmanager.ISecret = signing_keys(self, self.key, self._removal)
        self.audit_hash_secret: secretsmanager.ISecret = audit_hash_key(
            self, self.key, self._removal
        )
        self.access_logs = log_bucket(self, stage)
        self.audit_bucket = self._audit_bucket()

    def _data_key(self) -> kms.Key:
        key = kms.Key(
            self,
            "DataKey",
            enable_key_rotation=True,
            removal_policy=self._removal,
            description="Iron Cage data at rest",
        )
        for statement in _service_statements(self.region, self.account):
            key.add_to_resource_policy(statement)
        return key

    def _table(self, title: str, *, ttl: bool = False, index: str = "") -> dynamodb.TableV2:
        indexes = [
            dynamodb.GlobalSecondaryIndexPropsV2(
                index_name=index,
                partition_key=dynamodb.Attribute(name=index, type=_STRING),
                projection_type=dynamodb.ProjectionType.KEYS_ONLY,
            )
        ]
        return dynamodb.TableV2(
            self,
            f"{title}Table",
            partition_key=dynamodb.Attribute(name="pk", type=_STRING),
            sort_key=dynamodb.Attribute(name="sk", type=_STRING),
            billing=dynamodb.Billing.on_demand(),
            global_secondary_indexes=indexes if index else None,
            time_to_live_attribute="ttl" if ttl else None,
            encryption=dynamodb.TableEncryptionV2.customer_managed_key(self.key),
            point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=True
            ),
            deletion_protection=self._stage.is_protected,
            removal_policy=self._removal,
        )

    def _audit_bucket(self) -> s3.Bucket:
        """Make the bucket that nobody, the account's root included, can shorten in production."""
        kept = cdk.Duration.days(self._stage.audit_retention_days)
        compliance = s3.ObjectLockRetention.compliance(kept)
        governance = s3.ObjectLockRetention.governance(kept)
        return PrivateBucket(
            self,
            "AuditBucket",
            stage=self._stage,
            logs=self.access_logs,
            key=self.key,
            expires_after_days=self._stage.audit_retention_days + 1,
            object_lock=compliance if self._stage.is_protected else governance,
        )


def _service_statements(region: str, account: str) -> list[iam.PolicyStatement]:
    """Let AWS services encrypt on our behalf; queue and topic policies say who may deliver."""
    actions = ["kms:Decrypt", "kms:GenerateDataKey*"]
    deliveries = iam.PolicyStatement(
        sid="Deliveries",
        principals=[
            iam.ServicePrincipal(f"{name}.amazonaws.com")
            for name in ("sns", "s3", "cloudwatch", "events")
        ],
        actions=actions,
        resources=["*"],
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
    return [deliveries, logs]
