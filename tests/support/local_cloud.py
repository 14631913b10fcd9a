"""A local cloud for a whole test session: the app deployed, seeded and tried, on a free port."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
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


_SHARED: pytest.StashKey[dict[bool, Deployed]] = pytest.StashKey()


def shared_app(request: pytest.FixtureRequest, home: Path, *, is_guarded: bool) -> Deployed:
    """Deploy once per session, whichever tests ask; the end of the session stops it.

    Stopped by the fixture that asked first: pytest finishes its own session later, and may then
    delete the folder in which the server's process id stands.
    """
    shared = request.config.stash.setdefault(_SHARED, {})
    if is_guarded not in shared:
        stack = ExitStack()
        request.addfinalizer(stack.close)
        shared[is_guarded] = stack.enter_context(deployed_app(home, is_guarded=is_guarded))
    return shared[is_guarded]


@contextmanager
def deployed_app(home: Path, *, is_guarded: bool) -> Iterator[Deployed]:
    """Deploy into a fresh MiniStack with folders of its own, and stop it afterwards.

    Args:
        home: the folder of this cloud.
        is_guarded: judge every call by the caller's role, over TLS.
    """
    workspace = Workspace(
        home=home,
        port=server.free_port(),
        shared=Path("build"),
        persists=False,
        is_guarded=is_guarded,
    )
    try:
        facts, _ = bring_up(workspace, Progress())
        cloud = LocalCloud(workspace)
        yield Deployed(workspace, cloud, Operator(cloud, facts.control_function), facts)
    finally:
        server.stop(workspace)
