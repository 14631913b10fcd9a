"""SAM reads every synthesized template, and builds what is in it without changing it.

`sam validate --lint` runs cfn-lint, an older one than ours: `test_templates.py` has that.
"""

from pathlib import Path

import pytest

from infra_cdk.local.workspace import REGION
from support.sam import run_sam
from support.synthesis import synthesized, synthesized_alone

ALONE = "guardrails-alone"
PARTS = {
    "prod": ("keys", "data", "workers", "guardrails", "gateway", "edge", ALONE),
    "local": ("keys", "data", "workers", "guardrails", "gateway", ALONE),
}
TEMPLATES = [(stage, part) for stage, parts in PARTS.items() for part in parts]


def _paths(stage: str, part: str) -> list[Path]:
    made = synthesized_alone if part == ALONE else synthesized
    found = sorted(made(stage).folder.glob(f"*-{part}.template.json"))
    assert found
    return found


@pytest.mark.parametrize(("stage", "part"), TEMPLATES)
def test_sam_finds_the_template_valid(stage: str, part: str, tmp_path: Path) -> None:
    for template in _paths(stage, part):
        done = run_sam(tmp_path, "validate", "--template-file", str(template))

        assert "is a valid SAM Template" in done.stdout, done.stderr
        assert done.returncode == 0


def test_sam_says_what_is_wrong_with_a_template(tmp_path: Path) -> None:
    broken = tmp_path / "broken.json"
    broken.write_text('{"Resources": {"Thing": "AWS::Lambda::Function"}}')

    done = run_sam(tmp_path, "validate", "--template-file", str(broken))

    assert done.returncode != 0


@pytest.mark.parametrize("part", ["workers", "guardrails", "gateway"])
def test_sam_builds_every_function_as_it_was_packaged(part: str, tmp_path: Path) -> None:
    (template,) = [path for path in _paths("local", part) if f"-{REGION}-" in path.name]
    functions = synthesized("local").of_type("AWS::Lambda::Function", part)

    done = run_sam(
        tmp_path, "build", "--template-file", str(template), "--build-dir", str(tmp_path / "out")
    )

    assert done.returncode == 0, done.stderr
    assert functions
    for logical_id, function in functions.items():
        (built,) = (tmp_path / "out" / logical_id).iterdir()
        name = function["Properties"]["Handler"].partition(".")[0]
        assert built.read_text() == name
