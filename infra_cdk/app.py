"""The app: every region of a stage, three stacks each. `cdk deploy -c stage=prod`."""

import json
from collections.abc import Mapping
from pathlib import Path

import aws_cdk as cdk
from cdk_nag import AwsSolutionsChecks

from infra_cdk.config import Stage, stage_named
from infra_cdk.constructs.packaging import Assets, BuiltAssets
from infra_cdk.stacks.data import DataStack
from infra_cdk.stacks.gateway import GatewayStack
from infra_cdk.stacks.workers import WorkersStack

CDK_JSON = Path("cdk.json")


def build_app(
    *,
    outdir: str | None = None,
    context: Mapping[str, str] | None = None,
    assets: Assets | None = None,
) -> cdk.App:
    """Compose the app from `cdk.json`, the command line's context and what a caller adds."""
    known = json.loads(CDK_JSON.read_text())["context"]
    app = cdk.App(outdir=outdir, context={**known, **(context or {})})
    stage = _stage_of(app)
    build = Path(str(app.node.try_get_context("build") or "build"))
    for region in stage.regions:
        _add_region(app, stage=stage, region=region, assets=assets or BuiltAssets(build))
    cdk.Validations.of(app).add_plugins(AwsSolutionsChecks(app, verbose=True))
    return app


def _stage_of(app: cdk.App) -> Stage:
    def told(name: str) -> str:
        return str(app.node.try_get_context(name) or "")

    return stage_named(
        told("stage"), is_streaming=told("streaming") == "true", regions=told("regions")
    )


def _add_region(app: cdk.App, *, stage: Stage, region: str, assets: Assets) -> None:
    prefix = f"ironcage-{stage.name}-{region}"
    data = DataStack(app, f"{prefix}-data", stage=stage, region=region)
    workers = WorkersStack(app, f"{prefix}-workers", stage=stage, assets=assets, data=data)
    gateway = GatewayStack(
        app, f"{prefix}-gateway", stage=stage, assets=assets, data=data, workers=workers
    )
    for stack in (data, workers, gateway):
        cdk.Tags.of(stack).add("ironcage:stage", stage.name)


if __name__ == "__main__":
    build_app().synth()
