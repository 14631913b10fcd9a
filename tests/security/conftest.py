"""A local cloud that judges every call by the role of its caller (`AUTH=true`, over TLS)."""

import pytest

from support.local_cloud import Deployed, shared_app


@pytest.fixture(scope="session")
def guarded(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Deployed:
    """Deploy into a fresh guarded MiniStack, the one that `--guarded` e2e tests use too."""
    home = tmp_path_factory.mktemp("guarded-cloud")
    return shared_app(request, home, is_guarded=True)
