"""Everything behind the answer: the records topic, its queues, their workers and the reaper."""

from dataclasses import dataclass

import aws_cdk as cdk
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_lambda_event_sources as sources
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra_cdk.config import Stage
from infra_cdk.constructs.alarms import AlarmTopic, our_metric
from infra_cdk.constructs.grants import (
    MOVE_MONEY,
    PUT_AND_CHANGE,
    SETTLE,
    VAULT_PATH,
    allow,
    allow_items,
    allow_key,
    allow_keys_elsewhere,
    allow_ledgers_elsewhere,
    allow_objects,
    allow_secret,
    allow_vault,
)
from infra_cdk.constructs.packaging import Assets
from infra_cdk.constructs.python_function import FunctionKit, PythonFunction
from infra_cdk.constructs.python_layer import make_layers
from infra_cdk.constructs.region_stack import RegionStack
from infra_cdk.constructs.spool import SPOOL_PREFIX, SpoolBucket
from infra_cdk.constructs.worker_queue import WorkerQueue
from infra_cdk.stacks.data import DataStack

AUDIT_PREFIX = "audit/"
_USAGE_BATCH = 10
_AUDIT_BATCH = 100
_CONSUMERS = 10


@dataclass(frozen=True, slots=True)
class Queues:
    """One queue per consumer of records, and the one that the spool bucket fills."""

    usage: WorkerQueue
    audit: WorkerQueue
    spool: WorkerQueue


