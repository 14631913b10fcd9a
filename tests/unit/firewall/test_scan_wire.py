"""Scans are written in few requests, and an answer is taken whole or not at all."""

import json
from typing import Any

import pytest

from ironcage.core.errors import FirewallUnavailable
from ironcage.firewall import Finding, Origin, Question, read_answer, write_scans
from ironcage.firewall.scan_wire import BATCH_BYTES, BATCH_TEXTS

ASKED = [Question("Ask Marie.", Origin.USER), Question("Hello.", Origin.DOCUMENT, "Sum up.")]
FOUND = {"type": "PERSON", "detector": "ner/person", "start": 4, "end": 9, "score": 0.9}
GOOD: dict[str, Any] = {
    "versions": {"ner": "n-1"},
    "results": [{"findings": [FOUND], "score": 0.9}, {"findings": []}],
    "timings_ms": {"ner": 3.2},
}


def answer(**changes: object) -> bytes:
    return json.dumps(GOOD | changes).encode()


def with_finding(**changes: object) -> bytes:
    found = {name: value for name, value in (FOUND | changes).items() if value != "absent"}
    return answer(results=[{"findings": [found]}, {"findings": []}])


def test_request_says_what_the_contract_says() -> None:
    ((asked, payload),) = write_scans(ASKED, ["ner"], traceparent="00-a-b-01")

    assert list(asked) == ASKED
    assert json.loads(payload) == {
        "operation": "scan",
        "detectors": ["ner"],
        "texts": [
            {"text": "Ask Marie.", "origin": "user"},
            {"text": "Hello.", "origin": "document", "task": "Sum up."},
        ],
        "traceparent": "00-a-b-01",
    }


def test_requests_are_as_few_as_fit() -> None:
    third = Question("é" * (BATCH_BYTES // 6), Origin.USER)

    batches = list(write_scans([third] * 5, ["ner"]))

    assert [len(asked) for asked, _ in batches] == [2, 2, 1]
    assert all(len(payload) < BATCH_BYTES for _, payload in batches)


def test_requests_hold_no_more_texts_than_a_function_takes() -> None:
    batches = list(write_scans([Question("x", Origin.USER)] * (BATCH_TEXTS + 1), ["ner"]))

    assert [len(asked) for asked, _ in batches] == [BATCH_TEXTS, 1]


def test_nothing_to_ask_is_no_request() -> None:
    assert list(write_scans([], ["ner"])) == []


def test_long_text_goes_alone() -> None:
    long = Question("x" * (BATCH_BYTES + 9), Origin.USER)

    batches = list(write_scans([ASKED[0], long, ASKED[1]], ["ner"]))

    assert [len(asked) for asked, _ in batches] == [1, 1, 1]


def test_text_that_no_request_takes_is_refused() -> None:
    with pytest.raises(FirewallUnavailable) as refused:
        list(write_scans([Question("\ud800" * 1_100_000, Origin.USER)], ["ner"]))

    assert refused.value.details["reason"] == "too_large"


def test_half_a_surrogate_pair_goes_as_an_escape() -> None:
    ((_, payload),) = write_scans([Question("a\ud800b", Origin.USER)], ["ner"])

    assert json.loads(payload)["texts"][0]["text"] == "a\ud800b"


def test_answer_is_read() -> None:
    read = read_answer(answer(), ASKED, ["ner"])

    assert read.versions == {"ner": "n-1"}
    assert read.findings == [(Finding("PERSON", "ner/person", 4, 9, score=0.9),), ()]


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"null",
        b"[]",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"results": ',
        answer(results=None),
        answer(results={}),
        answer(results=GOOD["results"][:1]),
        answer(results=[*GOOD["results"], {"findings": []}]),
        answer(results=["x", "y"]),
        answer(results=[{}, {"findings": []}]),
        answer(results=[{"findings": {}}, {"findings": []}]),
        answer(results=[{"findings": ["x"]}, {"findings": []}]),
        answer(versions=None),
        answer(versions={}),
        answer(versions={"ner": ""}),
        answer(versions={"ner": 7}),
        answer(versions={"ner": "two words"}),
        answer(versions={"other": "n-1"}),
        with_finding(type="person"),
        with_finding(type=7),
        with_finding(type="absent"),
        with_finding(detector="other/person"),
        with_finding(detector="nerd/person"),
        with_finding(detector=None),
        with_finding(start=-1),
        with_finding(start=9),
        with_finding(end=11),
        with_finding(end="9"),
        with_finding(start=True),
        with_finding(end="absent"),
        with_finding(start=4.0),
        with_finding(score=1.1),
        with_finding(score=-0.1),
        with_finding(score="high"),
        with_finding(score=True),
        with_finding(score=float("nan")),
    ],
)
def test_anything_else_is_no_answer(payload: bytes) -> None:
    with pytest.raises(FirewallUnavailable) as refused:
        read_answer(payload, ASKED, ["ner"])

    assert refused.value.details == {"reason": "malformed"}


def test_error_of_a_function_is_no_answer() -> None:
    payload = json.dumps({"error": {"code": "FIREWALL_UNAVAILABLE", "message": "No."}}).encode()

    with pytest.raises(FirewallUnavailable) as refused:
        read_answer(payload, ASKED, ["ner"])

    assert refused.value.details == {"reason": "refused"}


@pytest.mark.parametrize(
    "text",
    [
        "\ud83d" + "\ude00 Ask Marie.",
        "\ud83d" * 2 + "\ude00" * 2 + " Marie",
        "Marie \ude00\ud83d",
        "\ud83d",
    ],
    ids=["pair", "pair in others", "wrong way round", "half"],
)
def test_halves_of_a_character_stay_as_many_characters(text: str) -> None:
    ((_, payload),) = write_scans([Question(text, Origin.MODEL, text)], ["ner"])

    (sent,) = json.loads(payload)["texts"]
    assert len(sent["text"]) == len(sent["task"]) == len(text)
    assert sent["text"].find("Marie") == text.find("Marie")
