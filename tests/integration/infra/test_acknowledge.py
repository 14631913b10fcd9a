"""A finding of cdk-nag is accepted with a reason in code, or not at all."""

from pathlib import Path

import aws_cdk as cdk
import pytest

from infra_cdk.constructs.acknowledge import acknowledge

WAYS_AROUND = (".acknowledge(", "NagSuppressions", "cdk_nag:", "rules_to_suppress")


def test_reason_that_says_nothing_is_refused() -> None:
    stack = cdk.Stack(cdk.App(), "Empty")

    with pytest.raises(ValueError, match="IAM5"):
        acknowledge(stack, {"IAM5[Resource::*]": "because"})


@pytest.mark.parametrize("way", WAYS_AROUND)
def test_findings_are_accepted_in_one_place(way: str) -> None:
    users = {path.name for path in Path("infra_cdk").rglob("*.py") if way in path.read_text()}

    assert users <= {"acknowledge.py"}
