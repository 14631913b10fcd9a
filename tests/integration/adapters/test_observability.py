"""Lines, metrics and spans leave the process in the shapes that CloudWatch and X-Ray read."""

import json
from dataclasses import replace

import pytest

from ironcage.adapters.lines import write_line, write_metrics
from ironcage.adapters.observability import (
    SilentTracer,
    XrayTracer,
    logger,
    metrics,
    open_tracer,
)
from ironcage.core import Settings
from support.fakes_ledger import ManualClock


def test_line_is_one_json_object(capsys: pytest.CaptureFixture[str]) -> None:
    write_line("INFO", "lease_granted", clock=ManualClock(), service="gateway", count=2)

    assert json.loads(capsys.readouterr().out) == {
        "level": "INFO",
        "message": "lease_granted",
        "timestamp": "2026-09-21T14:13:20.000Z",
        "service": "gateway",
        "count": 2,
    }


def test_metrics_are_counted_under_their_service(capsys: pytest.CaptureFixture[str]) -> None:
    write_metrics("gateway", {"usage_presumed": 1, "cost_micros": 7}, clock=ManualClock())

    line = json.loads(capsys.readouterr().out)
    [directive] = line["_aws"]["CloudWatchMetrics"]
    assert (line["service"], line["usage_presumed"], line["cost_micros"]) == ("gateway", 1, 7)
    assert (directive["Namespace"], directive["Dimensions"]) == ("IronCage", [["service"]])
    assert [m["Name"] for m in directive["Metrics"]] == ["usage_presumed", "cost_micros"]


def test_powertools_logger_writes_the_same_shape(capsys: pytest.CaptureFixture[str]) -> None:
    logger.cache_clear()

    logger("a_worker").info("batch_settled", extra={"count": 2})

    line = json.loads(capsys.readouterr().out)
    assert (line["level"], line["message"], line["service"]) == (
        "INFO",
        "batch_settled",
        "a_worker",
    )
    assert line["count"] == 2


def test_logger_and_metrics_are_opened_once() -> None:
    assert logger("a_worker") is logger("a_worker")
    assert metrics("a_worker") is metrics("a_worker")


def test_tracer_is_silent_unless_the_stage_traces() -> None:
    silent = open_tracer("gateway", Settings())
    loud = open_tracer("gateway", replace(Settings(), trace_enabled="true"))

    assert isinstance(silent, SilentTracer)
    assert isinstance(loud, XrayTracer)


@pytest.mark.parametrize("enabled", ["true", "false"])
def test_span_runs_its_block_once(enabled: str) -> None:
    tracer = open_tracer("gateway", replace(Settings(), trace_enabled=enabled))
    runs = []

    with tracer.span("llm_gateway", {"model": "m"}):
        runs.append(1)

    assert runs == [1]


def test_span_lets_errors_through() -> None:
    with pytest.raises(ValueError, match="ours"), SilentTracer().span("llm_gateway"):
        raise ValueError("ours")
