"""The headers of an answer: who, how much, what is left, what the firewalls said."""

from typing import cast

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


def told_headers(x: Exchange) -> dict[str, str]:
    """Make the headers of an answer or refusal, with what the firewalls said until now."""
    headers = base_headers(x.call, x.face)
    if text := verdict_text(x):
        headers["x-ironcage-verdict"] = text
    return headers


def verdict_text(x: Exchange) -> str:
    """Tell in one line what the firewalls said: `input=redact; quarantined=1; output=allow`.

    `unscanned` names what texts went without: a detector that could not answer, or images.
    """
    given = {"input": x.record.input_verdict, "output": x.record.output_verdict}
    parts: list[str] = []
    unscanned: dict[str, None] = {}
    for direction, verdict in given.items():
        if action := verdict.get("action"):
            parts.append(f"{direction}={action}")
        if removed := verdict.get("quarantined"):
            parts.append(f"quarantined={removed}")
        unscanned |= dict.fromkeys(cast("dict[str, int]", verdict.get("unscanned", {})))
    if unscanned:
        parts.append(f"unscanned={','.join(unscanned)}")
    return "; ".join(parts)


def answer_headers(x: Exchange, content_type: str) -> dict[str, str]:
    """Make the headers of an answer; a stream's cost is not known yet and is left out."""
    headers = told_headers(x) | {
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
