"""What stands in front of production: the web ACL always, a domain where one is configured."""

import json
import re
import subprocess

import anthropic
import pytest

from support.edges import GIVEN, VARIANTS, ZONE, edge_folder, edge_stack, made_by
from support.refusals import anthropic_error, openai_error

ACL = "AWS::WAFv2::WebACL"
API = "AWS::ApiGateway::RestApi"


def rules() -> dict[str, dict[str, object]]:
    (acl,) = made_by(edge_stack("none"), ACL)
    return {rule["Name"]: rule for rule in acl["Rules"]}


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_variant_passes_the_linter(variant: str) -> None:
    templates = sorted(str(p) for p in edge_folder(variant).glob("*.template.json"))
    command = [".venv/bin/cfn-lint", *templates, "--ignore-checks", "W3005"]

    found = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603

    assert (found.stdout, found.returncode) == ("", 0)


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_api_stands_behind_the_web_acl(variant: str) -> None:
    edge = edge_stack(variant)
    own = len(made_by(edge, API))

    associations = made_by(edge, "AWS::WAFv2::WebACLAssociation")

    assert len(associations) == 1 + own
    assert all("/stages/" in json.dumps(a["ResourceArn"]) for a in associations)


def test_web_acl_uses_rate_size_and_the_managed_rules_in_this_order() -> None:
    ordered = sorted(rules().values(), key=lambda rule: str(rule["Priority"]))

    assert [rule["Name"] for rule in ordered] == [
        "Rate",
        "Size",
        "AWSManagedRulesAmazonIpReputationList",
        "AWSManagedRulesKnownBadInputsRuleSet",
        "AWSManagedRulesCommonRuleSet",
    ]


@pytest.mark.parametrize(
    ("rule", "status", "code"), [("Rate", 429, "RATE_LIMITED"), ("Size", 413, "BODY_TOO_LARGE")]
)
def test_blocked_client_is_told_in_our_shape(rule: str, status: int, code: str) -> None:
    (acl,) = made_by(edge_stack("none"), ACL)
    (found,) = [r for r in acl["Rules"] if r["Name"] == rule]
    answer = found["Action"]["Block"]["CustomResponse"]

    body = acl["CustomResponseBodies"][answer["CustomResponseBodyKey"]]
    said = json.loads(body["Content"])

    assert body["ContentType"] == "APPLICATION_JSON"
    assert (answer["ResponseCode"], said["error"]["code"]) == (status, code)
    assert {"code", "message", "type", "param", "request_id"} <= said["error"].keys()


@pytest.mark.parametrize(
    ("status", "code", "kind", "raised"),
    [
        (429, "RATE_LIMITED", "rate_limit_error", anthropic.RateLimitError),
        (413, "BODY_TOO_LARGE", "invalid_request_error", anthropic.RequestTooLargeError),
    ],
)
def test_both_sdks_read_what_a_blocked_client_is_told(
    status: int, code: str, *, kind: str, raised: type[Exception]
) -> None:
    (acl,) = made_by(edge_stack("none"), ACL)
    body = acl["CustomResponseBodies"][code]["Content"]

    openais, anthropics = openai_error(status, body), anthropic_error(status, body)

    assert (openais.status_code, openais.code, openais.type) == (status, code, kind)
    assert isinstance(anthropics, raised)
    assert isinstance(anthropics.body, dict)
    assert anthropics.body["error"]["type"] == kind
    assert anthropics.body["error"]["details"] == {"error_code": code}


def test_what_a_managed_rule_blocks_is_told_in_our_shape_by_the_api() -> None:
    gateway = edge_stack("none", "gateway")
    (response,) = [
        r
        for r in made_by(gateway, "AWS::ApiGateway::GatewayResponse")
        if r["ResponseType"] == "WAF_FILTERED"
    ]

    body = json.loads(response["ResponseTemplates"]["application/json"])

    assert (response["StatusCode"], body["error"]["code"]) == ("403", "FORBIDDEN")


@pytest.mark.parametrize(
    ("length", "is_blocked"),
    [
        pytest.param("0", False, id="empty"),
        pytest.param("5000000", False, id="largest-allowed"),
        pytest.param("999999", False, id="six-digits"),
        pytest.param("4999999", False, id="below"),
        pytest.param("5000001", True, id="one-more"),
        pytest.param("5000010", True, id="ten-more"),
        pytest.param("5100000", True, id="5.1-megabytes"),
        pytest.param("5999999", True, id="almost-six-megabytes"),
        pytest.param("6000000", True, id="six-megabytes"),
        pytest.param("10000000", True, id="eight-digits"),
        pytest.param("006000000", True, id="leading-zeros"),
        pytest.param("0005000000", False, id="leading-zeros-allowed"),
        pytest.param("x", False, id="no-number"),
    ],
)
def test_size_rule_reads_the_length_that_the_client_tells(length: str, *, is_blocked: bool) -> None:
    pattern = re.findall(r'"RegexString": "([^"]+)"', json.dumps(rules()["Size"]))[0]

    assert bool(re.search(pattern, length)) is is_blocked


