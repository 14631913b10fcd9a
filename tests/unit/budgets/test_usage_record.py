"""Records are read strictly: all that is wrong with one is named at once."""

import json

import pytest

from ironcage.budgets import Settled, read_record
from ironcage.core.errors import InvalidRequest, MalformedBody, NotFound, StoreUnavailable
from support.builders_budgets import KEY, NOW_MS, REQUEST, a_record, a_reservation, a_settlement
from support.fakes_ledger import MemoryUsageLog, a_ledger, a_recorder


def test_record_is_read_with_its_settlement_and_facts() -> None:
    record = read_record(a_record(300, 120))

    assert record is not None
    assert record.settlement == a_settlement(300, 120)
    assert record.started_at_ms == NOW_MS
    assert record.facts["model"] == "nova-lite"
    assert record.facts["usage"] == {"input_tokens": 12, "output_tokens": 30}


def test_record_keeps_no_field_that_it_does_not_know() -> None:
    record = read_record(a_record(prompt="the caller's text"))

    assert record is not None
    assert "prompt" not in record.facts


def test_audit_event_is_no_usage() -> None:
    ledger, _, _ = a_ledger()

    assert read_record('{"event": "usage_presumed"}') is None
    assert a_recorder(ledger).open_batch().record('{"event": "usage_presumed"}') is None


@pytest.mark.parametrize(
    "body", ["", "{", "[]", "7", "null", '{"a": NaN}', "[" * 100_000], ids=lambda b: b[:8]
)
def test_record_is_malformed_when_it_is_no_json_object(body: str) -> None:
    with pytest.raises(MalformedBody):
        read_record(body)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("request_id", "agent_000001"),
        ("tenant_id", 7),
        ("agent_id", "agent_ü"),
        ("held_micros", -1),
        ("cost_micros", -1),
        ("cost_micros", 1.5),
        ("cost_micros", True),
        ("cost_micros", 10**16),
        ("started_at_ms", None),
    ],
)
def test_record_is_refused_by_the_name_of_a_wrong_field(name: str, value: object) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        read_record(json.dumps({**json.loads(a_record()), name: value}))

    assert list(refusal.value.fields) == [name]


def test_record_names_everything_that_is_wrong() -> None:
    with pytest.raises(InvalidRequest) as refusal:
        read_record("{}")

    assert len(refusal.value.fields) == 6


@pytest.mark.parametrize(("held", "cost", "over"), [(100, 40, 0), (100, 130, 30), (0, 7, 0)])
def test_overrun_is_what_passes_the_hold(held: int, cost: int, over: int) -> None:
    record = read_record(a_record(held, cost))

    assert record is not None
    assert record.overrun == over


def test_overrun_is_told_once_however_often_its_record_comes() -> None:
    ledger, _, _ = a_ledger()
    ledger.reserve(a_reservation(100))
    recorder = a_recorder(ledger, MemoryUsageLog())

    found = [recorder.open_batch().record(a_record(100, 130)) for _ in range(3)]

    assert [recorded and recorded.overrun for recorded in found] == [30, 0, 0]


def test_overrun_that_a_late_record_brings_is_told_too() -> None:
    ledger, _, clock = a_ledger()
    recorder = a_recorder(ledger, MemoryUsageLog())
    ledger.reserve(a_reservation(100))
    recorder.open_batch().record(a_record(0, 0, outcome="unknown"))
    clock.advance(600)
    ledger.reap()

    late = recorder.open_batch().record(a_record(100, 130))

    assert late is not None
    assert (late.settled, late.is_new, late.overrun) == (Settled.CORRECTED, False, 30)


def test_record_without_a_hold_moves_no_money() -> None:
    ledger, store, _ = a_ledger()
    log = MemoryUsageLog()

    recorded = a_recorder(ledger, log).open_batch().record(a_record(0, 0))

    assert recorded is not None
    assert recorded.settled is None
    assert store.pots[KEY].spent == 0
    assert list(log.rows) == [REQUEST]


def test_record_comes_again_after_its_row_could_not_be_kept() -> None:
    ledger, store, _ = a_ledger()
    log = MemoryUsageLog(is_down=True)
    ledger.reserve(a_reservation(300))
    with pytest.raises(StoreUnavailable):
        a_recorder(ledger, log).open_batch().record(a_record(300, 120))
    log.is_down = False

    again = a_recorder(ledger, log).open_batch().record(a_record(300, 120))

    assert again is not None
    assert (again.settled, again.is_new) == (Settled.DUPLICATE, True)
    assert store.pots[KEY].spent == 120


def test_record_of_an_unknown_agent_is_refused() -> None:
    ledger, _, _ = a_ledger()

    with pytest.raises(NotFound):
        a_recorder(ledger).open_batch().record(a_record(agent_id="agent_other"))
