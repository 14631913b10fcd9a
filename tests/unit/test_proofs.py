"""What may die or go down, and the tests that prove what happens then.

Read `CRASHES` for the money (what the ledger says afterwards) and `OUTAGES` for the direction in
which each step fails. A row without a test, or a test that is gone, fails here. Some tests
are tables of their own, one fault on the wire a row: `FAULTS`, `WORKERS`, `CLOCKS`, `DEPLOYED`.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from re import findall

import pytest

TESTS = Path(__file__).parents[1]
UNIT = "unit/budgets/test_crash_table.py"
DEATHS = "e2e/test_deaths.py"
RACE = "e2e/test_ledger_race.py"
DIRECTIONS = "e2e/test_fail_directions.py"
FAULTS = "integration/faults/test_gateway_faults.py"
WORKERS = "integration/faults/test_worker_faults.py"
CLOCKS = "integration/faults/test_clock_faults.py"
DEPLOYED = "e2e/test_faults.py"
SERVICE = "unit/gateway/test_service.py"
STREAMS = "unit/gateway/test_streams.py"
FIREWALL = "unit/gateway/test_firewall_down.py"

Proofs = Mapping[str, Sequence[str]]

CRASHES: Mapping[str, Proofs] = {
    "reserve is applied and its answer lost: the retry finds its own hold": {
        FAULTS: ["test_request_is_accounted_for"],
        DEPLOYED: ["test_answer_comes_and_its_cost_is_exact"],
        UNIT: ["test_reserve_whose_answer_was_lost_finds_its_own_hold_when_retried"],
        "unit/budgets/test_reserve.py": ["test_reservation_that_was_applied_is_found_again"],
    },
    "reserve is given up: the hold is settled at nothing": {
        FAULTS: ["test_request_is_accounted_for"],
        DEPLOYED: ["test_request_is_refused_unsent_and_uncharged"],
        UNIT: ["test_reserve_whose_answer_was_lost_is_given_back_when_given_up"],
    },
    "that settlement is lost too: presumed": {
        FAULTS: ["test_request_is_accounted_for"],
        DEPLOYED: ["test_hold_that_could_not_be_given_back_is_presumed_and_nothing_stays_held"],
        UNIT: ["test_reserve_is_presumed_when_the_giving_back_is_lost_too"],
    },
    "killed after reserve, in the call or before publish: presumed at that request's bound": {
        UNIT: [
            "test_killed_before_publish_is_presumed_at_the_bound_of_that_one_request",
            "test_no_record_ever_arriving_costs_at_most_what_was_held",
        ],
        SERVICE: [
            "test_request_of_unknown_outcome_is_not_repeated_and_keeps_its_hold",
            "test_unknown_outcome_counts_as_presumed_once_its_hold_expires",
        ],
        DEATHS: [
            "test_killed_in_mid_call_is_presumed_and_then_corrected_by_its_record",
            "test_provider_that_hangs_up_is_presumed_told_of_and_released_by_an_admin",
            "test_next_request_expires_what_the_reaper_has_not_seen",
        ],
        RACE: ["test_nothing_stays_held_after_deaths_and_late_records_make_it_exact"],
        "unit/budgets/test_thousand_crashes.py": [
            "test_nothing_stays_held_after_a_thousand_crashes"
        ],
    },
    "killed between publish and settle: the recorder settles, exact": {
        WORKERS: [
            "test_record_is_kept_once_and_settles_exactly",
            "test_record_that_can_never_be_right_waits_while_the_dead_letters_are_down",
        ],
        UNIT: [
            "test_killed_between_publish_and_settle_is_settled_by_the_recorder",
            "test_settlement_that_the_gateway_cannot_write_is_left_to_the_recorder",
        ],
        DEATHS: ["test_records_that_come_doubled_and_in_another_order_are_exact"],
        SERVICE: ["test_ledger_lost_at_settlement_does_not_cost_the_caller_the_answer"],
    },
    "record twice: charged once": {
        UNIT: [
            "test_record_that_comes_twice_is_charged_once",
            "test_record_that_comes_twice_in_one_batch_is_charged_once",
        ],
        DEATHS: ["test_records_that_come_doubled_and_in_another_order_are_exact"],
        "integration/functions/test_usage_recorder.py": [
            "test_batch_that_comes_again_changes_nothing"
        ],
    },
    "records in another order: exact": {
        UNIT: ["test_records_in_another_order_give_the_same_ledger"],
        DEATHS: ["test_records_that_come_doubled_and_in_another_order_are_exact"],
    },
    "record after its hold expired, or redriven from the dead letters: corrected, exact": {
        WORKERS: ["test_record_replayed_from_the_log_corrects_what_was_presumed_meanwhile"],
        UNIT: [
            "test_record_after_its_hold_expired_corrects_what_was_presumed",
            "test_correction_that_somebody_made_first_counts_once",
        ],
        DEATHS: ["test_records_that_the_recorder_could_not_keep_are_exact_when_redriven"],
    },
    "recorder killed in mid-batch: exact when the batch comes again": {
        UNIT: ["test_recorder_killed_in_mid_batch_is_exact_when_the_batch_comes_again"],
        DEATHS: ["test_records_that_the_recorder_could_not_keep_are_exact_when_redriven"],
    },
    "reaper races gateway or recorder: one condition fails, the other path is exact": {
        WORKERS: [
            "test_overdue_hold_is_presumed_once_and_told_once",
            "test_agent_whose_pot_does_not_answer_does_not_keep_the_reaper_from_others",
        ],
        UNIT: [
            "test_reaper_that_races_the_gateway_loses_to_the_settlement",
            "test_gateway_that_races_the_reaper_corrects_once",
        ],
        RACE: ["test_reapers_and_late_settlements_race_without_counting_twice"],
        DEATHS: ["test_records_are_exact_however_they_meet_the_reaper"],
    },
    "environment frozen for ten minutes and used again: owns nothing, reads the clock anew": {
        UNIT: ["test_environment_that_was_frozen_reads_the_clock_anew"],
    },
    "clock wrong by less than a minute: nothing": {
        CLOCKS: ["test_reaper_whose_clock_is_wrong_changes_no_cost"],
        UNIT: ["test_reaper_clock_that_is_wrong_by_less_than_a_minute_changes_nothing"],
    },
    "clock wrong by more: the late settlement becomes a correction, exact": {
        CLOCKS: [
            "test_reaper_whose_clock_is_wrong_changes_no_cost",
            "test_gateway_whose_clock_is_wrong_is_exact",
            "test_hold_of_a_gateway_that_is_ahead_is_presumed_later_and_not_lost",
        ],
        UNIT: ["test_reaper_clock_that_is_wrong_by_more_turns_the_settlement_into_a_correction"],
    },
    "recorder, topic or queue down: the request goes on, the record is spooled": {
        DIRECTIONS: [
            "test_answer_and_its_charge_are_the_same_without",
            "test_record_goes_by_the_spool_when_the_topic_is_gone",
        ],
        DEATHS: ["test_recorder_that_is_off_loses_nothing"],
    },
    "ledger table down: the call never starts": {
        UNIT: ["test_call_never_starts_when_the_ledger_is_down"],
        SERVICE: ["test_ledger_down_stops_the_request_before_a_provider_is_asked"],
        DIRECTIONS: ["test_request_is_refused_unsent_and_uncharged_without"],
    },
    "any of these, in any order": {
        "unit/budgets/test_ledger_stateful.py": ["TestLedgerMachine"],
        "e2e/test_budget_race.py": ["test_race_on_a_dollar_never_overspends"],
        RACE: ["test_race_of_whole_requests_never_overspends"],
    },
}

OUTAGES: Mapping[str, Proofs] = {
    "token check: deny": {
        WORKERS: ["test_token_is_proven_or_nobody_comes_in"],
        "integration/functions/test_token_authorizer.py": [
            "test_caller_is_not_let_in_when_the_table_is_down",
            "test_caller_is_not_let_in_when_the_keyring_is_down",
        ],
        DIRECTIONS: ["test_request_is_refused_unsent_and_uncharged_without"],
    },
    "access: deny": {
        SERVICE: ["test_control_table_down_denies"],
        DIRECTIONS: ["test_request_is_refused_unsent_and_uncharged_without"],
    },
    "input firewall: block, nothing is held or sent": {
        FIREWALL: [
            "test_broken_input_firewall_blocks_before_anything_is_held_or_sent",
            "test_broken_input_firewall_blocks_texts_to_embed",
            "test_detector_that_is_missing_blocks_the_prompt",
            "test_policy_that_cannot_be_read_blocks_and_does_not_blame_the_caller",
        ],
        DIRECTIONS: ["test_firewall_without_its_policy_blocks"],
    },
    "output firewall: block, the answer is charged and not shown": {
        FIREWALL: [
            "test_broken_output_firewall_charges_the_whole_answer_and_does_not_show_it",
            "test_broken_output_firewall_ends_a_stream_with_an_error_event_and_charges_it",
            "test_output_firewall_that_breaks_on_the_way_shows_nothing_more",
            "test_broken_output_firewall_withholds_the_arguments_of_a_tool_call",
            "test_detector_that_is_missing_at_the_output_is_one_clean_refusal",
        ],
    },
    "cost reporting: go on; topic, then spool, then the log": {
        SERVICE: ["test_record_that_the_topic_refused_is_reported"],
        "integration/adapters/test_records.py": [
            "test_record_goes_to_the_spool_when_the_topic_refuses",
            "test_record_goes_to_the_log_when_all_else_fails",
        ],
        DIRECTIONS: [
            "test_answer_and_its_charge_are_the_same_without",
            "test_record_goes_by_the_spool_when_the_topic_is_gone",
            "test_record_is_a_log_line_when_topic_and_spool_are_gone",
        ],
    },
    "usage and audit queues: the message waits, comes again, or is redriven": {
        DEATHS: [
            "test_recorder_that_is_off_loses_nothing",
            "test_records_that_the_recorder_could_not_keep_are_exact_when_redriven",
        ],
        "integration/functions/test_audit_archiver.py": [
            "test_batch_goes_back_to_the_queue_when_the_bucket_is_down"
        ],
    },
    "ledger table: 503, an unbounded call never starts": {
        SERVICE: ["test_ledger_down_stops_the_request_before_a_provider_is_asked"],
        DIRECTIONS: ["test_request_is_refused_unsent_and_uncharged_without"],
    },
    "provider: the next route, then 503 and nothing is charged": {
        SERVICE: [
            "test_next_provider_answers_when_the_first_was_not_reached",
            "test_request_that_no_provider_took_costs_nothing",
            "test_vault_down_tries_the_next_provider_that_needs_no_key",
        ],
        STREAMS: ["test_stream_that_never_began_can_still_go_to_the_next_provider"],
        DIRECTIONS: ["test_provider_that_is_gone_costs_nothing"],
    },
    "provider in the middle of a stream: an error event, charged for what came": {
        STREAMS: ["test_stream_that_breaks_ends_with_an_error_event_and_is_charged_for_what_came"],
    },
}

ROWS = {**CRASHES, **OUTAGES}


@cache
def names_in(path: str) -> frozenset[str]:
    """List the tests of a file."""
    return frozenset(
        findall(r"(?m)^(?:def |class )?(test_\w+|Test\w+)", (TESTS / path).read_text())
    )


@pytest.mark.parametrize("row", ROWS)
def test_row_is_proven_by_tests_that_exist(row: str) -> None:
    named = [(path, name) for path, names in ROWS[row].items() for name in names]

    assert named
    assert [(path, name) for path, name in named if name not in names_in(path)] == []


@pytest.mark.parametrize("path", [UNIT, DEATHS, DIRECTIONS, FAULTS, WORKERS, CLOCKS, DEPLOYED])
def test_every_test_of_a_fault_proves_some_row(path: str) -> None:
    named = {name for proofs in ROWS.values() for name in proofs.get(path, [])}

    assert names_in(path) == named
