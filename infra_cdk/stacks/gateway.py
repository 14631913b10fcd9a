"""The front door: REST API, authorizer (step 0) and the gateway function (steps 1 to 9).

Answers are buffered unless the context says `streaming=true`, because the managed Python runtime
cannot stream: until the gateway brings a runtime of its own, an answer has 29 s.
"""

import aws_cdk as cdk
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra_cdk.config import BUFFERED_INTEGRATION_SECONDS, STREAMING_SECONDS, Stage
from infra_cdk.constructs.acknowledge import acknowledge
from infra_cdk.constructs.alarms import AlarmTopic, our_metric
from infra_cdk.constructs.error_responses import add_error_responses
from infra_cdk.constructs.grants import (
    MOVE_MONEY,
    VAULT_PATH,
    allow,
    allow_bedrock,
    allow_items,
    allow_key,
    allow_ledgers_elsewhere,
    allow_objects,
    allow_secret,
    allow_vault,
)
from infra_cdk.constructs.packaging import Assets
from infra_cdk.constructs.python_function import FunctionKit, PythonFunction
from infra_cdk.constructs.python_layer import make_layers
from infra_cdk.constructs.region_stack import RegionStack
from infra_cdk.constructs.rest_front import make_api
from infra_cdk.constructs.spool import SPOOL_PREFIX
from infra_cdk.stacks.data import DataStack
from infra_cdk.stacks.guardrails import GuardrailsStack
from infra_cdk.stacks.workers import WorkersStack, shared_settings

GOVERNED_PATHS = (
    "chat/completions",
    "embeddings",
    "messages",
    "models",
    "responses",
    "{proxy+}",
)
HEALTH_PATHS = ("api/health", "api/v1/health")


