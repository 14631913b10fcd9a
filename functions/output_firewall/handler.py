"""Answer the output firewall: the gateway's scans, and `POST /v1/firewall/output` (step 8).

A scan is answered by the detectors alone. The framework behind the route is loaded when the first
request comes over HTTP, so that no scan waits for it.
"""

from typing import Any

from ironcage.adapters.deadlines import LambdaContext
from ironcage.adapters.scans import answer_event
from output_firewall.wiring import SERVICE, own_detectors, web


def handler(event: object, context: LambdaContext) -> dict[str, Any]:
    """Answer one event: a proxy event of API Gateway, or a direct call of a program of ours."""
    return answer_event(event, context, service=SERVICE, detectors=own_detectors, web=web)
