"""The input firewall's detectors and its HTTP side, each opened once and on first use."""

from functools import cache

from ironcage.adapters.clients import stretched
from ironcage.adapters.functions import FunctionScanner
from ironcage.adapters.scans import Access, ScanReports, WebHandler, open_access, open_reports
from ironcage.core import Settings, SystemClock
from ironcage.firewall import (
    Detector,
    FindingsMemory,
    RemoteDetectors,
    pattern_detectors,
)
from ironcage.guardrails import InjectionClassifier

SERVICE = "input_firewall"
ROUTE = "/v1/firewall/input"


@cache
def own_detectors() -> tuple[Detector, ...]:
    """List what this function can look for; what is not here, it answers it cannot do."""
    return (InjectionClassifier(), *pattern_detectors())


@cache
def remote_detectors() -> RemoteDetectors | None:
    """Open what runs in the output firewall alone; None where this firewall stands alone."""
    name = Settings.from_environment().firewall_output_function
    if not name:
        return None
    clock = SystemClock()
    scanners = {"ner": FunctionScanner(name, clock)}
    return RemoteDetectors(scanners, FindingsMemory(clock), stretched(1.0))


@cache
def access() -> Access:
    """Open the way in over HTTP."""
    return open_access(Settings.from_environment(), SystemClock())


@cache
def reports() -> ScanReports:
    """Open what tells of requests over HTTP."""
    return open_reports(SERVICE, Settings.from_environment(), SystemClock())


@cache
def web() -> WebHandler:
    """Load the framework and the route."""
    from input_firewall.api import handle  # noqa: PLC0415 - half a second that scans need not wait

    return handle
