"""Where a cdk-nag finding is accepted: always with the reason."""

from collections.abc import Mapping

import aws_cdk as cdk
from constructs import IConstruct

PACK = "AwsSolutions-"
_LEAST_WORDS = 5


def acknowledge(construct: IConstruct, reasons: Mapping[str, str]) -> None:
    """Accept AwsSolutions findings on a construct and everything under it.

    Args:
        construct: where the finding is.
        reasons: rule id without its pack (`IAM5[Resource::*]`) to the reason.

    Raises:
        ValueError: a reason says nothing.
    """
    for rule, why in reasons.items():
        if len(why.split()) < _LEAST_WORDS:
            raise ValueError(f"{rule}: say in a sentence why this finding is accepted")
    accepted = [cdk.Acknowledgment(id=f"{PACK}{rule}", reason=why) for rule, why in reasons.items()]
    cdk.Validations.of(construct).acknowledge(*accepted)
