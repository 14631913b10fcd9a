"""Both firewalls answer API Gateway and direct calls, from real events, tables and secrets."""

import base64
import json
from collections.abc import Iterator

import pytest

from ironcage.adapters.scans import report_crash, report_refusals
from ironcage.core.errors import FirewallUnavailable, InvalidRequest
from ironcage.firewall import default_policies
from support.aws_identity import IdentityCloud
from support.builders_firewall import SECRETS
from support.events import load_event
from support.firewalls import (
    DIRECTIONS,
    MAIL,
    ORDER,
    a_post,
    call,
    emulated_firewalls,
    posted,
)

TOO_LITTLE = 2.9  # seconds: three are kept for the answer
BOTH = pytest.mark.parametrize("direction", DIRECTIONS)
SECRET = SECRETS["github_token"]


@pytest.fixture(scope="module", autouse=True)
def cloud() -> Iterator[IdentityCloud]:
    with pytest.MonkeyPatch.context() as patch, emulated_firewalls(patch) as made:
        yield made


@pytest.mark.parametrize(
    ("direction", "event"),
    [("input", "texts"), ("input", "conversation"), ("output", "texts")],
)
def test_example_requests_are_answered_in_order(direction: str, event: str) -> None:
    given = load_event(f"{direction}_firewall/{event}")

    answer = call(direction, given)

    assert answer["statusCode"] == 200
    assert answer["headers"]["content-type"] == "application/json"
    assert answer["headers"]["x-request-id"].startswith("req_")
    results = json.loads(answer["body"])["results"]
    assert len(results) == len(json.loads(given["body"])["inputs"])
    assert all("error" not in result for result in results)


@BOTH
@pytest.mark.parametrize("event", ["scan", "warm"])
def test_example_calls_are_answered_with_versions(direction: str, event: str) -> None:
    answer = call(direction, load_event(f"{direction}_firewall/{event}"))

    assert answer["versions"]
    assert "error" not in answer


@pytest.mark.parametrize(
    ("direction", "detector"),
    [("input", "ner"), ("output", "injection"), ("input", "nothing"), ("output", "nothing")],
)
def test_call_for_a_detector_that_is_not_here_is_an_error(direction: str, detector: str) -> None:
    request = load_event(f"{direction}_firewall/scan") | {"detectors": [detector]}

    error = call(direction, request)["error"]

    assert error["code"] == "FIREWALL_UNAVAILABLE"
    assert error["details"] == {"detector": detector}


@BOTH
@pytest.mark.parametrize("event", [None, 1, "scan", [], {}, {"operation": "scan"}])
def test_what_is_no_call_is_an_error_in_the_one_shape(direction: str, event: object) -> None:
    error = call(direction, event)["error"]

    assert error["code"] == "VALIDATION_ERROR"
    assert {"message", "type", "fields", "request_id"} <= error.keys()


def test_result_has_the_parts_that_are_promised() -> None:
    [result] = posted("input", {"text": ORDER, "origin": "user"})

    assert result.keys() == {
        *("flagged", "score", "action", "findings", "redacted", "policy_version", "timings_ms"),
        *("detectors", "unscanned"),
    }
    assert (result["flagged"], result["action"]) == (True, "block")
    assert result["redacted"] == "[REMOVED:PROMPT_INJECTION]"
    assert result["policy_version"] == default_policies().input.version
    assert result["detectors"].keys() == set(default_policies().input.detectors)
    assert result["unscanned"] == {}
    for finding in result["findings"]:
        assert finding.keys() == {"type", "detector", "start", "end", "score", "action"}
        assert 0 <= finding["start"] < finding["end"] <= len(ORDER)


@pytest.mark.parametrize(
    ("origin", "action"),
    [("user", "block"), ("document", "redact"), ("tool", "redact"), ("system", "allow")],
)
def test_origin_of_a_text_decides_what_is_done(origin: str, action: str) -> None:
    [result] = posted("input", {"text": ORDER, "origin": origin})

    assert (result["action"], result["flagged"]) == (action, action != "allow")
    assert result["score"] > 0.5


def test_output_is_redacted_and_scored_by_its_surest_finding() -> None:
    [mail, secret, clean] = posted("output", {"text": MAIL}, {"text": SECRET}, {"text": "Hello."})

    assert mail["redacted"] == "Write to [REDACTED:EMAIL_ADDRESS]."
    assert (secret["score"], secret["redacted"]) == (1.0, "[REDACTED:SECRET]")
    assert (clean["score"], clean["redacted"], clean["flagged"]) == (0.0, "Hello.", False)


