"""How each gateway is started in front of the same upstream, and how it is called."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.gateways.processes import (
    ROOT,
    Running,
    free_port,
    our_environment,
    our_python,
    start,
)

PEERS = ROOT / "build" / "peers"
NODE = ROOT / ".venv" / "bin" / "node"
_KEY = "sk-bench-master"


@dataclass(frozen=True)
class Target:
    """Something that answers chat requests on loopback."""

    running: Running
    headers: Mapping[str, str]
    model: str = "scripted"


def direct(upstream: Running) -> Target:
    """Call the upstream itself."""
    return Target(upstream, {})


def ironcage(upstream: Running) -> Target:
    """Start our gateway with every check on."""
    port = free_port()
    command = our_python("benchmarks.gateways.served", str(port), _url(upstream))
    running = start(command, port, environment=our_environment(), says_first_line=True)
    return Target(running, {"authorization": f"Bearer {running.first_line}"}, "gpt-4o-mini")


def litellm(upstream: Running) -> Target:
    """Start LiteLLM's proxy: one worker, a master key, no database, no guardrails.

    Raises:
        RuntimeError: it is not installed, or did not start.
    """
    program = _installed(PEERS / "bin" / "litellm")
    config = PEERS / "litellm.yaml"
    config.write_text(
        "model_list:\n  - model_name: scripted\n    litellm_params:\n"
        f"      model: openai/scripted\n      api_base: {_url(upstream)}\n      api_key: sk-test\n"
        f"general_settings:\n  master_key: {_KEY}\n"
        "litellm_settings:\n  telemetry: false\n  num_retries: 0\n"
    )
    port = free_port()
    command = [str(program), "--config", str(config), "--host", "127.0.0.1", "--port", str(port)]
    environment = {
        "PATH": f"{PEERS / 'bin'}{os.pathsep}{os.defpath}",
        "HOME": str(PEERS),
        "LITELLM_LOCAL_MODEL_COST_MAP": "True",
        "LITELLM_LOG": "ERROR",
    }
    return Target(
        start(command, port, environment=environment), {"authorization": f"Bearer {_KEY}"}
    )


def portkey(upstream: Running) -> Target:
    """Start Portkey's open gateway, headless, routed by headers, no guardrails.

    Raises:
        RuntimeError: it is not installed, or did not start.
    """
    package = PEERS / "node" / "node_modules" / "@portkey-ai" / "gateway"
    program = _installed(package / "build" / "start-server.js")
    port = free_port()
    command = [str(NODE), str(program), "--headless", f"--port={port}"]
    environment = {"PATH": os.defpath, "TRUSTED_CUSTOM_HOSTS": "127.0.0.1,localhost"}
    headers = {
        "authorization": "Bearer sk-test",
        "x-portkey-provider": "openai",
        "x-portkey-custom-host": _url(upstream),
    }
    return Target(start(command, port, environment=environment), headers)


TARGETS: Mapping[str, Callable[[Running], Target]] = {
    "direct": direct,
    "Iron Cage": ironcage,
    "LiteLLM proxy": litellm,
    "Portkey": portkey,
}


def _url(upstream: Running) -> str:
    return f"http://127.0.0.1:{upstream.port}/v1"


def _installed(program: Path) -> Path:
    if not program.exists():
        raise RuntimeError("not installed: its packages did not resolve here")
    return program
