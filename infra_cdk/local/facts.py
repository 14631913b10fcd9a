"""What a client needs to know, kept in `local.json` between runs."""

import json
from dataclasses import asdict, dataclass

from infra_cdk.local.workspace import REGION, Workspace

TENANT_ID = "tenant_local"
AGENT_ID = "agent_local"


@dataclass(frozen=True, slots=True)
class Facts:
    """How to call the local cloud as its seeded agent."""

    openai_base_url: str
    anthropic_base_url: str
    base_url: str
    ic_token: str
    model: str
    agent_id: str = AGENT_ID
    tenant_id: str = TENANT_ID
    regions: tuple[str, ...] = (REGION,)
    providers: tuple[str, ...] = ()
    control_function: str = ""
    endpoint_url: str = ""


def facts_of(workspace: Workspace, *, api_id: str, control_function: str, model: str) -> Facts:
    """Work out the addresses of a deployed API; keep token and providers of an earlier run."""
    root = f"{workspace.endpoint}/restapis/{api_id}/local/_user_request_"
    earlier = read_facts(workspace)
    return Facts(
        openai_base_url=f"{root}/v1",
        anthropic_base_url=root,
        base_url=f"{root}/v1",
        ic_token=earlier.ic_token if earlier else "",
        model=model,
        providers=earlier.providers if earlier else (),
        control_function=control_function,
        endpoint_url=workspace.endpoint,
    )


def write_facts(workspace: Workspace, facts: Facts) -> None:
    """Keep the facts; the token is in them, so nobody else may read the file."""
    workspace.facts.write_text("")
    workspace.facts.chmod(0o600)
    workspace.facts.write_text(json.dumps(asdict(facts), indent=2) + "\n")


def read_facts(workspace: Workspace) -> Facts | None:
    """Read the facts of an earlier run, if they are there and whole."""
    if not workspace.facts.exists():
        return None
    try:
        told = json.loads(workspace.facts.read_text())
        lists = {name: tuple(told[name]) for name in ("regions", "providers")}
        return Facts(**{**told, **lists})
    except (ValueError, TypeError, KeyError):
        return None
