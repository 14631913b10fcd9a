"""One local cloud for the whole session; `--guarded` judges every call by the caller's role."""

from collections.abc import Iterator

import pytest

from infra_cdk.local.facts import Facts
from support.local_cloud import Deployed, shared_app

__all__ = ["Deployed"]


@pytest.fixture(scope="session")
def deployed(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[Deployed]:
    """Deploy into a fresh MiniStack with folders of its own."""
    is_guarded = bool(request.config.getoption("--guarded"))
    home = tmp_path_factory.mktemp("local-cloud")
    made = shared_app(request, home, is_guarded=is_guarded)
    with pytest.MonkeyPatch.context() as patch:
        if made.facts.certificate:
            patch.setenv("SSL_CERT_FILE", made.facts.certificate)
        yield made


@pytest.fixture(scope="session")
def facts(deployed: Deployed) -> Facts:
    """Hand out the facts of `local.json`."""
    return deployed.facts
