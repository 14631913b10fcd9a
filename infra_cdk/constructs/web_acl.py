"""The web ACL of one region: what never reaches the API, and what a blocked client is told.

Prompts are text about anything, attacks included: a rule that judges bodies would block honest
users, so such rules only count, and the input firewall judges bodies instead (step 2).
"""

from aws_cdk import ArnFormat, RemovalPolicy, Stack
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from aws_cdk import aws_wafv2 as waf
from constructs import Construct

from infra_cdk.config import Stage
from infra_cdk.constructs.error_responses import EDGE_REFUSALS, ErrorResponse

# A tenant may make 100,000 requests an hour; an office behind one address may be several of them.
REQUESTS_PER_FIVE_MINUTES = 20_000
# More than 5,000,000, which is also the gateway function's limit; WAF compares no numbers.
_JUST_ABOVE = "|".join(f"50{{{zeros}}}[1-9][0-9]{{{5 - zeros}}}" for zeros in range(6))
TOO_LONG = f"^0*({_JUST_ABOVE}|[6-9][0-9]{{6}}|[1-9][0-9]{{7,}})$"
MANAGED = {
    "AWSManagedRulesAmazonIpReputationList": (),
    "AWSManagedRulesKnownBadInputsRuleSet": (
        "JavaDeserializationRCE_BODY",
        "Log4JRCE_BODY",
        "ReactJSRCE_BODY",
    ),
    "AWSManagedRulesCommonRuleSet": (
        "SizeRestrictions_BODY",
        "CrossSiteScripting_BODY",
        "EC2MetaDataSSRF_BODY",
        "GenericLFI_BODY",
        "GenericRFI_BODY",
    ),
}
_SECRET_HEADERS = ["authorization", "x-api-key"]
_ACL = waf.CfnWebACL


class WebAcl(waf.CfnWebACL):
    """Rate, size and managed rules; only what was blocked or counted is logged."""

    def __init__(self, scope: Construct, name: str, *, stage: Stage, key: kms.IKey) -> None:
        super().__init__(
            scope,
            name,
            name=f"ironcage-{stage.name}",
            description="Iron Cage",
            scope="REGIONAL",
            default_action=_ACL.DefaultActionProperty(allow=_ACL.AllowActionProperty()),
            visibility_config=_visible("All"),
            custom_response_bodies={
                refusal.code: _ACL.CustomResponseBodyProperty(
                    content_type="APPLICATION_JSON", content=refusal.body(request_id="")
                )
                for refusal in EDGE_REFUSALS
            },
            data_protection_config=_unlogged(),
            rules=_rules(),
        )
        self._log(stage, key)

    def _log(self, stage: Stage, key: kms.IKey) -> None:
        group = logs.LogGroup(
            self,
            "Logs",
            # WAF delivers to groups whose name begins so, and to no others.
            log_group_name=f"aws-waf-logs-ironcage-{stage.name}",
            encryption_key=key,
            retention=logs.RetentionDays.THREE_MONTHS,
            removal_policy=RemovalPolicy.DESTROY,
        )
        kept = [{"ActionCondition": {"Action": action}} for action in ("BLOCK", "COUNT")]
        waf.CfnLoggingConfiguration(
            self,
            "Logging",
            resource_arn=self.attr_arn,
            # The group's own ARN ends in `:*`, which WAF does not take.
            log_destination_configs=[
                Stack.of(self).format_arn(
                    service="logs",
                    resource="log-group",
                    resource_name=group.log_group_name,
                    arn_format=ArnFormat.COLON_RESOURCE_NAME,
                )
            ],
            logging_filter={
                "DefaultBehavior": "DROP",
                "Filters": [{"Behavior": "KEEP", "Requirement": "MEETS_ANY", "Conditions": kept}],
            },
        )


def _unlogged() -> waf.CfnWebACL.DataProtectionConfigProperty:
    """Keep tokens out of the log, and the words of a prompt that a rule has matched."""
    fields = (
        _ACL.FieldToProtectProperty(field_type="BODY"),
        _ACL.FieldToProtectProperty(field_type="SINGLE_HEADER", field_keys=_SECRET_HEADERS),
    )
    return _ACL.DataProtectionConfigProperty(
        data_protections=[
            _ACL.DataProtectProperty(field=field, action="SUBSTITUTION") for field in fields
        ]
    )


def _rules() -> list[waf.CfnWebACL.RuleProperty]:
    too_many, too_large = EDGE_REFUSALS
    rate = _ACL.StatementProperty(
        rate_based_statement=_ACL.RateBasedStatementProperty(
            aggregate_key_type="IP",
            limit=REQUESTS_PER_FIVE_MINUTES,
            evaluation_window_sec=300,
        )
    )
    size = _ACL.StatementProperty(
        regex_match_statement=_ACL.RegexMatchStatementProperty(
            regex_string=TOO_LONG,
            # Not the body: WAF sees its first 16 kB only.
            field_to_match=_ACL.FieldToMatchProperty(single_header={"Name": "content-length"}),
            text_transformations=[_ACL.TextTransformationProperty(priority=0, type="NONE")],
        )
    )
    return [
        _blocking(0, "Rate", statement=rate, refusal=too_many),
        _blocking(1, "Size", statement=size, refusal=too_large),
        *(_managed(place, name) for place, name in enumerate(MANAGED, start=2)),
    ]


def _blocking(
    priority: int,
    name: str,
    *,
    statement: waf.CfnWebACL.StatementProperty,
    refusal: ErrorResponse,
) -> waf.CfnWebACL.RuleProperty:
    headers = [
        # API Gateway wants quotes around a fixed value, WAF does not.
        _ACL.CustomHTTPHeaderProperty(name=header, value=value.strip("'"))
        for header, value in refusal.headers
    ]
    answer = _ACL.CustomResponseProperty(
        response_code=refusal.status,
        custom_response_body_key=refusal.code,
        response_headers=headers or None,
    )
    block = _ACL.BlockActionProperty(custom_response=answer)
    return _ACL.RuleProperty(
        name=name,
        priority=priority,
        statement=statement,
        action=_ACL.RuleActionProperty(block=block),
        visibility_config=_visible(name),
    )


def _managed(priority: int, name: str) -> waf.CfnWebACL.RuleProperty:
    """Use a rule group of AWS; API Gateway answers for what it blocks (`WAF_FILTERED`)."""
    counting = [
        _ACL.RuleActionOverrideProperty(name=rule, action_to_use=_ACL.RuleActionProperty(count={}))
        for rule in MANAGED[name]
    ]
    group = _ACL.ManagedRuleGroupStatementProperty(
        vendor_name="AWS", name=name, rule_action_overrides=counting or None
    )
    return _ACL.RuleProperty(
        name=name,
        priority=priority,
        statement=_ACL.StatementProperty(managed_rule_group_statement=group),
        override_action=_ACL.OverrideActionProperty(none={}),
        visibility_config=_visible(name),
    )


def _visible(name: str) -> waf.CfnWebACL.VisibilityConfigProperty:
    return _ACL.VisibilityConfigProperty(
        cloud_watch_metrics_enabled=True,
        metric_name=f"ironcage-{name}",
        # Samples keep whole headers, tokens included.
        sampled_requests_enabled=False,
    )