class WorkersStack(RegionStack):
    """Topic, queues, recorder, archiver, reaper, and the operators' function."""

    def __init__(
        self, scope: Construct, name: str, *, stage: Stage, assets: Assets, data: DataStack
    ) -> None:
        super().__init__(
            scope, name, stage=stage, region=data.region, content="records, workers, operations"
        )
        self._data = data
        self._stage = stage
        self.kit = FunctionKit(
            stage=stage,
            assets=assets,
            layers=make_layers(self, stage=stage, assets=assets),
            key=data.key,
            settings=shared_settings(stage, data.region),
        )
        self.queues = self._make_queues()
        self.spool = SpoolBucket(
            self,
            "SpoolBucket",
            stage=stage,
            logs=data.access_logs,
            key=data.key,
            tells=self.queues.spool,
        )
        self.records = self._make_topic()
        self.recorder = self._make_recorder()
        self.archiver = self._make_archiver()
        self.reaper = self._make_reaper()
        self.control = self._make_control()
        self._watch()

    def _make_queues(self) -> Queues:
        def queue(title: str, consumer: str) -> WorkerQueue:
            seconds = self._stage.functions[consumer].timeout_seconds
            return WorkerQueue(self, title, key=self.kit.key, consumer_timeout_seconds=seconds)

        return Queues(
            usage=queue("UsageQueue", "usage_recorder"),
            audit=queue("AuditQueue", "audit_archiver"),
            spool=queue("SpoolQueue", "usage_recorder"),
        )

    def _make_topic(self) -> sns.Topic:
        topic = sns.Topic(self, "Records", master_key=self.kit.key, enforce_ssl=True)
        for queue in (self.queues.usage, self.queues.audit):
            topic.add_subscription(subscriptions.SqsSubscription(queue, raw_message_delivery=True))
        return topic

    def _make_recorder(self) -> PythonFunction:
        tables, dead_letters = self._data.tables, self.queues.usage.dead_letters
        settings = {
            "tables_ledger": tables.ledger.table_name,
            "tables_activity": tables.activity.table_name,
            "records_spool_bucket": self.spool.bucket_name,
            # A spooled record never saw the audit queue: the recorder archives it.
            "audit_bucket": self._data.audit_bucket.bucket_name,
            "usage_dead_letter_queue": dead_letters.queue_url,
        }
        function = PythonFunction(self, "usage_recorder", kit=self.kit, settings=settings)
        allow_items(function, tables.ledger, actions=SETTLE)
        allow_ledgers_elsewhere(
            function,
            self._data.ledgers_elsewhere(),
            actions=SETTLE,
            keys=self._data.keys_elsewhere(),
        )
        allow_items(function, tables.activity, actions=("PutItem",))
        allow_objects(function, self.spool, prefix=SPOOL_PREFIX, actions=("GetObject",))
        allow(function, ["sqs:SendMessage"], on=[dead_letters.queue_arn])
        self._allow_archiving(function)
        allow_key(function, self.kit.key, through=("dynamodb", "s3", "sqs"))
        for queue in (self.queues.usage, self.queues.spool):
            self._consume(
                function, queue, batch=_USAGE_BATCH, window=self._stage.usage_window_seconds
            )
        return function

    def _make_archiver(self) -> PythonFunction:
        settings = {"audit_bucket": self._data.audit_bucket.bucket_name}
        function = PythonFunction(self, "audit_archiver", kit=self.kit, settings=settings)
        self._allow_archiving(function)
        allow_key(function, self.kit.key, through=("s3", "sqs"))
        self._consume(
            function,
            self.queues.audit,
            batch=_AUDIT_BATCH,
            window=self._stage.audit_window_seconds,
        )
        return function

    def _consume(
        self, function: PythonFunction, queue: WorkerQueue, *, batch: int, window: int
    ) -> None:
        # By its ARN alone: a queue that knows its key would give the role that key for direct use.
        known = sqs.Queue.from_queue_arn(
            self, f"{queue.node.id}To{function.node.id}", queue.queue_arn
        )
        function.add_event_source(
            sources.SqsEventSource(
                known,
                batch_size=batch,
                max_batching_window=cdk.Duration.seconds(window),
                report_batch_item_failures=True,
                max_concurrency=_CONSUMERS,
            )
        )

    def _make_reaper(self) -> PythonFunction:
        ledger = self._data.tables.ledger
        settings = {
            "tables_ledger": ledger.table_name,
            "records_topic": self.records.topic_arn,
            "records_spool_bucket": self.spool.bucket_name,
        }
        function = PythonFunction(self, "ledger_reaper", kit=self.kit, settings=settings)
        allow_items(function, ledger, actions=PUT_AND_CHANGE)
        allow(function, ["dynamodb:Scan"], on=[f"{ledger.table_arn}/index/dirty"])
        self._allow_publishing(function)
        allow_key(function, self.kit.key, through=("dynamodb", "sns", "s3"))
        events.Rule(
            self,
            "EveryMinute",
            schedule=events.Schedule.rate(cdk.Duration.minutes(1)),
            targets=[targets.LambdaFunction(function, retry_attempts=0)],
        )
        return function

    def _make_control(self) -> PythonFunction:
        """Make the operators' function: invoked with IAM rights, reachable by no route."""
        data = self._data
        settings = {
            "tables_control": data.tables.control.table_name,
            "tables_ledger": data.tables.ledger.table_name,
            "tokens_signing_secret": data.signing_secret.secret_name,
            "providers_vault_path": VAULT_PATH,
            "providers_allow_loopback": str(self._stage.allow_loopback).lower(),
            "records_topic": self.records.topic_arn,
            "records_spool_bucket": self.spool.bucket_name,
            "kms_key": data.key.key_arn,
        }
        function = PythonFunction(self, "control_api", kit=self.kit, settings=settings)
        allow_items(function, data.tables.control, actions=PUT_AND_CHANGE)
        allow_items(function, data.tables.ledger, actions=MOVE_MONEY)
        allow_secret(function, data.signing_secret)
        allow_vault(function, actions=("CreateSecret", "PutSecretValue", "DescribeSecret"))
        if self._stage.others_than(self.region):
            allow_vault(function, actions=("ReplicateSecretToRegions",))
            allow_keys_elsewhere(function, data.keys_elsewhere(), through=("secretsmanager",))
        self._allow_publishing(function)
        used = ("dynamodb", "secretsmanager", "sns", "s3")
        allow_key(function, self.kit.key, through=used)
        cdk.CfnOutput(self, "ControlFunction", value=function.function_name)
        return function

    def _allow_archiving(self, function: PythonFunction) -> None:
        bucket = self._data.audit_bucket
        allow_objects(function, bucket, prefix=AUDIT_PREFIX, actions=("PutObject",))

    def _allow_publishing(self, function: PythonFunction) -> None:
        allow(function, ["sns:Publish"], on=[self.records.topic_arn])
        allow_objects(function, self.spool, prefix=SPOOL_PREFIX, actions=("PutObject",))

    def _watch(self) -> None:
        alarms = AlarmTopic(self, "Alarms", key=self.kit.key)
        for title, queue in (
            ("Usage", self.queues.usage),
            ("Audit", self.queues.audit),
            ("Spool", self.queues.spool),
        ):
            alarms.watch_dead_letters(f"{title}DeadLettersAlarm", queue.dead_letters)
        alarms.watch(
            "UsagePresumedAlarm",
            our_metric("usage_presumed", "ledger_reaper"),
            why="A request died with its hold: its worst case is counted until the truth comes.",
        )
        alarms.watch(
            "CostAboveHoldAlarm",
            our_metric("cost_above_hold", "usage_recorder"),
            why="A provider billed more than the bound that was held.",
        )


def shared_settings(stage: Stage, region: str) -> dict[str, str]:
    """Name the settings that every function gets."""
    return {
        "stage": stage.name,
        "region": region,
        "regions": ",".join(stage.regions),
        "trace_enabled": str(stage.trace_enabled).lower(),
        "clients_read_seconds": str(stage.client_read_seconds),
    }
