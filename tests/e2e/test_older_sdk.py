"""Version 2 of the `openai` SDK, which many frameworks still pin, works unchanged too."""

import json
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from support.deployed import scripted_agent
from support.provider_embeddings import vector_of

if TYPE_CHECKING:
    from e2e.conftest import Deployed

ROOT = Path(__file__).parents[2]
PYTHON = ROOT / "build/openai2/bin/python"
SCRIPT = ROOT / "tests/compat/openai_sdk.py"


def test_older_sdk_gets_the_same_answers_and_exceptions(deployed: "Deployed") -> None:
    with scripted_agent(deployed.operator, deployed.facts.tenant_id) as (agent, _):
        url = deployed.facts.openai_base_url
        done = subprocess.run(  # noqa: S603 - our own script
            [PYTHON, SCRIPT, url, agent.ic_token], check=True, capture_output=True, text=True
        )

    told = json.loads(done.stdout)
    assert told["version"].startswith("2.")
    assert told["text"] == told["streamed"] == "Hello from the scripted model."
    assert told["total_tokens"] > 0
    assert told["tool"] == "get_weather"
    assert told["vectors"] == [[vector_of("a"), vector_of("bb")]] * 2
    assert "scripted" in told["models"]
    assert told["errors"] == [
        ["AuthenticationError", 401, "TOKEN_INVALID"],
        ["BadRequestError", 400, "VALIDATION_ERROR"],
        ["PermissionDeniedError", 403, "INPUT_BLOCKED"],
        ["RateLimitError", 429, "PROVIDER_RATE_LIMITED"],
        ["InternalServerError", 503, "ALL_PROVIDERS_DOWN"],
    ]
