"""Who may do what: every function beside every table, secret, queue, topic, bucket and key.

`NEEDS` is the whole truth: what stands there must succeed, all else must be refused.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

GET_ITEM = ("dynamodb:GetItem",)
SETTLE = (*GET_ITEM, "dynamodb:UpdateItem", "dynamodb:DeleteItem")
WRITE_NEW = (*GET_ITEM, "dynamodb:UpdateItem", "dynamodb:PutItem")
MOVE_MONEY = (*WRITE_NEW, "dynamodb:DeleteItem")
SEARCH = ("dynamodb:Query", "dynamodb:Scan")
ITEMS = (*MOVE_MONEY, *SEARCH, "dynamodb:BatchGetItem", "dynamodb:ConditionCheckItem")
GET_SECRET = ("secretsmanager:GetSecretValue",)
KEEP_SECRET = (
    "secretsmanager:CreateSecret",
    "secretsmanager:DescribeSecret",
    "secretsmanager:PutSecretValue",
    "secretsmanager:ReplicateSecretToRegions",
)
CONSUME = ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility")
SEND = ("sqs:SendMessage",)
PUBLISH = ("sns:Publish",)
PUT = ("s3:PutObject",)
GET = ("s3:GetObject",)
USE_KEY = ("kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey")
INVOKE = ("lambda:InvokeFunction",)
WRITE_LOG = ("logs:CreateLogStream", "logs:PutLogEvents")
TRACE = ("xray:PutTraceSegments", "xray:PutTelemetryRecords")
INVOKE_MODEL = ("bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream")

# Services that use the data key on behalf of whoever calls them.
KEY_USERS = ("dynamodb", "secretsmanager", "sns", "sqs", "s3")

ALL_OF: dict[str, tuple[str, ...]] = {
    "table": ITEMS,
    "table_abroad": ITEMS,
    "index": SEARCH,
    "secret": (*GET_SECRET, "secretsmanager:PutSecretValue"),
    "secrets": (*GET_SECRET, *KEEP_SECRET),
    "queue": (*SEND, *CONSUME),
    "topic": PUBLISH,
    "objects": (*PUT, *GET, "s3:DeleteObject"),
    "key": USE_KEY,
    "key_through": USE_KEY,
    "model": INVOKE_MODEL,
    "function": INVOKE,
    "log": (*WRITE_LOG, "logs:GetLogEvents"),
    "trace": TRACE,
}

TYPE_OF = {
    "table": "AWS::DynamoDB::GlobalTable",
    "index": "AWS::DynamoDB::GlobalTable",
    "secret": "AWS::SecretsManager::Secret",
    "queue": "AWS::SQS::Queue",
    "topic": "AWS::SNS::Topic",
    "objects": "AWS::S3::Bucket",
    "key": "AWS::KMS::Key",
    "key_through": "AWS::KMS::Key",
    "function": "AWS::Lambda::Function",
    "log": "AWS::Logs::LogGroup",
}
# The other region, whose agents may call from here: their ledger is asked there.
ABROAD = "eu-west-1"
MODEL_ARN = "arn:aws:bedrock:{region}::foundation-model/any-model"


@dataclass(frozen=True, slots=True)
class Target:
    """A resource of the app: its kind, and where the templates make it."""

    kind: str
    logical_id: str = ""
    path: str = ""

    def is_at(self, logical_id: str, kind: str) -> bool:
        """Tell whether a template's resource is this one: its name ends in a hash."""
        pattern = f"{self.logical_id}[0-9A-F]{{8}}"
        return kind == TYPE_OF.get(self.kind) and bool(re.fullmatch(pattern, logical_id))


FUNCTIONS = {
    "token_authorizer": "TokenAuthorizer",
    "gateway": "Gateway",
    "control_api": "ControlApi",
    "usage_recorder": "UsageRecorder",
    "ledger_reaper": "LedgerReaper",
    "audit_archiver": "AuditArchiver",
    "input_firewall": "InputFirewall",
    "output_firewall": "OutputFirewall",
}

