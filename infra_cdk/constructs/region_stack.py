"""What every stack is: a part of the app in one region, described and protected as its stage."""

import aws_cdk as cdk
from constructs import Construct

from infra_cdk.config import Stage


class RegionStack(cdk.Stack):
    """A stack of one region, whose deletion a protected stage refuses."""

    def __init__(
        self, scope: Construct, name: str, *, stage: Stage, region: str, content: str
    ) -> None:
        super().__init__(
            scope,
            name,
            env=cdk.Environment(region=region),
            termination_protection=stage.is_protected,
            description=f"Iron Cage: {content}",
        )
