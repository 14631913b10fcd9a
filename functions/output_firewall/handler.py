"""Answer the output firewall: the gateway's scans, and `POST /v1/firewall/output` (step 8).

A scan is answered by the detectors alone. The framework behind the route is loaded when the first
request comes over HTTP, so that no scan waits for it.
"""

from collections.abc import Mapping
from typing import Any

from ironcage.adapters.deadlines import invocation_ends_in
from ironcage.adapters.scans import LambdaContext, answer_scan, time_for_answer
from ironcage.core import SystemClock
from output_firewall.wiring import SERVICE, detectors, web


def handler(event: object, context: LambdaContext) -> dict[str, Any]:
    """Answer one event: a proxy event of API Gateway, or a direct call of a program of ours."""
    if not isinstance(event, Mapping) or "httpMethod" not in event:
        return answer_scan(detectors(), event, service=SERVICE)
    seconds_left = time_for_answer(event, context, clock=SystemClock())
    with invocation_ends_in(seconds_left()):
        return web()(event, context)
