"""The local stage uses only what MiniStack can make, and says which actions are local."""

import json
import subprocess
from pathlib import Path

import pytest

from support.synthesis import synthesized

CLOUD = Path("build/cloud/bin/python")
LIST = (
    "import json; from ministack.services.cloudformation import provisioners as p; "
    "print(json.dumps(sorted(p._RESOURCE_HANDLERS)))"
)


@pytest.mark.skipif(not CLOUD.exists(), reason="make setup installs the local cloud")
def test_local_stage_uses_only_types_that_ministack_makes() -> None:
    listed = subprocess.run(  # noqa: S603 - our own interpreter, our own text
        [str(CLOUD), "-c", LIST], capture_output=True, text=True, check=True, env={}
    )
    known = set(json.loads(listed.stdout.splitlines()[-1]))

    assert synthesized("local").types() <= known


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
