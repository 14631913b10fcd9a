"""The local stage uses only what MiniStack can make, and says which actions are local."""

import json
import subprocess
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from support.edges import edge_folder
from support.synthesis import synthesized

CLOUD = Path("build/cloud/bin/python")
LIST = (
    "import json; from ministack.services.cloudformation import provisioners as p; "
    "print(json.dumps(sorted(p._RESOURCE_HANDLERS)))"
)


needs_cloud = pytest.mark.skipif(not CLOUD.exists(), reason="make setup installs the local cloud")


@cache
def types_of_ministack() -> frozenset[str]:
    listed = subprocess.run(  # noqa: S603 - our own interpreter, our own text
        [str(CLOUD), "-c", LIST], capture_output=True, text=True, check=True, env={}
    )
    return frozenset(json.loads(listed.stdout.splitlines()[-1]))


def stacks_beyond_ministack(templates: Mapping[str, dict[str, Any]]) -> dict[str, set[str]]:
    """Name each kind of stack with the types that MiniStack cannot make."""
    beyond: dict[str, set[str]] = {}
    for name, template in templates.items():
        types = {r["Type"] for r in template["Resources"].values()} - types_of_ministack()
        if types:
            beyond.setdefault(name.rpartition("-")[2], set()).update(types)
    return beyond


@needs_cloud
def test_local_stage_uses_only_types_that_ministack_makes() -> None:
    assert stacks_beyond_ministack(synthesized("local").templates) == {}


@needs_cloud
def test_what_ministack_cannot_make_is_in_the_edge_and_in_the_replica_of_the_key() -> None:
    assert stacks_beyond_ministack(synthesized("prod").templates) == {
        "keys": {"AWS::KMS::ReplicaKey"},
        "edge": {"AWS::WAFv2::WebACLAssociation", "AWS::WAFv2::LoggingConfiguration"},
    }


@needs_cloud
def test_domain_adds_nothing_that_ministack_cannot_make_outside_the_edge() -> None:
    templates = {
        path.name.removesuffix(".template.json"): json.loads(path.read_text())
        for path in edge_folder("mutual_tls").glob("*.template.json")
    }

    beyond = stacks_beyond_ministack(templates)

    assert beyond.keys() == {"keys", "edge"}
    assert "AWS::Route53::HealthCheck" in beyond["edge"]


def test_local_stage_has_no_edge() -> None:
    parts = {name.rpartition("-")[2] for name in synthesized("local").templates}

    assert parts == {"keys", "data", "workers", "guardrails", "gateway"}


@pytest.mark.parametrize("stage", ["local", "prod"])
def test_no_custom_resource_brings_a_function_of_its_own(stage: str) -> None:
    types = synthesized(stage).types()

    assert not [kind for kind in types if kind.startswith("Custom::")]
    assert "AWS::CloudFormation::CustomResource" not in types


def test_local_api_has_a_stable_id() -> None:
    (api,) = synthesized("local").of_type("AWS::ApiGateway::RestApi").values()

    assert {"Key": "ms-custom-id", "Value": "gw-us-east-1"} in api["Properties"]["Tags"]


def test_production_api_has_no_local_tag() -> None:
    assert "ms-custom-id" not in json.dumps(synthesized("prod").templates)
