"""What must never be lost: tables, secrets and the audit bucket.

`control` and the secrets are made in the primary region and replicated to the others; what else
is here belongs to one region. `ledger` has the same name everywhere, so that a gateway finds the
money of an agent whose home is another region.

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

from collections.abc import Sequence
from dataclasses import dataclass

import aws_cdk as cdk
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra_cdk.config import Stage
from infra_cdk.constructs.private_bucket import PrivateBucket, log_bucket
from infra_cdk.constructs.region_stack import RegionStack
from infra_cdk.constructs.secrets import NamedSecret, SecretHome, audit_hash_key, signing_keys
from infra_cdk.stacks.keys import key_arn_in

CONTROL, LEDGER = "control", "ledger"
DESTROY = cdk.RemovalPolicy.DESTROY
_STRING = dynamodb.AttributeType.STRING


@dataclass(frozen=True, slots=True)
class Tables:
    """The five tables."""

    control: dynamodb.ITableV2
    ledger: dynamodb.TableV2
    runtime: dynamodb.TableV2
    activity: dynamodb.TableV2
    people: dynamodb.TableV2


class DataStack(RegionStack):
    """Tables, secrets and buckets of one region."""

    def __init__(
        self, scope: Construct, name: str, *, stage: Stage, region: str, key: kms.IKey
    ) -> None:
        super().__init__(
            scope, name, stage=stage, region=region, content="tables, secrets, audit bucket"
        )
        self._stage = stage
        self._removal = cdk.RemovalPolicy.RETAIN if stage.is_protected else DESTROY
        self._others = stage.others_than(region)
        self._is_primary = region == stage.primary
        self.key = key
        self.tables = Tables(
            control=self._control_table(),
            ledger=self._table(
                "Ledger", name=stage.name_of(LEDGER), ttl=True, indexes=[_sparse_index("dirty")]
            ),
            runtime=self._table("Runtime", ttl=True),
            activity=self._table("Activity", ttl=True),
            people=self._table("People"),
        )
        self.signing_secret = NamedSecret(stage.name_of("signing-keys"), region)
        self.audit_hash_secret = NamedSecret(stage.name_of("audit-hash-key"), region)
        if self._is_primary:
            self._make_secrets()
        self.access_logs = log_bucket(self, stage)
        self.audit_bucket = self._audit_bucket()

    def ledgers_elsewhere(self) -> list[str]:
        """List the ARNs of the ledgers of the other regions."""
        name = self._stage.name_of(LEDGER)
        return [
            f"arn:aws:dynamodb:{region}:{cdk.Aws.ACCOUNT_ID}:table/{name}"
            for region in self._others
        ]

    def keys_elsewhere(self) -> list[str]:
        """List the ARNs of the data key in the other regions."""
        return [key_arn_in(region, self.key) for region in self._others]

    def _make_secrets(self) -> None:
        replicas = dict(zip(self._others, self.keys_elsewhere(), strict=True))
        home = SecretHome(self.key, self._removal, replicas)
        signing_keys(self, home, name=self.signing_secret.secret_name)
        audit_hash_key(self, home, name=self.audit_hash_secret.secret_name)

    def _control_table(self) -> dynamodb.ITableV2:
        """Make the one global table, or find its replica."""
        name = self._stage.name_of(CONTROL)
        if self._is_primary:
            return self._table("Control", name=name, replicas=self._others)
        return dynamodb.TableV2.from_table_name(self, "ControlTable", name)

    def _table(
        self,
        title: str,
        *,
        name: str | None = None,
        ttl: bool = False,
        indexes: Sequence[dynamodb.GlobalSecondaryIndexPropsV2] = (),
        replicas: Sequence[str] = (),
    ) -> dynamodb.TableV2:
        copies = {region: key_arn_in(region, self.key) for region in replicas}
        return dynamodb.TableV2(
            self,
            f"{title}Table",
            table_name=name,
            partition_key=dynamodb.Attribute(name="pk", type=_STRING),
            sort_key=dynamodb.Attribute(name="sk", type=_STRING),
            billing=dynamodb.Billing.on_demand(),
            global_secondary_indexes=list(indexes) or None,
            time_to_live_attribute="ttl" if ttl else None,
            encryption=dynamodb.TableEncryptionV2.customer_managed_key(self.key, copies),
            point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=True
            ),
            replicas=[dynamodb.ReplicaTableProps(region=region) for region in replicas],
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


def _sparse_index(name: str) -> dynamodb.GlobalSecondaryIndexPropsV2:
    return dynamodb.GlobalSecondaryIndexPropsV2(
        index_name=name,
        partition_key=dynamodb.Attribute(name=name, type=_STRING),
        projection_type=dynamodb.ProjectionType.KEYS_ONLY,
    )
