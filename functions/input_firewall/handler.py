"""Answer the input firewall: the gateway's scans, and `POST /v1/firewall/input` (step 2).

A scan is answered by the detectors alone. The framework behind the route is loaded when the first
request comes over HTTP, so that no scan waits for it.
"""

from collections.abc import Mapping
from typing import Any, Protocol

from input_firewall.wiring import SERVICE, detectors, web
from ironcage.adapters.deadlines import invocation_ends_in
from ironcage.adapters.scans import answer_scan


class LambdaContext(Protocol):
    """What we use of Lambda's context."""

    def get_remaining_time_in_millis(self) -> int:
        """Tell how long the invocation may still run."""
        ...


def handler(event: object, context: LambdaContext) -> dict[str, Any]:
    """Answer one event: a proxy event of API Gateway, or a direct call of a program of ours."""
    if not isinstance(event, Mapping) or "httpMethod" not in event:
        return answer_scan(detectors(), event, service=SERVICE)
    with invocation_ends_in(context.get_remaining_time_in_millis() / 1000):
        return web()(event, context)
