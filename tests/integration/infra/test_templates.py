"""What we synthesize passes cfn-lint (cdk-nag runs with every synthesis), and is protected."""

import json
import subprocess
from collections.abc import Callable

import pytest

from support.synthesis import Synthesis, synthesized, synthesized_alone

# W3005: the CDK states dependencies twice. W3037: actions that only MiniStack knows.
IGNORED = {"prod": ["W3005"], "local": ["W3005", "W3037"]}


@pytest.mark.parametrize("made", [synthesized, synthesized_alone], ids=["whole", "guardrails"])
@pytest.mark.parametrize("stage", ["prod", "local"])
def test_templates_pass_the_linter(stage: str, made: Callable[[str], Synthesis]) -> None:
    templates = [str(path) for path in made(stage).folder.glob("*.template.json")]
    command = [".venv/bin/cfn-lint", *templates, "--ignore-checks", *IGNORED[stage]]

    found = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603

    assert found.stdout == ""
    assert found.returncode == 0


@pytest.mark.parametrize(("stage", "is_protected"), [("prod", True), ("local", False)])
@pytest.mark.parametrize("made", [synthesized, synthesized_alone], ids=["whole", "alone"])
def test_stack_refuses_its_deletion_where_the_stage_is_protected(
    made: Callable[[str], Synthesis], stage: str, *, is_protected: bool
) -> None:
    synthesis = made(stage)
    artifacts = json.loads((synthesis.folder / "manifest.json").read_text())["artifacts"]

    protected = {
        name: artifacts[name]["properties"].get("terminationProtection", False)
        for name in synthesis.templates
    }

    assert protected == dict.fromkeys(synthesis.templates, is_protected)
