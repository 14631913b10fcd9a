"""A real engine behind a fault proxy, for the tests of one file; the fault table is printed."""

from collections.abc import Iterator

import pytest

from support.fault_cloud import FaultCloud, open_fault_cloud

RIGHT = "right"  # the property of a test that says what is right in its row


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FaultCloud]:
    """Start the engine and the proxies."""
    with open_fault_cloud(tmp_path_factory.mktemp("faults")) as made:
        yield made


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the fault table: what broke, what is right then, and whether it was so."""
    reports = [
        report
        for outcome in ("passed", "failed")
        for report in terminalreporter.stats.get(outcome, [])
        if any(name == RIGHT for name, _ in report.user_properties)
    ]
    if reports:
        terminalreporter.section("fault table")
    for report in reports:
        row = report.nodeid.partition("[")[2].rstrip("]")
        terminalreporter.write_line(
            f"{report.outcome}  {row:44} {dict(report.user_properties)[RIGHT]}"
        )
