"""The REST API itself: one stage, logged, traced, throttled."""

import json

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
_REASONS = {
    "APIG2": "Bodies are validated by the gateway function, which names all problems at once.",
    "APIG3": "The web ACL is part of the edge stack, which stands in front of every region.",
    _LOGGING_POLICY: "API Gateway's own role to write its logs; one per account and region.",
    "COG4": "Agents authenticate with IC tokens (own authorizer); Cognito is for people.",
}


def make_api(scope: cdk.Stack, *, stage: Stage, key: kms.IKey) -> apigateway.RestApi:
    """Make a regional API with access logs; routes are added by the caller."""
    retention = logs.RetentionDays
    log_group = logs.LogGroup(
        scope,
        "ApiAccessLogs",
        encryption_key=key,
        retention=retention.THREE_MONTHS if stage.is_protected else retention.ONE_DAY,
        removal_policy=cdk.RemovalPolicy.DESTROY,
    )
    api = apigateway.RestApi(
        scope,
        "Api",
        rest_api_name=f"ironcage-{stage.name}",
        description="Iron Cage",
        endpoint_types=[apigateway.EndpointType.REGIONAL],
        cloud_watch_role=stage.api_logging_role,
        cloud_watch_role_removal_policy=cdk.RemovalPolicy.DESTROY
        if stage.api_logging_role
        else None,
        deploy_options=apigateway.StageOptions(
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
        ),
    )
    acknowledge(api, _REASONS)
    if region_id := stage.api_id(scope.region):
        cdk.Tags.of(api).add("ms-custom-id", region_id)
    return api
