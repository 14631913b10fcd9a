"""The headers of an answer: who, how much, what is left, what the firewalls said."""

from ironcage.core import usd_text
from ironcage.gateway.exchange import Exchange
from ironcage.gateway.faces import Face
from ironcage.gateway.model import GatewayCall

STREAM_TYPE = "text/event-stream"


def base_headers(call: GatewayCall, face: Face) -> dict[str, str]:
    """Make the headers of every answer, refusals included."""
    headers = dict.fromkeys(face.id_headers, str(call.request_id))
    if call.traceparent:
        headers["traceparent"] = call.traceparent
    return headers


def answer_headers(x: Exchange, content_type: str) -> dict[str, str]:
    """Make the headers of an answer; a stream's cost is not known yet and is left out."""
    headers = base_headers(x.call, x.face) | {
        "content-type": content_type,
        "x-ironcage-model": x.record.model,
        "x-ironcage-overhead-ms": f"{x.overhead_ms():.2f}",
        "x-ironcage-input-verdict": str(x.record.input_verdict.get("action", "")),
    }
    if x.record.is_stream:
        return headers
    return headers | {
        "x-ironcage-cost-usd": usd_text(x.record.cost_micros),
        "x-ironcage-budget-remaining-usd": usd_text(x.remaining_budget()),
        "x-ironcage-output-verdict": str(x.record.output_verdict.get("action", "")),
    }
