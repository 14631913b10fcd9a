"""One Lambda function of `functions/`: its asset, role, log group and settings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra_cdk.config import Stage
from infra_cdk.constructs.acknowledge import acknowledge
from infra_cdk.constructs.packaging import PYTHON_VERSION, Assets
from infra_cdk.constructs.python_layer import ARCHITECTURES, PythonLayer
from infra_cdk.constructs.sizes import check_size

METRICS_NAMESPACE = "IronCage"


@dataclass(frozen=True, slots=True)
class FunctionKit:
    """What every function of a stack shares."""

    stage: Stage
    assets: Assets
    layers: Sequence[PythonLayer]
    key: kms.IKey
    settings: Mapping[str, str]


class PythonFunction(lambda_.Function):
    """A function with a role of its own that starts with nothing but its own log group."""

    def __init__(
        self, scope: Construct, name: str, *, kit: FunctionKit, settings: Mapping[str, str]
    ) -> None:
        size = kit.stage.functions[name]
        title = "".join(word.capitalize() for word in name.split("_"))
        log_group = logs.LogGroup(
            scope,
            f"{title}Logs",
            encryption_key=kit.key,
            retention=logs.RetentionDays.ONE_DAY
            if kit.stage.log_retention_days == 1
            else logs.RetentionDays.THREE_MONTHS,
            removal_policy=RemovalPolicy.DESTROY,
        )
        role = iam.Role(
            scope, f"{title}Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com")
        )
        log_group.grant_write(role)
        super().__init__(
            scope,
            title,
            runtime=lambda_.Runtime.PYTHON_3_13,
            architecture=ARCHITECTURES[kit.stage.architecture],
            handler=f"{name}.handler.handler",
            code=_code(name, kit),
            layers=list(kit.layers),
            role=role,
            log_group=log_group,
            memory_size=size.memory_mb,
            timeout=Duration.seconds(size.timeout_seconds),
            reserved_concurrent_executions=size.reserved_concurrency,
            tracing=lambda_.Tracing.ACTIVE if kit.stage.trace_enabled else lambda_.Tracing.DISABLED,
            environment=environment_of(name, {**kit.settings, **settings}),
            description=f"Iron Cage {name.replace('_', ' ')}",
        )
        reason = f"Python {PYTHON_VERSION} is pinned for Lambda, tests and CI alike."
        acknowledge(self, {"L1": reason})
        # X-Ray has no resources to name: with tracing on, its actions are granted on *.
        acknowledge(role, {"IAM5[Resource::*]": "X-Ray actions apply to no resource, only to *."})


def _code(name: str, kit: FunctionKit) -> lambda_.AssetCode:
    """Give a function's code, once it is sure that Lambda takes it together with its layers."""
    folder = kit.assets.function(name)
    check_size(name, [folder, *(layer.folder for layer in kit.layers)])
    return lambda_.Code.from_asset(str(folder))


def environment_of(name: str, settings: Mapping[str, str]) -> dict[str, str]:
    """Spell settings as the environment variables that `Settings` reads."""
    ours = {f"IRONCAGE_{field.upper()}": value for field, value in settings.items()}
    powertools = {
        "POWERTOOLS_SERVICE_NAME": name,
        "POWERTOOLS_METRICS_NAMESPACE": METRICS_NAMESPACE,
        "POWERTOOLS_LOG_LEVEL": "INFO",
    }
    return {**ours, **powertools}
