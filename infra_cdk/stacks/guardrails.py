"""The two firewalls as functions of their own: beside the gateway, or alone.

Beside the gateway they judge by the policies of agents, and its API has their routes. Alone they
need no other stack: they have a key, an API whose callers sign with IAM, and the default policy.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import aws_cdk as cdk
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_kms as kms
from aws_cdk import aws_wafv2 as waf
from constructs import Construct

from infra_cdk.config import BUFFERED_INTEGRATION_SECONDS, EXTRA_LAYERS, Stage
from infra_cdk.constructs.alarms import AlarmTopic, our_metric
from infra_cdk.constructs.error_responses import add_error_responses
from infra_cdk.constructs.grants import (
    allow,
    allow_items,
    allow_key,
    allow_objects,
    allow_secret,
)
from infra_cdk.constructs.packaging import LAYER_NAMES, Assets
from infra_cdk.constructs.python_function import FunctionKit, PythonFunction
from infra_cdk.constructs.python_layer import make_layers
from infra_cdk.constructs.region_stack import RegionStack
from infra_cdk.constructs.rest_front import REASONS, make_api
from infra_cdk.constructs.spool import SPOOL_PREFIX
from infra_cdk.constructs.web_acl import WebAcl
from infra_cdk.stacks.data import DataStack
from infra_cdk.stacks.keys import service_statements
from infra_cdk.stacks.workers import WorkersStack, shared_settings

DIRECTIONS = ("input", "output")
# Each metric, and why somebody should look.
_WATCHED = (
    ("scan_failed", "Texts could not be scanned, so they were blocked."),
    ("request_crashed", "A request met a bug of ours."),
)
_RECORD_LOST = ("record_to_log", "An audit event reached the log only: replay it.")
_ALONE = {
    "APIG3": "This very stack associates its web ACL with the stage, where the stage has one.",
    "COG4": "Callers are principals of the account who sign with IAM; there are no people.",
}


class GuardrailsStack(RegionStack):
    """The firewalls of one region, beside its gateway."""

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        stage: Stage,
        assets: Assets,
        data: DataStack,
        workers: WorkersStack,
    ) -> None:
        super().__init__(
            scope, name, stage=stage, region=data.region, content="input and output firewall"
        )
        control = data.tables.control
        settings = {
            **shared_settings(stage, data.region),
            "tables_control": control.table_name,
            "audit_hash_secret": data.audit_hash_secret.secret_name,
            "records_topic": workers.records.topic_arn,
            "records_spool_bucket": workers.spool.bucket_name,
        }
        self.firewalls = make_firewalls(
            self, stage=stage, assets=assets, key=data.key, settings=settings
        )
        for function in self.firewalls.values():
            allow_items(function, control, actions=("GetItem",))
            allow_secret(function, data.audit_hash_secret)
            allow(function, ["sns:Publish"], on=[workers.records.topic_arn])
            allow_objects(function, workers.spool, prefix=SPOOL_PREFIX, actions=("PutObject",))
            used = ("dynamodb", "secretsmanager", "sns", "s3")
            allow_key(function, data.key, through=used)
        self._let_input_ask_output()
        watch_firewalls(self, data.key, metrics=(*_WATCHED, _RECORD_LOST))

    def _let_input_ask_output(self) -> None:
        """Names of people are found by the output firewall alone, also in what goes in."""
        asking, asked = self.firewalls["input"], self.firewalls["output"]
        asking.add_environment("IRONCAGE_FIREWALL_OUTPUT_FUNCTION", asked.function_name)
        allow(asking, ["lambda:InvokeFunction"], on=[asked.function_arn])


class StandaloneGuardrailsStack(RegionStack):
    """The firewalls of one region, with no other stack of ours."""

    def __init__(
        self, scope: Construct, name: str, *, stage: Stage, region: str, assets: Assets
    ) -> None:
        super().__init__(
            scope, name, stage=stage, region=region, content="input and output firewall, alone"
        )
        self._stage = stage
        self._key = self._make_key()
        settings = {**shared_settings(stage, region), "firewall_access": "iam"}
        self.firewalls = make_firewalls(
            self, stage=stage, assets=assets, key=self._key, settings=settings
        )
        self.api = make_api(self, stage=stage, key=self._key, reasons={**REASONS, **_ALONE})
        add_error_responses(self.api)
        self._add_routes()
        if stage.has_web_acl:
            self._protect()
        watch_firewalls(self, self._key, metrics=_WATCHED)
        cdk.CfnOutput(self, "BaseUrl", value=f"{self.api.url}v1")
        cdk.CfnOutput(self, "ApiId", value=self.api.rest_api_id)

    def _make_key(self) -> kms.IKey:
        retained, gone = cdk.RemovalPolicy.RETAIN, cdk.RemovalPolicy.DESTROY
        key = kms.Key(
            self,
            "DataKey",
            enable_key_rotation=True,
            removal_policy=retained if self._stage.is_protected else gone,
            description="Iron Cage firewalls: logs and alarms",
        )
        for statement in service_statements(self.region, self.account):
            key.add_to_resource_policy(statement)
        return kms.Key.from_key_arn(self, "DataKeyInUse", key.key_arn)

    def _add_routes(self) -> None:
        for direction, function in self.firewalls.items():
            integration = apigateway.LambdaIntegration(
                function,
                allow_test_invoke=False,
                timeout=cdk.Duration.seconds(BUFFERED_INTEGRATION_SECONDS),
            )
            self.api.root.resource_for_path(f"v1/firewall/{direction}").add_method(
                "POST", integration, authorization_type=apigateway.AuthorizationType.IAM
            )

    def _protect(self) -> None:
        web_acl = WebAcl(self, "WebAcl", stage=self._stage, key=self._key)
        waf.CfnWebACLAssociation(
            self,
            "ApiWebAcl",
            resource_arn=self.api.deployment_stage.stage_arn,
            web_acl_arn=web_acl.attr_arn,
        )


def make_firewalls(
    scope: Construct,
    *,
    stage: Stage,
    assets: Assets,
    key: kms.IKey,
    settings: Mapping[str, str],
) -> dict[str, PythonFunction]:
    """Make both functions, each with the layers that it needs, by their direction."""
    shared = make_layers(scope, stage=stage, assets=assets)
    kit = FunctionKit(stage=stage, assets=assets, layers=shared, key=key, settings=settings)
    names = sorted({name for extra in EXTRA_LAYERS.values() for name in extra} - {*LAYER_NAMES})
    made = dict(
        zip(names, make_layers(scope, stage=stage, assets=assets, names=names), strict=True)
    )
    return {
        direction: PythonFunction(
            scope,
            f"{direction}_firewall",
            kit=replace(
                kit, layers=[*shared, *(made[n] for n in EXTRA_LAYERS[f"{direction}_firewall"])]
            ),
            settings={},
        )
        for direction in DIRECTIONS
    }


def watch_firewalls(scope: cdk.Stack, key: kms.IKey, *, metrics: Sequence[tuple[str, str]]) -> None:
    """Raise an alarm for each of these metrics, of either firewall."""
    alarms = AlarmTopic(scope, "Alarms", key=key)
    for direction in DIRECTIONS:
        for metric, why in metrics:
            title = "".join(word.capitalize() for word in (direction, *metric.split("_")))
            alarms.watch(f"{title}Alarm", our_metric(metric, f"{direction}_firewall"), why=why)
