"""The output firewall's detectors and its HTTP side, each opened once and on first use."""

from functools import cache

from ironcage.adapters.scans import Access, ScanReports, WebHandler, open_access, open_reports
from ironcage.core import Settings, SystemClock
from ironcage.firewall import Detector, pattern_detectors
from ironcage.ner import NerDetector

SERVICE = "output_firewall"
ROUTE = "/v1/firewall/output"


@cache
def own_detectors() -> tuple[Detector, ...]:
    """List what this function can look for; what is not here, it answers it cannot do."""
    return (NerDetector(), *pattern_detectors())


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
    from output_firewall.api import handle  # noqa: PLC0415 - half a second that scans need not wait

    return handle
