"""A Lambda layer made of one folder of `layers/`."""

from collections.abc import Sequence

from aws_cdk import RemovalPolicy
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra_cdk.config import Stage
from infra_cdk.constructs.packaging import LAYER_NAMES, Assets

ARCHITECTURES = {"x86_64": lambda_.Architecture.X86_64, "arm64": lambda_.Architecture.ARM_64}


def make_layers(
    scope: Construct, *, stage: Stage, assets: Assets, names: Sequence[str] = LAYER_NAMES
) -> "list[PythonLayer]":
    """Make layers of a stack: those that every function uses, or others by name."""
    return [PythonLayer(scope, name, stage=stage, assets=assets) for name in names]


class PythonLayer(lambda_.LayerVersion):
    """Our own code of one layer together with its locked third-party packages."""

    def __init__(self, scope: Construct, name: str, *, stage: Stage, assets: Assets) -> None:
        self.folder = folder = assets.layer(name, stage.architecture)
        super().__init__(
            scope,
            f"{name.capitalize()}Layer",
            code=lambda_.Code.from_asset(str(folder)),
            compatible_runtimes=[lambda_.Runtime.PYTHON_3_13],
            compatible_architectures=[ARCHITECTURES[stage.architecture]],
            description=f"Iron Cage {name}",
            removal_policy=RemovalPolicy.DESTROY,
        )
