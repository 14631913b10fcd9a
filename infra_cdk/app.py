"""The app: every region of a stage, six stacks each (local: five). `cdk deploy -c stage=prod`.

The keys come first, then the primary's data, which replicate into the other regions, then the rest.
`-c only=guardrails` makes the two firewalls alone, one stack a region.
"""

import json
from collections.abc import Mapping
from pathlib import Path

import aws_cdk as cdk
from cdk_nag import AwsSolutionsChecks

from infra_cdk.config import Stage, stage_named
from infra_cdk.constructs.packaging import Assets, BuiltAssets
from infra_cdk.domain import domain_of
from infra_cdk.stacks.data import DataStack
from infra_cdk.stacks.edge import EdgeStack
from infra_cdk.stacks.gateway import GatewayStack
from infra_cdk.stacks.guardrails import GuardrailsStack, StandaloneGuardrailsStack
from infra_cdk.stacks.keys import KeysStack
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
    built = assets or BuiltAssets(build)
    match str(app.node.try_get_context("only") or ""):
        case "":
            _add_everything(app, stage, built)
        case "guardrails":
            _add_guardrails_alone(app, stage, built)
        case other:
            raise ValueError(f"unknown part {other!r}: only=guardrails stands alone")
    cdk.Tags.of(app).add("ironcage:stage", stage.name)
    cdk.Validations.of(app).add_plugins(AwsSolutionsChecks(app, verbose=True))
    return app


def _add_everything(app: cdk.App, stage: Stage, assets: Assets) -> None:
    keys = _add_keys(app, stage)
    datas = [_add_data(app, stage, key) for key in keys]
    for stack in keys:
        datas[0].add_stack_dependency(stack)
    for data in datas:
        if data is not datas[0]:
            data.add_stack_dependency(datas[0])
        _add_region(app, stage=stage, data=data, assets=assets)


def _add_guardrails_alone(app: cdk.App, stage: Stage, assets: Assets) -> None:
    for region in stage.regions:
        name = f"{_prefix(stage, region)}-guardrails-alone"
        StandaloneGuardrailsStack(app, name, stage=stage, region=region, assets=assets)


def _stage_of(app: cdk.App) -> Stage:
    def told(name: str) -> str:
        return str(app.node.try_get_context(name) or "")

    return stage_named(
        told("stage"),
        is_streaming=told("streaming") == "true",
        regions=told("regions"),
        domain=domain_of(told),
    )


def _add_keys(app: cdk.App, stage: Stage) -> list[KeysStack]:
    """Make the primary's key, then those that replicate it."""
    made: list[KeysStack] = []
    for region in stage.regions:
        name = f"{_prefix(stage, region)}-keys"
        primary = made[0] if made else None
        made.append(KeysStack(app, name, stage=stage, region=region, primary=primary))
    return made


def _add_data(app: cdk.App, stage: Stage, keys: KeysStack) -> DataStack:
    name = f"{_prefix(stage, keys.region)}-data"
    return DataStack(app, name, stage=stage, region=keys.region, key=keys.key)


def _prefix(stage: Stage, region: str) -> str:
    return f"ironcage-{stage.name}-{region}"


def _add_region(app: cdk.App, *, stage: Stage, data: DataStack, assets: Assets) -> None:
    prefix = _prefix(stage, data.region)
    workers = WorkersStack(app, f"{prefix}-workers", stage=stage, assets=assets, data=data)
    guardrails = GuardrailsStack(
        app, f"{prefix}-guardrails", stage=stage, assets=assets, data=data, workers=workers
    )
    gateway = GatewayStack(
        app,
        f"{prefix}-gateway",
        stage=stage,
        assets=assets,
        data=data,
        workers=workers,
        guardrails=guardrails,
    )
    if stage.has_web_acl:
        EdgeStack(app, f"{prefix}-edge", stage=stage, data=data, gateway=gateway)


if __name__ == "__main__":
    build_app().synth()