class GatewayStack(RegionStack):
    """The API that tenants call."""

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        stage: Stage,
        assets: Assets,
        data: DataStack,
        workers: WorkersStack,
        guardrails: GuardrailsStack,
    ) -> None:
        super().__init__(
            scope, name, stage=stage, region=data.region, content="API, authorizer, gateway"
        )
        self._stage = stage
        self._data = data
        self._workers = workers
        self._firewalls = guardrails.firewalls
        self._kit = FunctionKit(
            stage=stage,
            assets=assets,
            layers=make_layers(self, stage=stage, assets=assets),
            key=data.key,
            settings=shared_settings(stage, data.region),
        )
        self.authorizer = self._make_authorizer()
        self.gateway = self._make_gateway()
        self.api = make_api(self, stage=stage, key=data.key)
        add_error_responses(self.api)
        self._add_routes()
        self._watch()
        if not (stage.domain and stage.domain.trust_store):
            cdk.CfnOutput(self, "BaseUrl", value=f"{self.api.url}v1")
        cdk.CfnOutput(self, "ApiId", value=self.api.rest_api_id)

    def _make_authorizer(self) -> PythonFunction:
        control = self._data.tables.control
        settings = {
            "tables_control": control.table_name,
            "tokens_signing_secret": self._data.signing_secret.secret_name,
        }
        function = PythonFunction(self, "token_authorizer", kit=self._kit, settings=settings)
        allow_items(function, control, actions=("GetItem",))
        allow_secret(function, self._data.signing_secret)
        allow_key(function, self._kit.key, through=("dynamodb", "secretsmanager"))
        return function

    def _make_gateway(self) -> PythonFunction:
        data, workers = self._data, self._workers
        settings = {
            "tables_control": data.tables.control.table_name,
            "tables_ledger": data.tables.ledger.table_name,
            "tables_runtime": data.tables.runtime.table_name,
            "providers_vault_path": VAULT_PATH,
            "providers_allow_loopback": str(self._stage.allow_loopback).lower(),
            "records_topic": workers.records.topic_arn,
            "records_spool_bucket": workers.spool.bucket_name,
            "audit_hash_secret": data.audit_hash_secret.secret_name,
            "firewall_input_function": self._firewalls["input"].function_name,
            "firewall_output_function": self._firewalls["output"].function_name,
        }
        function = PythonFunction(self, "gateway", kit=self._kit, settings=settings)
        allow_items(function, data.tables.control, actions=("GetItem",))
        allow_items(function, data.tables.ledger, actions=MOVE_MONEY)
        allow_items(function, data.tables.runtime, actions=("Query", "UpdateItem"))
        allow_ledgers_elsewhere(
            function,
            data.ledgers_elsewhere(),
            actions=MOVE_MONEY,
            keys=data.keys_elsewhere(),
        )
        allow_vault(function, actions=("GetSecretValue",))
        allow_bedrock(function, self._stage)
        allow_secret(function, data.audit_hash_secret)
        allow(function, ["sns:Publish"], on=[workers.records.topic_arn])
        allow_objects(function, workers.spool, prefix=SPOOL_PREFIX, actions=("PutObject",))
        scanners = [firewall.function_arn for firewall in self._firewalls.values()]
        allow(function, ["lambda:InvokeFunction"], on=scanners)
        used = ("dynamodb", "secretsmanager", "sns", "s3")
        allow_key(function, self._kit.key, through=used)
        return function

    def _add_routes(self) -> None:
        is_streaming = self._stage.is_streaming
        seconds = STREAMING_SECONDS if is_streaming else BUFFERED_INTEGRATION_SECONDS
        mode = apigateway.ResponseTransferMode
        integration = apigateway.LambdaIntegration(
            self.gateway,
            allow_test_invoke=False,
            response_transfer_mode=mode.STREAM if is_streaming else mode.BUFFERED,
            timeout=cdk.Duration.seconds(seconds),
        )
        governed = apigateway.RequestAuthorizer(
            self,
            "Governed",
            handler=self.authorizer,
            # Every declared source must be present, and a cached answer would outlive a revoked
            # token: so no source and no cache here; the function has its own of five seconds.
            identity_sources=[],
            results_cache_ttl=cdk.Duration.seconds(0),
        )
        v1 = self.api.root.add_resource("v1")
        # ANY beside the proxy: an existing path with a wrong method is our 405, not a bare 403.
        for path in GOVERNED_PATHS:
            resource = v1.resource_for_path(path)
            resource.add_method("ANY", integration, authorizer=governed)
        self._add_firewall_routes(v1, governed)
        for path in HEALTH_PATHS:
            health = self.api.root.resource_for_path(path).add_method(
                "GET", integration, authorization_type=apigateway.AuthorizationType.NONE
            )
            reason = "Health is public: it says that we are up, nothing else."
            acknowledge(health, {"APIG4": reason})

    def _add_firewall_routes(
        self, v1: apigateway.Resource, governed: apigateway.RequestAuthorizer
    ) -> None:
        for direction, firewall in self._firewalls.items():
            # By ARN: the permission to invoke then belongs to this stack, which has the API.
            known = lambda_.Function.from_function_attributes(
                self,
                f"{direction.capitalize()}Firewall",
                function_arn=firewall.function_arn,
                same_environment=True,
            )
            integration = apigateway.LambdaIntegration(
                known,
                allow_test_invoke=False,
                timeout=cdk.Duration.seconds(BUFFERED_INTEGRATION_SECONDS),
            )
            resource = v1.resource_for_path(f"firewall/{direction}")
            resource.add_method("ANY", integration, authorizer=governed)

    def _watch(self) -> None:
        alarms = AlarmTopic(self, "Alarms", key=self._kit.key)
        server_errors = self.api.metric_server_error(
            period=cdk.Duration.minutes(1), statistic="Sum"
        )
        alarms.watch("ServerErrorsAlarm", server_errors, why="Requests failed on our side.")
        for title, metric, why in (
            ("SecretInOutput", "secret_in_output", "A model answered with a secret in it."),
            ("UsagePresumed", "usage_presumed", "A request died: its worst case counts as spent."),
            ("RecordLost", "record_to_log", "A record reached the log only: replay it."),
            ("HoldMismatch", "hold_mismatch", "A hold has another amount than its record: a bug."),
            ("BreakerOpened", "breaker_opened", "A model deployment keeps failing: see attempts."),
        ):
            alarms.watch(f"{title}Alarm", our_metric(metric, "gateway"), why=why)
