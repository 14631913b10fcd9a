"""The audit event of a firewall that is asked alone: what was done with each input, no text."""

import json
from dataclasses import replace

import pytest

from ironcage.audit import read_entry
from ironcage.budgets import read_record
from ironcage.core import AgentId, TenantId
from ironcage.core.errors import (
    DeadlineExceeded,
    FirewallUnavailable,
    InvalidRequest,
    IronCageError,
)
from ironcage.firewall import Action, Direction, Finding, Policies
from ironcage.gateway import (
    Caller,
    JsonObject,
    Judged,
    Scanned,
    Scanner,
    ScanTally,
    Sighted,
    Terms,
)
from support.builders_firewall import a_policy
from support.fakes_ledger import ManualClock

CALLER = Caller(TenantId("tenant_acme"), AgentId("agent_writer"), "a" * 64)
MAIL = Finding("EMAIL_ADDRESS", "pii/email", 0, 9, Action.REDACT)
SECRET = Finding("SECRET", "secrets/github", 0, 9, Action.BLOCK)
HARMLESS = replace(MAIL, action=Action.ALLOW, is_allowed=True)
LATE = FirewallUnavailable(detector="ner", reason="timed_out")


def a_tally(direction: Direction = Direction.INPUT) -> ScanTally:
    policies = Policies(a_policy(), replace(a_policy(), version="v2"))
    scanner = Scanner((), direction=direction, clock=ManualClock())
    return ScanTally.open(scanner, Terms(policies, policy_id="policy_writer"))


def scanned(*found: Finding, unscanned: dict[str, str] | None = None) -> Scanned:
    action = max((f.action for f in found), default=Action.ALLOW)
    judged = Judged(action, tuple(map(Sighted, found)), "cleaned text")
    return Scanned(
        judged,
        score=0.0,
        policy_version="v1",
        timings_ms={},
        detectors={"pii": "1", "secrets": "2"},
        unscanned=unscanned or {},
    )


def event_of(tally: ScanTally) -> JsonObject:
    return tally.to_event(CALLER, "req_1", now_ms=1_700_000_000_000)


def test_event_says_who_asked_what_and_which_policy_judged() -> None:
    event = event_of(a_tally())

    assert event == {
        "event": "firewall_scanned",
        "request_id": "req_1",
        "tenant_id": "tenant_acme",
        "agent_id": "agent_writer",
        "at_ms": 1_700_000_000_000,
        "direction": "input",
        "policy_id": "policy_writer",
        "policy_version": "v1",
        "outcomes": [],
        "findings": {},
        "allowed": 0,
        "detectors": {},
        "unscanned": {},
        "reasons": {},
    }


def test_event_of_an_output_names_the_policy_of_outputs() -> None:
    event = event_of(a_tally(Direction.OUTPUT))

    assert (event["direction"], event["policy_version"]) == ("output", "v2")


def test_event_has_the_action_on_each_input_and_counts_findings_by_type() -> None:
    tally = a_tally()

    for found in (scanned(MAIL, MAIL), scanned(), scanned(SECRET, HARMLESS)):
        tally.add(found)

    event = event_of(tally)
    assert event["outcomes"] == ["redact", "allow", "block"]
    assert event["findings"] == {"EMAIL_ADDRESS": 2, "SECRET": 1}
    assert event["allowed"] == 1
    assert event["detectors"] == {"pii": "1", "secrets": "2"}


def test_event_counts_the_inputs_that_a_detector_did_not_look_at() -> None:
    tally = a_tally()

    tally.add(scanned(unscanned={"ner": "timed_out", "image": "no_text"}))
    tally.add(scanned(unscanned={"ner": "unreachable"}))
    tally.add(scanned(unscanned={"secrets": "failed"}))

    event = event_of(tally)
    assert event["unscanned"] == {"ner": 2, "image": 1, "secrets": 1}
    assert event["reasons"] == {"ner": "unreachable", "image": "no_text", "secrets": "failed"}
    assert event["detectors"] == {"pii": "1"}


@pytest.mark.parametrize(
    ("error", "unscanned"),
    [
        pytest.param(LATE, {"ner": 1}, id="detector"),
        pytest.param(FirewallUnavailable(), {"firewall": 1}, id="firewall"),
        pytest.param(DeadlineExceeded(), {}, id="no time to begin"),
        pytest.param(InvalidRequest({"text": "is required"}), {}, id="bad input"),
    ],
)
def test_event_has_the_code_of_what_left_an_input_without_verdict(
    error: IronCageError, unscanned: dict[str, int]
) -> None:
    tally = a_tally()

    tally.refuse(error)
    tally.add(scanned())

    event = event_of(tally)
    assert event["outcomes"] == [error.code, "allow"]
    assert event["unscanned"] == unscanned


def test_event_counts_every_input_of_a_batch_that_was_stopped_whole() -> None:
    tally = a_tally()

    tally.refuse(LATE, 3)

    event = event_of(tally)
    assert event["outcomes"] == ["FIREWALL_UNAVAILABLE"] * 3
    assert (event["unscanned"], event["reasons"]) == ({"ner": 3}, {"ner": "timed_out"})


def test_event_is_archived_and_is_no_usage() -> None:
    tally = a_tally()
    tally.add(scanned(MAIL))
    body = json.dumps(event_of(tally))

    assert read_entry("m-1", body, received_at_ms=0).tenant_id == "tenant_acme"
    assert read_record(body) is None
    assert "cleaned" not in body
