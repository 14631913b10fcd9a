"""One real call per IAM action, made with the credentials of a function's role."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from infra_cdk.local.workspace import ACCOUNT, REGION
from ironcage.core import new_id
from support.local_cloud import Deployed
from support.privileges import FUNCTIONS, Target

DENIED = {
    "AccessDenied",
    "AccessDeniedException",
    "AuthorizationError",
    "AuthorizationErrorException",
}
ITEM = {"pk": {"S": "probe"}, "sk": {"S": "PROBE"}}
MODEL = "amazon.nova-lite-v1:0"
ASK = json.dumps({"messages": [{"role": "user", "content": [{"text": "hello"}]}]})


@dataclass(frozen=True, slots=True)
class Thing:
    """A resource as it was deployed; `sample` is what a test put into it before."""

    name: str
    path: str = ""
    sample: Any = None


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody with credentials, in front of a local cloud."""

    session: boto3.Session
    options: Mapping[str, Any]
    opened: dict[str, Any] = field(default_factory=dict)

    def client(self, service: str) -> Any:
        """Open a client, once."""
        if service not in self.opened:
            made = self.session.client(service, **self.options)  # type: ignore[call-overload]  # a name
            self.opened[service] = made
        return self.opened[service]

    def close(self) -> None:
        """Close what was opened."""
        for client in self.opened.values():
            client.close()

    def is_permitted(self, action: str, thing: Thing) -> bool:
        """Make the call of an action: it succeeds, or it is refused; anything else is a bug."""
        try:
            CALLS[action](self.client(SERVICE_OF[action.partition(":")[0]]), thing)
        except ClientError as error:
            if error.response["Error"]["Code"] not in DENIED:
                raise
            return False
        return True


def root_of(deployed: Deployed) -> Caller:
    """Call as the account's root, whom nothing refuses."""
    session = boto3.Session("test", "test", region_name=REGION)
    workspace = deployed.workspace
    options = {"endpoint_url": workspace.endpoint, "verify": str(workspace.certificate)}
    return Caller(session, {**options, "config": Config(proxies={}, read_timeout=120)})


def role_of(root: Caller, function: str) -> Caller:
    """Call as a function: what its role trusts is changed for that, what it may do is not."""
    title = FUNCTIONS[function]
    (role,) = [
        found["Role"].rsplit("/", 1)[1]
        for found in root.client("lambda").list_functions()["Functions"]
        if found["Handler"] == f"{function}.handler.handler"
    ]
    trusts = {"Lambda": {"Service": "lambda.amazonaws.com"}, "Test": {"AWS": ACCOUNT}}
    statements = [
        {"Sid": sid, "Effect": "Allow", "Action": "sts:AssumeRole", "Principal": principal}
        for sid, principal in trusts.items()
    ]
    document = json.dumps({"Version": "2012-10-17", "Statement": statements})
    root.client("iam").update_assume_role_policy(RoleName=role, PolicyDocument=document)
    arn = f"arn:aws:iam::{ACCOUNT}:role/{role}"
    given = root.client("sts").assume_role(RoleArn=arn, RoleSessionName=title)["Credentials"]
    keys = (given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])
    return Caller(boto3.Session(*keys, region_name=REGION), root.options)


def found_things(root: Caller, targets: Mapping[str, Target]) -> dict[str, list[Thing]]:
    """Find every resource as it was deployed, and prepare it for the calls."""
    stacks = root.client("cloudformation")
    rows = [
        row
        for part in ("keys", "data", "workers", "guardrails", "gateway")
        for row in stacks.describe_stack_resources(StackName=f"ironcage-local-{REGION}-{part}")[
            "StackResources"
        ]
    ]

    def names_of(target: Target) -> list[str]:
        found = [
            row["PhysicalResourceId"]
            for row in rows
            if target.is_at(row["LogicalResourceId"], row["ResourceType"])
        ]
        return found if target.logical_id else [""]

    return {
        title: [prepared(root, target, name) for name in names_of(target)]
        for title, target in targets.items()
    }


def prepared(root: Caller, target: Target, name: str) -> Thing:
    """Put into a resource what the calls need to find there."""
    match target.kind:
        case "objects":
            key = f"{target.path}{new_id('probe')}"
            root.client("s3").put_object(Bucket=name, Key=key, Body=b"{}")
            return Thing(name, target.path, key)
        case "secrets":
            made = f"{target.path}{new_id('probe')}"
            root.client("secretsmanager").create_secret(Name=made, SecretString="x")
            return Thing(made, target.path)
        case "key":
            key = name or root.client("kms").create_key()["KeyMetadata"]["KeyId"]
            secret = root.client("kms").encrypt(KeyId=key, Plaintext=b"probe")["CiphertextBlob"]
            return Thing(key, sample=secret)
        case _:
            return Thing(name, target.path)


def _check_condition(client: Any, thing: Thing) -> None:
    check = {
        "TableName": thing.name,
        "Key": ITEM,
        "ConditionExpression": "attribute_not_exists(probed_by)",
    }
    client.transact_write_items(TransactItems=[{"ConditionCheck": check}])


