"""Least-privilege grants in the words of the runtime, and the few that only MiniStack needs.

The grants of CDK are wider (`s3:GetObject*`, `kms:ReEncrypt*`) and some write the role into the
policy of the resource, which ties the stacks together in a circle. These name single actions.
"""

from collections.abc import Mapping, Sequence

import aws_cdk as cdk
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3

from infra_cdk.config import Stage
from infra_cdk.constructs.acknowledge import acknowledge
from infra_cdk.constructs.secrets import NamedSecret

# Presumed spend is an item of its own: it is put by who finds the hold, deleted by who corrects it.
MOVE_MONEY = ("GetItem", "PutItem", "UpdateItem", "DeleteItem")
SETTLE = ("GetItem", "UpdateItem", "DeleteItem")
PUT_AND_CHANGE = ("GetItem", "PutItem", "UpdateItem")
VAULT_PATH = "ironcage/"
_READ_SECRET = ("secretsmanager:GetSecretValue",)
_KEY_USE = ("kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey", "kms:DescribeKey")


def allow(function: lambda_.Function, actions: Sequence[str], *, on: Sequence[str]) -> None:
    """Allow actions on resources named by ARN."""
    function.add_to_role_policy(iam.PolicyStatement(actions=list(actions), resources=list(on)))


def allow_key(function: lambda_.Function, key: kms.IKey, *, through: Sequence[str]) -> None:
    """Allow the data key to services that use it on the function's behalf, never directly."""
    _allow_keys(function, [key.key_arn], through=through)


def allow_items(
    function: lambda_.Function, table: dynamodb.ITableV2, *, actions: Sequence[str]
) -> None:
    """Allow item operations on one table; transactions are judged by these same actions."""
    allow(function, [f"dynamodb:{action}" for action in actions], on=[table.table_arn])


def allow_ledgers_elsewhere(
    function: lambda_.Function,
    ledgers: Sequence[str],
    *,
    actions: Sequence[str],
    keys: Sequence[str],
) -> None:
    """Allow the same work in the ledgers of other regions, whose agents call from here."""
    if ledgers:
        allow(function, [f"dynamodb:{action}" for action in actions], on=ledgers)
        allow_keys_elsewhere(function, keys, through=("dynamodb",))


def allow_keys_elsewhere(
    function: lambda_.Function, keys: Sequence[str], *, through: Sequence[str]
) -> None:
    """Allow the data key of other regions, as `allow_key` does that of our own."""
    if keys:
        _allow_keys(function, keys, through=through)


def allow_objects(
    function: lambda_.Function, bucket: s3.Bucket, *, prefix: str, actions: Sequence[str]
) -> None:
    """Allow object operations below one prefix of a bucket."""
    allow(function, [f"s3:{action}" for action in actions], on=[f"{bucket.bucket_arn}/{prefix}*"])
    wildcard = f"Resource::{_arn_as_nag_writes_it(function, bucket)}/{prefix}*"
    _accept(function, {wildcard: "Objects are created at run time, all below this prefix."})


def allow_secret(function: lambda_.Function, secret: NamedSecret) -> None:
    """Allow reading one secret of the deployment."""
    allow(function, _READ_SECRET, on=[secret.secret_arn])


def allow_vault(function: lambda_.Function, *, actions: Sequence[str]) -> None:
    """Allow operations on the tenants' provider keys, and on no other secret."""
    region = cdk.Stack.of(function).region
    secrets = f"arn:aws:secretsmanager:{region}:{cdk.Aws.ACCOUNT_ID}:secret:{VAULT_PATH}*"
    allow(function, [f"secretsmanager:{action}" for action in actions], on=[secrets])
    wildcard = f"Resource::{secrets.replace(cdk.Aws.ACCOUNT_ID, '<AWS::AccountId>')}"
    _accept(function, {wildcard: "One secret per tenant and provider, made at run time."})


def allow_bedrock(function: lambda_.Function, stage: Stage) -> None:
    """Allow calling models on Bedrock; which model an agent may use is decided before."""
    models = "arn:aws:bedrock:*::foundation-model/*"
    profiles = f"arn:aws:bedrock:*:{cdk.Aws.ACCOUNT_ID}:inference-profile/*"
    actions = ["bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"]
    allow(function, actions, on=[models, profiles])
    # AWS judges Converse by the actions above.
    converse = ["bedrock:Converse", "bedrock:ConverseStream"]
    allow_on_ministack(function, stage, actions=converse, on=[models, profiles])
    reason = "Tenants choose models; each agent's list is checked before the call."
    named = profiles.replace(cdk.Aws.ACCOUNT_ID, "<AWS::AccountId>")
    _accept(function, {f"Resource::{arn}": reason for arn in (models, named)})


def allow_on_ministack(
    function: lambda_.Function, stage: Stage, *, actions: Sequence[str], on: Sequence[str]
) -> None:
    """Allow what MiniStack asks for under another name than AWS: never in production.

    Every local-only grant goes through here, so that the production policy stays exact.
    """
    if not stage.is_protected:
        allow(function, actions, on=on)


def _allow_keys(function: lambda_.Function, keys: Sequence[str], *, through: Sequence[str]) -> None:
    # Any region of the service: the ARN names the key's, and a replica is made from the primary.
    services = [f"{service}.*.amazonaws.com" for service in through]
    function.add_to_role_policy(
        iam.PolicyStatement(
            actions=list(_KEY_USE),
            resources=list(keys),
            conditions={"StringLike": {"kms:ViaService": services}},
        )
    )


def _accept(function: lambda_.Function, wildcards: Mapping[str, str]) -> None:
    role = function.role
    if role is None:
        raise TypeError("our functions always have a role of their own")
    acknowledge(role, {f"IAM5[{wildcard}]": reason for wildcard, reason in wildcards.items()})


def _arn_as_nag_writes_it(function: lambda_.Function, bucket: s3.Bucket) -> str:
    """Spell a bucket's ARN as cdk-nag does: by logical id, or by export from another stack."""
    home = cdk.Stack.of(bucket)
    if home.stack_name == cdk.Stack.of(function).stack_name:
        resource = bucket.node.default_child
        if not isinstance(resource, s3.CfnBucket):
            raise TypeError("a bucket's default child is always its CfnBucket")
        return f"<{home.resolve(resource.logical_id)}.Arn>"
    exported: dict[str, str] = home.resolve(home.export_value(bucket.bucket_arn))
    return exported["Fn::ImportValue"]
