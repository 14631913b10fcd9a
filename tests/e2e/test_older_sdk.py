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
DEAR = (1, 500_000_000)  # a cent does not pay for one useful answer
SCRIPT = ROOT / "tests/compat/openai_sdk.py"


def test_older_sdk_gets_the_same_answers_and_exceptions(deployed: "Deployed") -> None:
    operator, tenant = deployed.operator, deployed.facts.tenant_id
    with (
        scripted_agent(operator, tenant) as (agent, _),
        scripted_agent(operator, tenant, budget_usd="0.01", rates=DEAR) as (poor, _),
    ):
        tokens = (agent.ic_token, poor.ic_token)
        done = subprocess.run(  # noqa: S603 - our own script
            [PYTHON, SCRIPT, deployed.facts.openai_base_url, *tokens],
            check=True,
            capture_output=True,
            text=True,
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
        ["NotFoundError", 404, "MODEL_NOT_FOUND"],
        ["APIStatusError", 402, "BUDGET_EXCEEDED"],
        ["APIStatusError", 413, "BODY_TOO_LARGE"],
        ["RateLimitError", 429, "PROVIDER_RATE_LIMITED"],
        ["InternalServerError", 503, "ALL_PROVIDERS_DOWN"],
    ]
