"""Each request to a firewall alone leaves one audit event, wherever it can be put; a scan none."""

import json
import socket

import pytest

from input_firewall import wiring
from ironcage.adapters import clients
from ironcage.adapters.clients import open_client
from ironcage.core import SystemClock
from ironcage.firewall import default_policies
from support.aws_identity import SPOOL_BUCKET
from support.builders_firewall import SECRETS
from support.events import load_event
from support.firewalls import DIRECTIONS, MAIL, ORDER, a_post, call, emulated_firewalls, posted

BOTH = pytest.mark.parametrize("direction", DIRECTIONS)
SECRET = SECRETS["github_token"]
SHORT_SECONDS = 8.0  # three of them are kept for the answer
GONE = "arn:aws:sns:us-east-1:123456789012:gone"


@BOTH
def test_request_leaves_one_event_without_its_texts(
    monkeypatch: pytest.MonkeyPatch, direction: str
) -> None:
    inputs = [{"text": "Hello."}, {"text": f"{MAIL} {SECRET}"}, {"text": 1}]
    with emulated_firewalls(monkeypatch) as cloud:
        answer = call(direction, a_post(direction, {"inputs": inputs}))
        [event] = cloud.published()

    results = json.loads(answer["body"])["results"]
    policy = getattr(default_policies(), direction)
    assert event["event"] == "firewall_scanned"
    assert event["request_id"] == answer["headers"]["x-request-id"]
    assert (event["tenant_id"], event["agent_id"]) == ("tenant_acme", "agent_writer")
    assert (event["direction"], event["policy_version"]) == (direction, policy.version)
    assert event["policy_id"] == "policy_default"
    assert event["outcomes"] == ["allow", results[1]["action"], "VALIDATION_ERROR"]
    assert event["findings"] == {"EMAIL_ADDRESS": 1, "SECRET": 1}
    assert event["detectors"] == results[0]["detectors"]
    assert (event["unscanned"], event["reasons"]) == ({}, {})
    assert "jane" not in json.dumps(event)
    assert SECRET not in json.dumps(event)


@BOTH
def test_scan_for_the_gateway_leaves_none(monkeypatch: pytest.MonkeyPatch, direction: str) -> None:
    with emulated_firewalls(monkeypatch) as cloud:
        call(direction, load_event(f"{direction}_firewall/scan"))

        assert cloud.published() == []


def test_request_that_is_refused_before_a_policy_was_read_leaves_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with emulated_firewalls(monkeypatch) as cloud:
        assert call("input", a_post("input", {"inputs": []}))["statusCode"] == 400
        event = a_post("input", {"inputs": [{"text": "x"}]}, requestContext=None)
        assert call("input", event)["statusCode"] == 401

        assert cloud.published() == []


def test_batch_that_is_stopped_whole_leaves_its_event(monkeypatch: pytest.MonkeyPatch) -> None:
    policy = {"output": {"detectors": ["secrets", "injection"]}}
    with emulated_firewalls(monkeypatch, policy=policy) as cloud:
        answer = call("output", a_post("output", {"inputs": [{"text": "x"}, {"text": "y"}]}))
        [event] = cloud.published()

    assert answer["statusCode"] == 503
    assert event["outcomes"] == ["FIREWALL_UNAVAILABLE"] * 2
    assert (event["unscanned"], event["reasons"]) == ({"injection": 2}, {"injection": "failed"})


def test_event_says_what_was_not_scanned(monkeypatch: pytest.MonkeyPatch) -> None:
    policy = {
        "input": {"detectors": ["moderation", "pii"], "on_failure": "allow"},
        "moderation": {"provider": "openai"},
    }
    with emulated_firewalls(monkeypatch, policy=policy) as cloud:
        [result] = posted("input", {"text": MAIL})
        [event] = cloud.published()

    assert result["unscanned"] == {"moderation": "failed"}
    assert (event["unscanned"], event["reasons"]) == ({"moderation": 1}, {"moderation": "failed"})
    assert event["detectors"] == result["detectors"]
    assert result["detectors"].keys() == {"pii"}


def test_event_that_the_topic_refuses_goes_to_the_spool(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with emulated_firewalls(monkeypatch, records_topic=GONE):
        [result] = posted("input", {"text": ORDER})
        objects = open_client("s3").list_objects_v2(Bucket=SPOOL_BUCKET)["Contents"]
        body = open_client("s3").get_object(Bucket=SPOOL_BUCKET, Key=objects[0]["Key"])["Body"]
        kept = json.loads(body.read())

    assert result["action"] == "block"
    assert len(objects) == 1
    assert (kept["event"], kept["outcomes"]) == ("firewall_scanned", ["block"])
    assert '"record_to_spool":1' in capsys.readouterr().out


def test_topic_that_is_silent_leaves_time_for_the_answer(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent, emulated_firewalls(monkeypatch) as cloud:
        posted("input", {"text": "x"})  # what a cold start loads would take the time of its tables
        assert len(cloud.published()) == 1
        monkeypatch.setenv("AWS_ENDPOINT_URL_SNS", f"http://127.0.0.1:{silent.getsockname()[1]}")
        clients._open.cache_clear()
        wiring.reports.cache_clear()
        began = SystemClock().monotonic()
        event = a_post("input", {"inputs": [{"text": ORDER}]})
        answer = call("input", event, seconds=SHORT_SECONDS)
        took = SystemClock().monotonic() - began
        assert cloud.published() == []
    clients._open.cache_clear()

    assert json.loads(answer["body"])["results"][0]["action"] == "block"
    assert '"record_to_' in capsys.readouterr().out  # nothing is lost
    assert took < SHORT_SECONDS


def test_event_that_nobody_takes_is_in_the_log(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with emulated_firewalls(monkeypatch, records_topic=GONE, records_spool_bucket="nowhere"):
        [result] = posted("input", {"text": ORDER})
        written = capsys.readouterr().out

    lines = [json.loads(line) for line in written.splitlines()]
    [lost] = [line for line in lines if line.get("message") == "usage_record"]
    assert result["action"] == "block"
    assert (lost["level"], lost["record"]["event"]) == ("ERROR", "firewall_scanned")
    assert any(line.get("record_to_log") == 1 for line in lines)
    assert "gnore" not in written


@BOTH
def test_firewall_that_stands_alone_tells_its_log_only(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], direction: str
) -> None:
    with emulated_firewalls(monkeypatch, firewall_access="iam", records_topic="") as cloud:
        event = a_post(direction, {"inputs": [{"text": MAIL}]})
        event["requestContext"]["authorizer"] = None
        answer = call(direction, event)

        assert cloud.published() == []

    assert answer["statusCode"] == 200
    written = capsys.readouterr().out
    [line] = [json.loads(row) for row in written.splitlines() if '"inputs_scanned"' in row]
    assert (line["level"], line["record"]["findings"]) == ("INFO", {"EMAIL_ADDRESS": 1})
    assert "record_to" not in written
    assert "jane" not in written
