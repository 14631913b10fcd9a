"""Where a cdk-nag finding is accepted: always with the reason."""

from collections.abc import Mapping

import aws_cdk as cdk
from constructs import IConstruct

PACK = "AwsSolutions-"


def acknowledge(construct: IConstruct, reasons: Mapping[str, str]) -> None:
    """Accept AwsSolutions findings on a construct and everything under it.

    Args:
        construct: where the finding is.
        reasons: rule id without its pack (`IAM5[Resource::*]`) to the reason.
    """
    accepted = [cdk.Acknowledgment(id=f"{PACK}{rule}", reason=why) for rule, why in reasons.items()]
    cdk.Validations.of(construct).acknowledge(*accepted)
