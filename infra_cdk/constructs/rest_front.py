"""The REST API itself: one stage, logged, traced, throttled."""

import json
from collections.abc import Mapping

import aws_cdk as cdk
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs

from infra_cdk.config import Stage
from infra_cdk.constructs.acknowledge import acknowledge

_RATE, _BURST = 10_000, 5_000
_LOGGED = {
    "request_id": "$context.requestId",
    "ip": "$context.identity.sourceIp",
    "method": "$context.httpMethod",
    "route": "$context.resourcePath",
    "status": "$context.status",
    "latency_ms": "$context.responseLatency",
    "integration_ms": "$context.integrationLatency",
    "authorizer_status": "$context.authorizer.status",
    "tenant_id": "$context.authorizer.tenant_id",
    "agent_id": "$context.authorizer.agent_id",
    "xray": "$context.xrayTraceId",
    "error": "$context.error.responseType",
}
_LOGGING_POLICY = (
    "IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/"
    "AmazonAPIGatewayPushToCloudWatchLogs]"
)
REASONS = {
    "APIG2": "Bodies are validated by the gateway function, which names all problems at once.",
    "APIG3": "The region's edge stack associates its web ACL with this stage; the local cloud "
    "evaluates none and is bound to loopback.",
    _LOGGING_POLICY: "API Gateway's own role to write its logs; one per account and region.",
    "COG4": "Agents authenticate with IC tokens (own authorizer); Cognito is for people.",
}


def make_api(
    scope: cdk.Stack,
    *,
    stage: Stage,
    key: kms.IKey,
    name: str = "Api",
    is_health: bool = False,
    reasons: Mapping[str, str] = REASONS,
) -> apigateway.RestApi:
    """Make a regional API with access logs; routes are added by the caller.

    Args:
        scope: the stack that holds it.
        stage: what differs between stages.
        key: encrypts the access log.
        name: the construct's name.
        is_health: the API that only tells whether the region is up: it stays reachable without a
            client certificate, and uses the logging role of the region's other API.
        reasons: why findings of cdk-nag are accepted.
    """
    has_role = stage.api_logging_role and not is_health
    needs_certificate = bool(stage.domain and stage.domain.trust_store)
    api = apigateway.RestApi(
        scope,
        name,
        rest_api_name=f"ironcage-{stage.name}{'-health' if is_health else ''}",
        description="Iron Cage",
        # By this address nobody is asked for a client certificate: it closes where one is needed.
        disable_execute_api_endpoint=needs_certificate and not is_health,
        endpoint_types=[apigateway.EndpointType.REGIONAL],
        cloud_watch_role=has_role,
        cloud_watch_role_removal_policy=cdk.RemovalPolicy.DESTROY if has_role else None,
        deploy_options=_options(
            stage, _access_log(scope, f"{name}AccessLogs", stage=stage, key=key)
        ),
    )
    acknowledge(api, reasons)
    if region_id := stage.api_id(scope.region):
        cdk.Tags.of(api).add("ms-custom-id", region_id)
    return api


def _access_log(scope: cdk.Stack, name: str, *, stage: Stage, key: kms.IKey) -> logs.LogGroup:
    retention = logs.RetentionDays
    return logs.LogGroup(
        scope,
        name,
        encryption_key=key,
        retention=retention.THREE_MONTHS if stage.is_protected else retention.ONE_DAY,
        removal_policy=cdk.RemovalPolicy.DESTROY,
    )


def _options(stage: Stage, log_group: logs.LogGroup) -> apigateway.StageOptions:
    return apigateway.StageOptions(
        stage_name=stage.name,
        access_log_destination=apigateway.LogGroupLogDestination(log_group),
        access_log_format=apigateway.AccessLogFormat.custom(json.dumps(_LOGGED)),
        logging_level=apigateway.MethodLoggingLevel.ERROR,
        # Request and response bodies would be written with this on.
        data_trace_enabled=False,
        metrics_enabled=True,
        tracing_enabled=stage.trace_enabled,
        throttling_rate_limit=_RATE,
        throttling_burst_limit=_BURST,
    )