def _update(client: Any, thing: Thing) -> None:
    client.update_item(
        TableName=thing.name,
        Key=ITEM,
        UpdateExpression="SET probed = :yes",
        ExpressionAttributeValues={":yes": {"BOOL": True}},
    )


def _query(client: Any, thing: Thing) -> None:
    key, index = (thing.path, {"IndexName": thing.path}) if thing.path else ("pk", {})
    client.query(
        TableName=thing.name,
        KeyConditionExpression="#key = :value",
        ExpressionAttributeNames={"#key": key},
        ExpressionAttributeValues={":value": {"S": "probe"}},
        **index,
    )


def _scan(client: Any, thing: Thing) -> None:
    index = {"IndexName": thing.path} if thing.path else {}
    client.scan(TableName=thing.name, Limit=1, **index)


def _missing_receipt(call: Callable[..., Any], **parameters: Any) -> None:
    """Make a call about a message that is not there, which is told only to who may ask."""
    try:
        call(**parameters)
    except ClientError as error:
        if error.response["Error"]["Code"] not in {
            "ReceiptHandleIsInvalid",
            "InvalidParameterValue",
        }:
            raise


SERVICE_OF = {
    "dynamodb": "dynamodb",
    "secretsmanager": "secretsmanager",
    "sqs": "sqs",
    "sns": "sns",
    "s3": "s3",
    "kms": "kms",
    "bedrock": "bedrock-runtime",
    "lambda": "lambda",
}

CALLS: dict[str, Callable[[Any, Thing], object]] = {
    "dynamodb:GetItem": lambda c, t: c.get_item(TableName=t.name, Key=ITEM),
    "dynamodb:BatchGetItem": lambda c, t: c.batch_get_item(RequestItems={t.name: {"Keys": [ITEM]}}),
    "dynamodb:Query": _query,
    "dynamodb:Scan": _scan,
    "dynamodb:PutItem": lambda c, t: c.put_item(TableName=t.name, Item=ITEM),
    "dynamodb:UpdateItem": _update,
    "dynamodb:DeleteItem": lambda c, t: c.delete_item(TableName=t.name, Key=ITEM),
    "dynamodb:ConditionCheckItem": _check_condition,
    "secretsmanager:GetSecretValue": lambda c, t: c.get_secret_value(SecretId=t.name),
    "secretsmanager:PutSecretValue": lambda c, t: c.put_secret_value(
        SecretId=t.name, SecretString="x"
    ),
    "secretsmanager:CreateSecret": lambda c, t: c.create_secret(
        Name=f"{t.path}{new_id('probe')}", SecretString="x"
    ),
    "secretsmanager:DescribeSecret": lambda c, t: c.describe_secret(SecretId=t.name),
    "secretsmanager:ReplicateSecretToRegions": lambda c, t: c.replicate_secret_to_regions(
        SecretId=t.name, AddReplicaRegions=[{"Region": "eu-west-1"}]
    ),
    "sqs:SendMessage": lambda c, t: c.send_message(QueueUrl=t.name, MessageBody="{}"),
    "sqs:ReceiveMessage": lambda c, t: c.receive_message(QueueUrl=t.name, VisibilityTimeout=0),
    "sqs:DeleteMessage": lambda c, t: _missing_receipt(
        c.delete_message, QueueUrl=t.name, ReceiptHandle="none"
    ),
    "sqs:ChangeMessageVisibility": lambda c, t: _missing_receipt(
        c.change_message_visibility, QueueUrl=t.name, ReceiptHandle="none", VisibilityTimeout=0
    ),
    "sns:Publish": lambda c, t: c.publish(TopicArn=t.name, Message="{}"),
    "s3:PutObject": lambda c, t: c.put_object(
        Bucket=t.name, Key=f"{t.path}{new_id('probe')}", Body=b"{}"
    ),
    "s3:GetObject": lambda c, t: c.get_object(Bucket=t.name, Key=t.sample)["Body"].read(),
    "s3:DeleteObject": lambda c, t: c.delete_object(Bucket=t.name, Key=t.sample),
    "kms:Decrypt": lambda c, t: c.decrypt(KeyId=t.name, CiphertextBlob=t.sample),
    "kms:Encrypt": lambda c, t: c.encrypt(KeyId=t.name, Plaintext=b"x"),
    "kms:GenerateDataKey": lambda c, t: c.generate_data_key(KeyId=t.name, KeySpec="AES_256"),
    "bedrock:InvokeModel": lambda c, _: c.invoke_model(modelId=MODEL, body=ASK)["body"].read(),
    "bedrock:InvokeModelWithResponseStream": lambda c, _: list(
        c.invoke_model_with_response_stream(modelId=MODEL, body=ASK)["body"]
    ),
    "lambda:InvokeFunction": lambda c, t: c.invoke(FunctionName=t.name, Payload=b"{}")[
        "Payload"
    ].read(),
}
