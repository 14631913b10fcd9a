"""One local cloud for the whole session: the app deployed, seeded and tried, on a free port."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from infra_cdk.local import server
from infra_cdk.local.cloud import LocalCloud
from infra_cdk.local.commands import bring_up
from infra_cdk.local.facts import Facts
from infra_cdk.local.progress import Progress
from infra_cdk.local.seed import Operator
from infra_cdk.local.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Deployed:
    """A deployed local cloud: how to call it, and how to operate it."""

    workspace: Workspace
    cloud: LocalCloud
    operator: Operator
    facts: Facts


@pytest.fixture(scope="session")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    """Deploy into a fresh MiniStack with folders of its own, and stop it afterwards."""
    home = tmp_path_factory.mktemp("local-cloud")
    workspace = Workspace(home=home, port=server.free_port(), shared=Path("build"), persists=False)
    try:
        facts, _ = bring_up(workspace, Progress())
        cloud = LocalCloud(workspace)
        yield Deployed(workspace, cloud, Operator(cloud, facts.control_function), facts)
    finally:
        server.stop(workspace)


@pytest.fixture(scope="session")
def facts(deployed: Deployed) -> Facts:
    """Hand out the facts of `local.json`."""
    return deployed.facts
