"""What a client needs to know, kept in `local.json` between runs."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

from infra_cdk.local.workspace import Workspace

TENANT_ID = "tenant_local"
AGENT_ID = "agent_local"


@dataclass(frozen=True, slots=True)
class RegionFacts:
    """How to call one region, and which function operates the tenants that are at home there."""

    region: str
    openai_base_url: str
    anthropic_base_url: str
    base_url: str
    control_function: str = ""


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
    regions: tuple[RegionFacts, ...] = ()
    providers: tuple[str, ...] = ()
    control_function: str = ""
    endpoint_url: str = ""
    certificate: str = ""

    def within(self, region: str) -> "Facts":
        """Tell the same facts with the addresses and the operators' function of one region."""
        there = next(found for found in self.regions if found.region == region)
        return replace(
            self,
            openai_base_url=there.openai_base_url,
            anthropic_base_url=there.anthropic_base_url,
            base_url=there.base_url,
            control_function=there.control_function,
        )


def region_of(
    workspace: Workspace, *, region: str, api_id: str, control_function: str
) -> RegionFacts:
    """Work out the addresses of one region's API."""
    root = f"{workspace.endpoint}/restapis/{api_id}/local/_user_request_"
    return RegionFacts(region, f"{root}/v1", root, f"{root}/v1", control_function)


def facts_of(workspace: Workspace, *, regions: Sequence[RegionFacts], model: str) -> Facts:
    """Tell of the primary region first; keep token and providers of an earlier run."""
    primary = regions[0]
    earlier = read_facts(workspace)
    return Facts(
        openai_base_url=primary.openai_base_url,
        anthropic_base_url=primary.anthropic_base_url,
        base_url=primary.base_url,
        ic_token=earlier.ic_token if earlier else "",
        model=model,
        regions=tuple(regions),
        providers=earlier.providers if earlier else (),
        control_function=primary.control_function,
        endpoint_url=workspace.endpoint,
        certificate=str(workspace.certificate or ""),
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
        regions = tuple(RegionFacts(**region) for region in told["regions"])
        return Facts(**{**told, "regions": regions, "providers": tuple(told["providers"])})
    except (ValueError, TypeError, KeyError):
        return None
