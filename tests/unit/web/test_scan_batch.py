"""A batch is answered in time: each input has its verdict, or says why it has none."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

import pytest

from ironcage.core.errors import InvalidRequest
from ironcage.firewall import Action, Direction, Finding, NormalisedText, Origin, Policies, Policy
from ironcage.gateway import Scanner, ScanTally, Terms
from ironcage.web import ScanBatch, scan_batch
from ironcage.web.scan_answers import _room_after
from support.builders_firewall import a_policy
from support.fakes_ledger import ManualClock


@dataclass
class Reader:
    """Sees nothing, and takes ten seconds over every text."""

    clock: ManualClock
    name: str
    version: str = "1"

    def detect(self, text: NormalisedText, origin: Origin) -> Sequence[Finding]:
        """Let the time pass."""
        self.clock.advance(10.0)
        return []


def answered(
    texts: int,
    *,
    seconds: float,
    policy: Policy,
    told: list[str] | None = None,
    tallies: list[ScanTally] | None = None,
) -> list[str]:
    """Give the action of each text, or the code and the reason why it has none."""
    clock = ManualClock()
    ends = clock.monotonic() + seconds
    readers = [Reader(clock, name) for name in policy.detectors]
    answer = scan_batch(
        ScanBatch(inputs=[{"text": "Hello."}] * texts),
        Terms(Policies(policy, policy)),
        scanner=Scanner(readers, direction=Direction.INPUT, clock=clock),
        default=Origin.USER,
        request_id="req_1",
        seconds_left=lambda: ends - clock.monotonic(),
        refused=lambda _, errors: (told if told is not None else []).extend(
            error.code for error in errors
        ),
        tell=(tallies if tallies is not None else []).append,
    )
    return [_told(result) for result in json.loads(bytes(answer.body))["results"]]


def _told(result: dict[str, object]) -> str:
    error = result.get("error")
    if not isinstance(error, dict):
        return str(result["action"])
    return " ".join([error["code"], *(str(d) for d in error.get("details", {}).values())])


LATE = "DEADLINE_EXCEEDED"


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        pytest.param(60.0, ["allow", "allow", "allow"], id="time for all"),
        pytest.param(23.1, ["allow", "allow", "allow"], id="last one just begun"),
        pytest.param(23.0, ["allow", "allow", LATE], id="last one just not begun"),
        pytest.param(13.0, ["allow", LATE, LATE], id="time for one"),
        pytest.param(3.0, [LATE, LATE, LATE], id="time for none"),
    ],
)
def test_input_that_is_not_reached_in_time_is_an_error_in_its_place(
    seconds: float, told: list[str]
) -> None:
    assert answered(3, seconds=seconds, policy=a_policy("injection")) == told


def test_input_whose_time_ends_between_detectors_has_no_verdict() -> None:
    policy = a_policy("injection", "pii")

    told = answered(2, seconds=13.0, policy=policy)

    assert told == ["FIREWALL_UNAVAILABLE timed_out pii", LATE]


def test_input_whose_time_ends_passes_where_the_policy_says_so() -> None:
    policy = Policy(version="v", detectors=("injection", "pii"), on_failure=Action.ALLOW)

    assert answered(2, seconds=13.0, policy=policy) == ["allow", LATE]


def test_every_input_without_a_verdict_is_told() -> None:
    told: list[str] = []

    answered(3, seconds=13.0, policy=a_policy("injection", "pii"), told=told)

    assert told == ["FIREWALL_UNAVAILABLE", LATE, LATE]


def test_tally_of_a_batch_is_told_once_and_has_every_input() -> None:
    tallies: list[ScanTally] = []

    answered(3, seconds=13.0, policy=a_policy("injection"), tallies=tallies)

    assert [tally.outcomes for tally in tallies] == [["allow", LATE, LATE]]


def test_inputs_that_have_their_verdicts_are_not_told() -> None:
    told: list[str] = []

    answered(3, seconds=60.0, policy=a_policy("injection"), told=told)

    assert told == []


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("plain", id="plain"),
        pytest.param('say "hi"', id="quotes"),
        pytest.param("C:\\temp", id="backslashes"),
        pytest.param("one\ntwo\t\x00\x7f", id="control characters"),
        pytest.param("é 語 😀", id="beyond ASCII"),
        pytest.param('\\"' * 50, id="both"),
    ],
)
def test_result_takes_the_bytes_that_it_has_in_lambdas_answer(text: str) -> None:
    written = json.dumps({"redacted": text}, ensure_ascii=False)
    taken = len(json.dumps(written, ensure_ascii=False).encode()) - len('""')

    assert _room_after(written.encode(), 1_000) == 1_000 - taken
    assert _room_after(written.encode(), taken) == 0
    with pytest.raises(InvalidRequest):
        _room_after(written.encode(), taken - 1)
