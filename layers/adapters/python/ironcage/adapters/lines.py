"""Log lines and EMF metrics without a library, for functions whose cold start is on the hot path.

The lines have the shape that Powertools writes, so that one query reads both.
"""

import json
import sys
from collections.abc import Mapping

from ironcage.core import Clock, SystemClock, iso_utc

NAMESPACE = "IronCage"


def write_line(level: str, message: str, *, clock: Clock | None = None, **facts: object) -> None:
    """Write one JSON log line to standard output."""
    moment = iso_utc((clock or SystemClock()).now_ms())
    _write({"level": level, "message": message, "timestamp": moment, **facts})


def write_metrics(service: str, counts: Mapping[str, float], *, clock: Clock | None = None) -> None:
    """Write metrics of one service as one line of CloudWatch's embedded format."""
    definitions = [{"Name": name, "Unit": "Count"} for name in counts]
    directive = {"Namespace": NAMESPACE, "Dimensions": [["service"]], "Metrics": definitions}
    moment = (clock or SystemClock()).now_ms()
    meta = {"Timestamp": moment, "CloudWatchMetrics": [directive]}
    _write({"_aws": meta, "service": service, **counts})


def _write(line: Mapping[str, object]) -> None:
    sys.stdout.write(json.dumps(line, separators=(",", ":"), default=str) + "\n")
    sys.stdout.flush()
