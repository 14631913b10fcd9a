"""Run a handler of the working tree on an event file, in the environment of the deployed function.

The code is that of the working tree, so a change can be tried without a deployment. What it reads
and writes is the running local cloud: a chat is paid from the local agent's budget.
"""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

from infra_cdk.constructs.layer_names import all_layer_names
from infra_cdk.local.cloud import LocalCloud
from infra_cdk.local.facts import Facts
from infra_cdk.local.workspace import Trouble, cloud_environment

_FUNCTIONS = Path("functions")
_EVENTS = Path("events")
_RUNNER = Path(__file__).with_name("run_handler.py")
_PATHS = ("functions", *(f"layers/{name}/python" for name in all_layer_names()))
# Who stands in the example events, and in the local cloud.
_EXAMPLE_TENANT, _EXAMPLE_AGENT = "tenant_acme", "agent_writer"
_EXAMPLE_TOKEN, _EXAMPLE_HASH = "IC_TOKEN", "a" * 64
_EXAMPLE_MODEL = "scripted"


def read_event(function: str, event: str) -> str:
    """Read the text of `events/<function>/<event>.json`.

    Raises:
        Trouble: there is no such function or event; the message lists those that exist.
    """
    functions = sorted(path.parent.name for path in _FUNCTIONS.glob("*/handler.py"))
    if function not in functions:
        raise Trouble(f"There is no function {function!r}. Choose FN from: {', '.join(functions)}")
    events = sorted(path.stem for path in (_EVENTS / function).glob("*.json"))
    if event not in events:
        raise Trouble(f"{function} has no event {event!r}. Choose EVENT from: {', '.join(events)}")
    return (_EVENTS / function / f"{event}.json").read_text()


def localised(text: str, facts: Facts) -> str:
    """Put the local tenant, agent, token and model in the place of the example's."""
    token_hash = hashlib.sha256(facts.ic_token.encode()).hexdigest()
    for example, local in (
        (_EXAMPLE_TENANT, facts.tenant_id),
        (_EXAMPLE_AGENT, facts.agent_id),
        (_EXAMPLE_TOKEN, facts.ic_token),
        (_EXAMPLE_HASH, token_hash),
        (f'\\"{_EXAMPLE_MODEL}\\"', f'\\"{facts.model}\\"'),
    ):
        text = text.replace(example, local)
    return text


def invoke(cloud: LocalCloud, function: str, text: str) -> str:
    """Run a handler in a process of its own; return its answer as JSON text.

    Raises:
        Trouble: the function is not deployed, or the handler failed.
    """
    done = subprocess.run(
        # -P: the runner's own folder holds modules of ours that must hide nobody's.
        [sys.executable, "-P", str(_RUNNER), function],
        env=_environment(cloud, function),
        input=text,
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    if done.returncode:
        raise Trouble(f"{function} failed: see above.")
    return json.dumps(json.loads(done.stdout), indent=2, ensure_ascii=False)


def _environment(cloud: LocalCloud, function: str) -> dict[str, str]:
    found = cloud.find(function)
    return {
        **cloud_environment(cloud.workspace),
        **found.get("Environment", {}).get("Variables", {}),
        "AWS_LAMBDA_FUNCTION_NAME": found["FunctionName"],
        "PYTHONPATH": os.pathsep.join(str(Path(path).absolute()) for path in _PATHS),
    }
