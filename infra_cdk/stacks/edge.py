"""What stands in front of a region's API: web ACL, custom domain, DNS with health checks.

Only stages on AWS have this stack. MiniStack refuses the association of a web ACL and health
checks, and evaluates neither, so what is here is checked by synthesis, cfn-lint and cdk-nag alone.
"""

import aws_cdk as cdk
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_route53 as route53
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_wafv2 as waf
from constructs import Construct

from infra_cdk.config import Stage
from infra_cdk.constructs.acknowledge import acknowledge
from infra_cdk.constructs.error_responses import add_error_responses
from infra_cdk.constructs.region_stack import RegionStack
from infra_cdk.constructs.rest_front import make_api
from infra_cdk.constructs.web_acl import WebAcl
from infra_cdk.domain import Domain
from infra_cdk.stacks.data import DataStack
from infra_cdk.stacks.gateway import GatewayStack

HEALTH_PATH = "api/health"
# Three failures of ten seconds, and half a minute for resolvers: a lost region is left in a minute.
_CHECK_SECONDS, _FAILURES = 10, 3


class EdgeStack(RegionStack):
    """The edge of one region."""

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        stage: Stage,
        data: DataStack,
        gateway: GatewayStack,
    ) -> None:
        super().__init__(
            scope, name, stage=stage, region=data.region, content="web ACL, domain, DNS"
        )
        self._stage = stage
        self._data = data
        self._gateway = gateway
        self.web_acl = WebAcl(self, "WebAcl", stage=stage, key=data.key)
        self._protect(gateway.api, "Api")
        if stage.domain:
            self._add_domain(stage.domain)

    def _protect(self, api: apigateway.RestApi, name: str) -> None:
        waf.CfnWebACLAssociation(
            self,
            f"{name}WebAcl",
            resource_arn=api.deployment_stage.stage_arn,
            web_acl_arn=self.web_acl.attr_arn,
        )

    def _add_domain(self, domain: Domain) -> None:
        name = apigateway.DomainName(
            self,
            "Domain",
            domain_name=domain.name,
            certificate=self._certificate(domain),
            endpoint_type=apigateway.EndpointType.REGIONAL,
            # It takes TLS 1.2 and 1.3, and is the strictest that allows mutual TLS.
            security_policy=apigateway.SecurityPolicy.TLS_1_2,
            mapping=self._gateway.api,
            mtls=self._client_authorities(domain),
        )
        self._add_record(domain, name, self._health_check(domain))
        cdk.CfnOutput(self, "PublicUrl", value=f"https://{domain.name}/v1")

    def _certificate(self, domain: Domain) -> acm.ICertificate:
        given = domain.certificate_in(self.region)
        if given:
            return acm.Certificate.from_certificate_arn(self, "Certificate", given)
        zone = route53.HostedZone.from_hosted_zone_attributes(
            self,
            "Zone",
            hosted_zone_id=domain.hosted_zone_id,
            zone_name=domain.name.partition(".")[2],
        )
        return acm.Certificate(
            self,
            "Certificate",
            domain_name=domain.name,
            validation=acm.CertificateValidation.from_dns(zone),
        )

    def _client_authorities(self, domain: Domain) -> apigateway.MTLSConfig | None:
        if not domain.trust_store:
            return None
        bucket, key = domain.trust_store_object()
        return apigateway.MTLSConfig(
            bucket=s3.Bucket.from_bucket_name(self, "TrustStore", bucket), key=key
        )

    def _health_check(self, domain: Domain) -> route53.CfnHealthCheck:
        """Ask the region itself, not the shared name: `/api/health` reads the ledger."""
        api = self._health_api() if domain.trust_store else self._gateway.api
        return route53.CfnHealthCheck(
            self,
            "HealthCheck",
            health_check_config=route53.CfnHealthCheck.HealthCheckConfigProperty(
                type="HTTPS",
                fully_qualified_domain_name=cdk.Fn.join(
                    ".", [api.rest_api_id, "execute-api", self.region, cdk.Aws.URL_SUFFIX]
                ),
                port=443,
                resource_path=f"/{self._stage.name}/{HEALTH_PATH}",
                request_interval=_CHECK_SECONDS,
                failure_threshold=_FAILURES,
                enable_sni=True,
            ),
        )

    def _health_api(self) -> apigateway.RestApi:
        """Make an API of one route: Route 53 has no client certificate to show."""
        api = make_api(
            self, stage=self._stage, key=self._data.key, name="HealthApi", is_health=True
        )
        # By ARN: the permission to invoke then belongs to this stack, and not to the gateway's.
        gateway = lambda_.Function.from_function_attributes(
            self, "Gateway", function_arn=self._gateway.gateway.function_arn, same_environment=True
        )
        method = api.root.resource_for_path(HEALTH_PATH).add_method(
            "GET",
            apigateway.LambdaIntegration(gateway, allow_test_invoke=False),
            authorization_type=apigateway.AuthorizationType.NONE,
        )
        acknowledge(method, {"APIG4": "Health is public: it says that we are up, nothing else."})
        add_error_responses(api)
        self._protect(api, "HealthApi")
        return api

    def _add_record(
        self, domain: Domain, name: apigateway.DomainName, health: route53.CfnHealthCheck
    ) -> None:
        is_failover = domain.routing == "failover"
        route53.CfnRecordSet(
            self,
            "Record",
            name=f"{domain.name}.",
            type="A",
            hosted_zone_id=domain.hosted_zone_id,
            set_identifier=self.region,
            failover=domain.failover_role(self.region, self._stage.regions)
            if is_failover
            else None,
            region=None if is_failover else self.region,
            health_check_id=health.attr_health_check_id,
            alias_target=route53.CfnRecordSet.AliasTargetProperty(
                dns_name=name.domain_name_alias_domain_name,
                hosted_zone_id=name.domain_name_alias_hosted_zone_id,
                evaluate_target_health=False,
            ),
        )
