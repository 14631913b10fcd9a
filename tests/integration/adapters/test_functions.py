"""A firewall function is asked in time and once, and half an answer is none."""

import json
from collections.abc import Iterator

import pytest

from ironcage.adapters.functions import FunctionScanner
from ironcage.core import SystemClock
from ironcage.core.errors import FirewallUnavailable
from ironcage.firewall import Origin, Question, RemoteAnswer
from support.aws_mocked import REGION
from support.fakes_scanner import NAME
from support.fault_kinds import (
    ANSWER_LOST,
    RESET_BEFORE,
    SILENT,
    SLOW,
    TRUNCATED,
    Fault,
    answering,
    dripping,
    refused_json,
)
from support.fault_proxy import FaultProxy, Rule
from support.firewall_functions import INPUT, FirewallFunctions, looking_at

CRASHED = answering(
    200, b'{"errorMessage": "boom", "errorType": "OSError"}', x_amz_function_error="Unhandled"
)
TEXT = f"Ask {NAME}."
LATE, QUICK = 10.0, 1.2


@pytest.fixture
def functions() -> Iterator[FirewallFunctions]:
    with FirewallFunctions() as made:
        yield made


@pytest.fixture
def proxy(functions: FirewallFunctions, monkeypatch: pytest.MonkeyPatch) -> Iterator[FaultProxy]:
    for name, value in (("ACCESS_KEY_ID", "testing"), ("SECRET_ACCESS_KEY", "testing")):
        monkeypatch.setenv(f"AWS_{name}", value)
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    with FaultProxy(functions.url) as made, looking_at(made.url, monkeypatch):
        yield made


def scan(*texts: str, seconds: float = LATE, function: str = INPUT) -> RemoteAnswer:
    questions = [Question(text, Origin.USER) for text in texts]
    scanner = FunctionScanner(function, SystemClock())
    return scanner.scan(questions, ["ner"], deadline_seconds=seconds, traceparent="00-a-b-01")


def reason_of(seconds: float = LATE, *texts: str) -> object:
    with pytest.raises(FirewallUnavailable) as refused:
        scan(*(texts or (TEXT,)), seconds=seconds)
    return refused.value.details["reason"]


@pytest.mark.usefixtures("proxy")
def test_function_is_invoked_by_its_name_with_what_it_needs(
    proxy: FaultProxy, functions: FirewallFunctions
) -> None:
    answer = scan(TEXT)

    assert [len(found) for found in answer.findings] == [1]
    assert proxy.calls == [f"lambda:POST /2015-03-31/functions/{INPUT}/invocations"]
    (event,) = functions.events
    assert event["operation"] == "scan"
    assert event["traceparent"] == "00-a-b-01"


@pytest.mark.usefixtures("proxy")
def test_many_long_texts_go_in_as_few_calls_as_take_them(functions: FirewallFunctions) -> None:
    texts = [f"{NAME} {at} {'.' * 1_500_000}" for at in range(5)]

    answer = scan(*texts)

    assert [len(found) for found in answer.findings] == [1] * 5
    assert [len(event["texts"]) for event in functions.events] == [2, 2, 1]


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (SILENT, "timed_out"),
        (Fault(wait_seconds=2.0), "timed_out"),
        (dripping(8.0, pieces=4), "timed_out"),
        (TRUNCATED, "failed"),
        (CRASHED, "function_error"),
        (refused_json("TooManyRequestsException", 429), "failed"),
        (refused_json("ResourceNotFoundException", 404), "failed"),
        (refused_json("ServiceException", 500), "failed"),
        (answering(503), "failed"),
        (answering(200, b"<html>busy</html>"), "malformed"),
        (answering(200, b""), "malformed"),
        (answering(202, b"{}"), "function_error"),
        (answering(200, b'{"versions": {"ner": "1"}, "results": []}'), "malformed"),
        (answering(200, b'{"error": {"code": "FIREWALL_UNAVAILABLE"}}'), "refused"),
    ],
    ids=[
        *("silent", "slow", "dripping", "cut", "crashed", "throttled", "missing", "broken"),
        *("busy", "garbage", "empty", "not run", "too few results", "refused"),
    ],
)
def test_anything_but_a_whole_answer_is_none_and_is_asked_for_once(
    proxy: FaultProxy, fault: Fault, reason: str
) -> None:
    proxy.break_with(Rule("*", fault))
    clock = SystemClock()
    begun = clock.monotonic()

    assert reason_of(QUICK) == reason
    assert clock.monotonic() - begun < 2 * QUICK
    assert len(proxy.calls) == 1


@pytest.mark.parametrize("fault", [RESET_BEFORE, ANSWER_LOST], ids=["before", "after"])
def test_connection_that_breaks_is_tried_once_more(proxy: FaultProxy, fault: Fault) -> None:
    proxy.break_with(Rule("*", fault, times=1))

    assert len(scan(TEXT).findings[0]) == 1
    assert len(proxy.calls) == 2


def test_connection_that_breaks_again_is_no_answer(proxy: FaultProxy) -> None:
    proxy.break_with(Rule("*", RESET_BEFORE))

    assert reason_of() == "unreachable"
    assert len(proxy.calls) == 2


def test_function_that_nobody_runs_is_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    with looking_at("http://127.0.0.1:9", monkeypatch):
        assert reason_of() == "unreachable"


def test_slow_function_that_answers_in_time_is_heard(proxy: FaultProxy) -> None:
    proxy.break_with(Rule("*", SLOW))

    assert len(scan(TEXT).findings[0]) == 1


@pytest.mark.usefixtures("proxy")
def test_function_without_a_name_is_not_asked(functions: FirewallFunctions) -> None:
    with pytest.raises(FirewallUnavailable) as refused:
        scan(TEXT, function="")

    assert refused.value.details["reason"] == "not_configured"
    assert not functions.events


@pytest.mark.usefixtures("proxy")
def test_function_is_not_asked_when_there_is_no_time(functions: FirewallFunctions) -> None:
    assert reason_of(0.1) == "timed_out"
    assert not functions.events


@pytest.mark.usefixtures("proxy")
def test_function_that_is_replaced_between_two_calls_is_no_answer(
    functions: FirewallFunctions,
) -> None:
    def answer(event: dict[str, object]) -> object:
        texts = event["texts"]
        assert isinstance(texts, list)
        version = f"names-{len(functions.events)}"
        return {"versions": {"ner": version}, "results": [{"findings": []} for _ in texts]}

    functions.answer = answer

    assert reason_of(LATE, "x" * 3_000_000, "y" * 3_000_000) == "replaced"
    assert json.dumps(functions.events[1]["texts"])[:20].startswith('[{"text": "yyy')
