"""A real engine behind a fault proxy, for the tests of one file."""

from collections.abc import Iterator

import pytest

from support.fault_cloud import FaultCloud, open_fault_cloud


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FaultCloud]:
    """Start the engine and the proxies."""
    with open_fault_cloud(tmp_path_factory.mktemp("faults")) as made:
        yield made