TARGETS = {
    "control": Target("table", "ControlTable"),
    "ledger": Target("table", "LedgerTable"),
    "ledger_dirty": Target("index", "LedgerTable", "dirty"),
    "runtime": Target("table", "RuntimeTable"),
    "activity": Target("table", "ActivityTable"),
    "people": Target("table", "PeopleTable"),
    "ledger_abroad": Target("table_abroad", path="ledger"),
    "control_abroad": Target("table_abroad", path="control"),
    "signing_keys": Target("secret", "SigningKeys"),
    "first_signing_key": Target("secret", "FirstSigningKey"),
    "audit_hash_key": Target("secret", "AuditHashKey"),
    "provider_keys": Target("secrets", path="ironcage/tenant_probe/"),
    "other_secrets": Target("secrets", path="elsewhere/"),
    "usage_queue": Target("queue", "UsageQueue"),
    "usage_dead_letters": Target("queue", "UsageQueueDeadLetters"),
    "audit_queue": Target("queue", "AuditQueue"),
    "audit_dead_letters": Target("queue", "AuditQueueDeadLetters"),
    "spool_queue": Target("queue", "SpoolQueue"),
    "spool_dead_letters": Target("queue", "SpoolQueueDeadLetters"),
    "records": Target("topic", "Records"),
    "alarms": Target("topic", "Alarms"),
    "audit_objects": Target("objects", "AuditBucket", "audit/"),
    "audit_bucket_elsewhere": Target("objects", "AuditBucket", "probe/"),
    "spool_objects": Target("objects", "SpoolBucket", "spool/"),
    "spool_bucket_elsewhere": Target("objects", "SpoolBucket", "probe/"),
    "access_logs": Target("objects", "AccessLogs", "auditbucket/"),
    "data_key": Target("key", "DataKey"),
    "other_key": Target("key"),
    **{f"data_key_through_{name}": Target("key_through", "DataKey", name) for name in KEY_USERS},
    "models": Target("model"),
    "traces": Target("trace"),
    "api_log": Target("log", "ApiAccessLogs"),
    "web_acl_log": Target("log", "WebAclLogs"),
    **{f"log_of_{name}": Target("log", f"{title}Logs") for name, title in FUNCTIONS.items()},
    **{f"function_{name}": Target("function", title) for name, title in FUNCTIONS.items()},
}


def through(*services: str) -> dict[str, tuple[str, ...]]:
    """Name the services that may use the data key for a function, which never may itself."""
    return {f"data_key_through_{service}": USE_KEY for service in services}


# A firewall reads the policy of the agent that asks, and the key of hashed redactions; it tells the
# audit trail.
JUDGE = {
    "control": GET_ITEM,
    "audit_hash_key": GET_SECRET,
    "records": PUBLISH,
    "spool_objects": PUT,
    **through("dynamodb", "secretsmanager", "sns", "s3"),
}

NEEDS: dict[str, dict[str, tuple[str, ...]]] = {
    "token_authorizer": {
        "control": GET_ITEM,
        "signing_keys": GET_SECRET,
        **through("dynamodb", "secretsmanager"),
    },
    "gateway": {
        "control": GET_ITEM,
        "ledger": MOVE_MONEY,
        "ledger_abroad": MOVE_MONEY,
        "runtime": ("dynamodb:Query", "dynamodb:UpdateItem"),
        "audit_hash_key": GET_SECRET,
        "provider_keys": GET_SECRET,
        "records": PUBLISH,
        "spool_objects": PUT,
        "models": INVOKE_MODEL,
        "function_input_firewall": INVOKE,
        "function_output_firewall": INVOKE,
        **through("dynamodb", "secretsmanager", "sns", "s3"),
    },
    "control_api": {
        "control": WRITE_NEW,
        "ledger": MOVE_MONEY,
        "signing_keys": GET_SECRET,
        "provider_keys": KEEP_SECRET,
        "records": PUBLISH,
        "spool_objects": PUT,
        **through("dynamodb", "secretsmanager", "sns", "s3"),
    },
    "usage_recorder": {
        "ledger": SETTLE,
        "ledger_abroad": SETTLE,
        "activity": ("dynamodb:PutItem",),
        "usage_queue": CONSUME,
        "spool_queue": CONSUME,
        "usage_dead_letters": SEND,
        "spool_objects": GET,
        "audit_objects": PUT,
        **through("dynamodb", "sqs", "s3"),
    },
    "ledger_reaper": {
        "ledger": WRITE_NEW,
        "ledger_dirty": ("dynamodb:Scan",),
        "records": PUBLISH,
        "spool_objects": PUT,
        **through("dynamodb", "sns", "s3"),
    },
    "audit_archiver": {"audit_queue": CONSUME, "audit_objects": PUT, **through("sqs", "s3")},
    "input_firewall": {**JUDGE, "function_output_firewall": INVOKE},
    "output_firewall": JUDGE,
}


@dataclass(frozen=True, slots=True)
class Row:
    """One function beside one resource: the actions that must succeed, of all that exist."""

    function: str
    resource: str

    @property
    def target(self) -> Target:
        """Find the resource."""
        return TARGETS[self.resource]

    @property
    def needed(self) -> set[str]:
        """List the actions that must succeed; all others must be refused."""
        own = {f"log_of_{self.function}": WRITE_LOG, "traces": TRACE}
        return set({**own, **NEEDS[self.function]}.get(self.resource, ()))

    def __str__(self) -> str:
        return f"{self.function}-{self.resource}-{'allowed' if self.needed else 'refused'}"


def rows() -> Iterator[Row]:
    """List every function beside every resource."""
    return (Row(function, resource) for function in FUNCTIONS for resource in TARGETS)
