"""The synthesized app, once per stage, with empty assets: nothing is built, nothing is fetched."""

import atexit
import json
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from infra_cdk.app import build_app
from infra_cdk.config import STAGES, Architecture

Resource = dict[str, Any]


@dataclass(frozen=True, slots=True)
class EmptyAssets:
    """Assets that hold one file each."""

    folder: Path

    def layer(self, name: str, architecture: Architecture) -> Path:
        """Make a folder that stands for a layer."""
        return self._one(f"{name}-{architecture}")

    def function(self, name: str) -> Path:
        """Make a folder that stands for a function."""
        return self._one(name)

    def _one(self, name: str) -> Path:
        made = self.folder / name
        made.mkdir(parents=True, exist_ok=True)
        (made / "name.txt").write_text(name)
        return made


@dataclass(frozen=True, slots=True)
class Synthesis:
    """Every resource of one stage, by stack; looked at from one region.

    Regions have the same logical ids, so a look at all of them at once would hide what differs.
    What belongs to no region is seen from each.
    """

    folder: Path
    templates: dict[str, dict[str, Any]]
    others: tuple[str, ...] = ()

    def of_region(self) -> dict[str, dict[str, Any]]:
        """Find the stacks of this region."""
        return {
            name: template
            for name, template in self.templates.items()
            if not any(f"-{other}-" in name for other in self.others)
        }

    def of_type(self, kind: str, stack: str = "") -> dict[str, Resource]:
        """Find the resources of one type, in one stack or in all."""
        return {
            logical_id: resource
            for name, template in self.of_region().items()
            if name.endswith(stack)
            for logical_id, resource in template["Resources"].items()
            if resource["Type"] == kind
        }

    def types(self) -> set[str]:
        """List the types in use, in all regions."""
        templates = self.templates.values()
        return {r["Type"] for template in templates for r in template["Resources"].values()}

    def function(self, name: str) -> Resource:
        """Find a function by its folder's name."""
        return next(
            resource["Properties"]
            for resource in self.of_type("AWS::Lambda::Function").values()
            if resource["Properties"]["Handler"] == f"{name}.handler.handler"
        )

    def statements(self, name: str) -> list[Resource]:
        """List what the role of a function may do."""
        role = self.function(name)["Role"]["Fn::GetAtt"][0]
        return [
            statement
            for policy in self.of_type("AWS::IAM::Policy").values()
            if {"Ref": role} in policy["Properties"]["Roles"]
            for statement in policy["Properties"]["PolicyDocument"]["Statement"]
        ]

    def actions_on(self, name: str, resource: str) -> set[str]:
        """List the actions of a function's role on resources whose text holds `resource`."""
        return {
            action
            for statement in self.statements(name)
            if resource in json.dumps(statement["Resource"])
            for action in as_list(statement["Action"])
        }


def as_list(value: object) -> list[str]:
    """Read IAM's one-or-many."""
    return [str(v) for v in value] if isinstance(value, list) else [str(value)]


def synthesized(stage: str, region: str = "us-east-1") -> Synthesis:
    """Synthesize a stage and look at one of its regions, the primary one unless told."""
    whole = _synthesized(stage)
    others = STAGES[stage].others_than(region)
    return Synthesis(whole.folder, whole.templates, others)


@cache
def synthesized_alone(stage: str) -> Synthesis:
    """Synthesize the two firewalls of a stage without everything else, seen from us-east-1."""
    whole = _made(stage, only="guardrails")
    return Synthesis(whole.folder, whole.templates, STAGES[stage].others_than("us-east-1"))


@cache
def _synthesized(stage: str) -> Synthesis:
    return _made(stage)


def _made(stage: str, **context: str) -> Synthesis:
    """Synthesize a stage; cdk-nag runs with it and fails it on any finding."""
    folder = Path(tempfile.mkdtemp(prefix="ironcage-synth-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    app = build_app(
        outdir=str(folder / "out"),
        # As the CDK command line does: SAM finds the assets by this.
        context={"stage": stage, "aws:cdk:enable-asset-metadata": "true", **context},
        assets=EmptyAssets(folder / "assets"),
    )
    app.synth()
    return Synthesis(folder / "out", dict(_templates(folder / "out")))


def _templates(folder: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    for path in sorted(folder.glob("*.template.json")):
        yield path.name.removesuffix(".template.json"), json.loads(path.read_text())