def test_finding_in_a_conversation_names_its_message() -> None:
    messages = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": ORDER}]

    [result] = posted("input", {"messages": messages})

    assert {f["message"] for f in result["findings"]} == {1}
    assert {f["path"] for f in result["findings"]} == {"messages[1].content"}
    assert result["redacted"][1]["content"] == "[REMOVED:PROMPT_INJECTION]"


def test_64_inputs_are_judged_in_order() -> None:
    results = posted("input", *({"text": f"How much is {n} times two?"} for n in range(64)))

    assert [result["redacted"] for result in results] == [
        f"How much is {n} times two?" for n in range(64)
    ]


def test_body_in_base64_is_read() -> None:
    body = base64.b64encode(b'{"inputs": [{"text": "hello"}]}').decode()

    answer = call("input", a_post("input", body, isBase64Encoded=True))

    assert json.loads(answer["body"])["results"][0]["redacted"] == "hello"


def test_input_that_there_is_no_time_for_says_so() -> None:
    posted("input", {"text": "x"})  # what a cold start loads would take the time of its tables
    event = a_post("input", {"inputs": [{"text": "x"}, {"text": "y"}]})

    answer = call("input", event, seconds=TOO_LITTLE)

    codes = [result["error"]["code"] for result in json.loads(answer["body"])["results"]]
    assert codes == ["DEADLINE_EXCEEDED"] * 2


def test_log_tells_counts_and_never_text(capsys: pytest.CaptureFixture[str]) -> None:
    posted("input", {"text": ORDER})
    call("input", load_event("input_firewall/scan"))

    written = capsys.readouterr().out
    assert '"texts_scanned"' in written
    assert "6745e0c00123456789abcdef01234567" in written
    assert "gnore" not in written


def test_bug_is_reported_by_its_kind_alone(capsys: pytest.CaptureFixture[str]) -> None:
    report_crash("input_firewall")("req_1", ValueError("a secret"))

    written = capsys.readouterr().out
    assert '"request_crashed"' in written
    assert '"ValueError"' in written
    assert "a secret" not in written


def counted(capsys: pytest.CaptureFixture[str]) -> int:
    """Tell how many failed scans were counted since the last look."""
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    return sum(line.get("scan_failed", 0) for line in lines if "_aws" in line)


def test_call_that_could_not_be_answered_is_counted(capsys: pytest.CaptureFixture[str]) -> None:
    call("input", load_event("input_firewall/scan") | {"detectors": ["ner"]})
    assert counted(capsys) == 1

    call("input", {"operation": "scan"})
    assert counted(capsys) == 0


@BOTH
@pytest.mark.parametrize(
    ("inputs", "seconds", "failed"),
    [
        pytest.param([{"text": "x"}, {"text": "y"}], 20.0, 0, id="verdicts"),
        pytest.param([{"text": 1}, {"text": "y"}], 20.0, 0, id="bad input"),
        pytest.param([], 20.0, 0, id="bad body"),
        pytest.param([{"text": "x"}, {"text": "y"}], TOO_LITTLE, 2, id="no time"),
    ],
)
def test_input_over_http_that_could_not_be_scanned_is_counted(
    direction: str,
    capsys: pytest.CaptureFixture[str],
    *,
    inputs: list[object],
    seconds: float,
    failed: int,
) -> None:
    posted(direction, {"text": "x"})  # what a cold start loads would take the time of its tables

    call(direction, a_post(direction, {"inputs": inputs}), seconds=seconds)

    assert counted(capsys) == failed


def test_log_names_code_and_detector_of_what_failed_once(
    capsys: pytest.CaptureFixture[str],
) -> None:
    errors = [FirewallUnavailable(detector="ner", reason="timed_out")] * 3

    report_refusals("input_firewall")("req_1", [*errors, InvalidRequest({"a secret": "b"})])

    written = capsys.readouterr().out
    facts = '"details":{"detector":"ner","reason":"timed_out"},"request_id":"req_1"'
    assert written.count(f'"code":"FIREWALL_UNAVAILABLE",{facts}') == 1
    assert written.count('"code":"VALIDATION_ERROR"') == 1
    assert '"scan_failed":3' in written
    assert "a secret" not in written