def test_rules_that_judge_bodies_only_count_because_prompts_are_about_anything() -> None:
    (acl,) = made_by(edge_stack("none"), ACL)
    counted = {
        override["Name"]
        for rule in acl["Rules"]
        for override in rule["Statement"]
        .get("ManagedRuleGroupStatement", {})
        .get("RuleActionOverrides", [])
        if override["ActionToUse"] == {"Count": {}}
    }

    assert "SizeRestrictions_BODY" in counted
    assert {name for name in counted if not name.endswith("_BODY")} == set()


def test_log_of_the_web_acl_holds_no_token_no_prompt_and_only_what_was_stopped() -> None:
    (logging,) = made_by(edge_stack("none"), "AWS::WAFv2::LoggingConfiguration")
    (acl,) = made_by(edge_stack("none"), ACL)

    protections = acl["DataProtectionConfig"]["DataProtections"]
    replaced = [p["Field"] for p in protections if p["Action"] == "SUBSTITUTION"]

    assert replaced == [
        {"FieldType": "BODY"},
        {"FieldType": "SINGLE_HEADER", "FieldKeys": ["authorization", "x-api-key"]},
    ]
    assert logging["LoggingFilter"]["DefaultBehavior"] == "DROP"
    assert not any(r["VisibilityConfig"]["SampledRequestsEnabled"] for r in acl["Rules"])


def test_without_a_domain_the_edge_is_the_web_acl_alone() -> None:
    types = {r["Type"] for r in edge_stack("none")["Resources"].values()}

    assert not {t for t in types if "Route53" in t or "DomainName" in t or "Certificate" in t}


@pytest.mark.parametrize("variant", ["latency", "failover", "mutual_tls"])
def test_domain_is_regional_and_takes_tls_1_2_or_newer(variant: str) -> None:
    (name,) = made_by(edge_stack(variant), "AWS::ApiGateway::DomainName")
    (mapping,) = made_by(edge_stack(variant), "AWS::ApiGateway::BasePathMapping")

    assert name["SecurityPolicy"] == "TLS_1_2"
    assert name["EndpointConfiguration"]["Types"] == ["REGIONAL"]
    assert "BasePath" not in mapping


@pytest.mark.parametrize(("region", "role"), [("us-east-1", "PRIMARY"), ("eu-west-1", "SECONDARY")])
def test_failover_names_a_primary_and_a_secondary_with_a_check_each(region: str, role: str) -> None:
    edge = edge_stack("failover", region=region)

    (record,) = made_by(edge, "AWS::Route53::RecordSet")
    (check,) = made_by(edge, "AWS::Route53::HealthCheck")

    assert (record["Failover"], record["SetIdentifier"]) == (role, region)
    assert record["HostedZoneId"] == ZONE
    assert record["HealthCheckId"]
    config = check["HealthCheckConfig"]
    assert config["ResourcePath"] == "/prod/api/health"
    assert config["RequestInterval"] * config["FailureThreshold"] <= 30
    assert region in json.dumps(config["FullyQualifiedDomainName"])


def test_latency_routes_each_region_by_its_name() -> None:
    (record,) = made_by(edge_stack("latency"), "AWS::Route53::RecordSet")

    assert record["Region"] == "us-east-1"
    assert "Failover" not in record


def test_given_certificate_is_used_in_its_region_and_made_in_the_other() -> None:
    (name,) = made_by(edge_stack("mutual_tls"), "AWS::ApiGateway::DomainName")

    made = made_by(
        edge_stack("mutual_tls", region="eu-west-1"), "AWS::CertificateManager::Certificate"
    )

    assert name["RegionalCertificateArn"] == GIVEN
    assert made[0]["ValidationMethod"] == "DNS"
    assert made[0]["DomainValidationOptions"][0]["HostedZoneId"] == ZONE


def test_mutual_tls_leaves_no_way_around_the_client_certificate() -> None:
    (name,) = made_by(edge_stack("mutual_tls"), "AWS::ApiGateway::DomainName")
    (api,) = made_by(edge_stack("mutual_tls", "gateway"), API)

    assert name["MutualTlsAuthentication"]["TruststoreUri"] == "s3://example-trust/authorities.pem"
    assert api["DisableExecuteApiEndpoint"] is True
    assert "BaseUrl" not in edge_stack("mutual_tls", "gateway")["Outputs"]


def test_health_of_a_region_with_mutual_tls_is_an_api_of_one_route() -> None:
    edge = edge_stack("mutual_tls")

    (api,) = made_by(edge, API)
    (method,) = made_by(edge, "AWS::ApiGateway::Method")
    parts = [r["PathPart"] for r in made_by(edge, "AWS::ApiGateway::Resource")]

    assert not api.get("DisableExecuteApiEndpoint")
    assert (method["HttpMethod"], parts) == ("GET", ["api", "health"])


def test_api_stays_reachable_by_its_own_address_without_mutual_tls() -> None:
    (api,) = made_by(edge_stack("latency", "gateway"), API)

    assert not api.get("DisableExecuteApiEndpoint")
