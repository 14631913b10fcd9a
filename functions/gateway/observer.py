"""What the gateway tells the operators: one log line and one line of metrics a request."""

from collections.abc import Mapping, Sequence

from ironcage.adapters.lines import write_line, write_metrics
from ironcage.gateway import InteractionRecord

SERVICE = "gateway"
ALARMING = frozenset(
    {
        "hold_mismatch",
        "record_to_spool",
        "record_to_log",
        "breaker_opened",
        "breaker_store_down",
    }
)


class LineObserver:
    """`InteractionObserver`: log lines and EMF metrics; dimensions never hold an id."""

    def closed(self, record: InteractionRecord, facts: Sequence[str]) -> None:
        """Report a finished request."""
        level = "WARNING" if ALARMING.intersection(facts) else "INFO"
        write_line(level, "request_closed", facts=list(facts), record=record.to_json())
        write_metrics(SERVICE, counts_of(record, facts))

    def presumed(self, event: Mapping[str, object]) -> None:
        """Report a hold that expired before the reaper saw it."""
        write_line("WARNING", "usage_presumed", presumed=event)
        write_metrics(SERVICE, {"usage_presumed": 1})

    def crashed(self, request_id: str, error: Exception) -> None:
        """Report a bug of ours: its type alone, since its text may hold anything."""
        write_line("ERROR", "request_crashed", request_id=request_id, kind=type(error).__name__)
        write_metrics(SERVICE, {"request_crashed": 1})


def counts_of(record: InteractionRecord, facts: Sequence[str]) -> dict[str, float]:
    """Count what a request was and what it used."""
    counts: dict[str, float] = {
        "requests": 1,
        f"requests_{record.outcome}": 1,
        "input_tokens": record.usage.input_tokens,
        "output_tokens": record.usage.output_tokens,
        "cost_micros": record.cost_micros,
        "total_ms": record.timings_ms.get("total", 0.0),
    }
    found = record.output_verdict.get("findings")
    if isinstance(found, dict) and "SECRET" in found:
        counts["secret_in_output"] = 1
    if record.error_code in {"INPUT_BLOCKED", "OUTPUT_BLOCKED"}:
        counts["text_blocked"] = 1
    return counts | dict.fromkeys(facts, 1)
