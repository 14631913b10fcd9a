"""A domain is data, and wrong data is refused with all that is wrong."""

from dataclasses import replace

import pytest

from infra_cdk.config import PROD, stage_named
from infra_cdk.domain import Domain, domain_of

GOOD = {"domain": "api.example.com", "hosted_zone": "Z0123456789ABC"}


def read(**context: str) -> Domain | None:
    return domain_of(lambda name: context.get(name, ""))


def test_no_domain_is_none() -> None:
    assert read() is None


def test_domain_fails_over_unless_told() -> None:
    domain = read(**GOOD)

    assert domain == Domain("api.example.com", "Z0123456789ABC")
    assert domain.routing == "failover"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        pytest.param({"domain": "https://api.example.com"}, "no name", id="url"),
        pytest.param({"domain": "example"}, "no name", id="one-label"),
        pytest.param({"domain": "api_x.example.com"}, "no name", id="underscore"),
        pytest.param({"hosted_zone": ""}, "no id", id="no-zone"),
        pytest.param({"hosted_zone": "/hostedzone/Z1"}, "no id", id="zone-as-path"),
        pytest.param({"truststore": "bucket/key"}, "s3://bucket/key.pem", id="truststore"),
        pytest.param({"certificates": "arn:aws:iam::1:x"}, "ARNs of ACM", id="certificate"),
        pytest.param({"routing": "random"}, "failover or latency", id="routing"),
    ],
)
def test_wrong_part_is_named(wrong: dict[str, str], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        read(**{**GOOD, **wrong})


def test_all_that_is_wrong_is_said_at_once() -> None:
    with pytest.raises(ValueError, match=r"no name; .*no id; .*pem; .*latency"):
        read(domain="x", hosted_zone="y", truststore="z", routing="r")


@pytest.mark.parametrize("stray", ["hosted_zone", "certificates", "truststore", "routing"])
def test_part_without_a_domain_is_refused(stray: str) -> None:
    with pytest.raises(ValueError, match=f"{stray} given without domain"):
        read(**{stray: "x"})


@pytest.mark.parametrize("regions", ["us-east-1", "us-east-1,eu-west-1,ap-southeast-1"])
def test_failover_needs_two_regions(regions: str) -> None:
    domain = Domain("api.example.com", "Z0123456789ABC", routing="failover")

    with pytest.raises(ValueError, match="two regions"):
        stage_named("prod", regions=regions, domain=domain)


def test_local_stage_takes_no_domain() -> None:
    with pytest.raises(ValueError, match="no edge"):
        stage_named("local", domain=read(**GOOD))


def test_production_is_never_without_a_web_acl() -> None:
    with pytest.raises(ValueError, match="web ACL"):
        replace(PROD, has_web_acl=False)
