"""A firewall answers other programs: raw findings in order, an error for what is no call."""

from collections.abc import Sequence
from typing import Any

import pytest

from ironcage.core.errors import FirewallUnavailable, InvalidRequest
from ironcage.firewall import DetectorService, Finding, NormalisedText, Origin
from support.fakes_firewall import BrokenDetector, FixedDetector, WholeTextDetector
from support.fakes_ledger import ManualClock

FOUND = Finding("BAD", "fixed/rule", 1, 3, score=0.4)


class OffTaskDetector:
    """Sees one thing in every text, and another where it knows the task."""

    name = "injection"
    version = "3"

    def detect(self, text: NormalisedText, origin: Origin) -> Sequence[Finding]:
        """See a text alone."""
        return [Finding("ALONE", f"injection/{origin}", 0, 1)]

    def detect_beside(
        self, text: NormalisedText, origin: Origin, *, task: str
    ) -> Sequence[Finding]:
        """See a text beside its task."""
        return [Finding("BESIDE", f"injection/{task}", 0, 1)]


def a_service(*detectors: Any) -> DetectorService:
    return DetectorService(detectors or [FixedDetector(FOUND)], ManualClock())


def a_text(text: str = "a text", **changes: object) -> dict[str, object]:
    return {"text": text, "origin": "user", **changes}


def a_scan(*texts: dict[str, object], detectors: object = ("fixed",)) -> dict[str, object]:
    named = list(detectors) if isinstance(detectors, tuple) else detectors
    return {"operation": "scan", "detectors": named, "texts": list(texts or [a_text()])}


def test_findings_come_back_without_an_action() -> None:
    answer = a_service().answer(a_scan())

    assert answer["results"] == [
        {
            "findings": [
                {"type": "BAD", "detector": "fixed/rule", "start": 1, "end": 3, "score": 0.4}
            ],
            "score": 0.4,
        }
    ]


def test_answer_tells_versions_and_times_of_what_was_asked_for_alone() -> None:
    answer = a_service(FixedDetector(FOUND), WholeTextDetector()).answer(a_scan())

    assert answer["versions"] == {"fixed": "7"}
    assert answer["timings_ms"].keys() == {"fixed"}


def test_results_stand_in_the_order_of_the_texts() -> None:
    request = a_scan(a_text("good"), a_text("bad"), a_text("so bad"), detectors=("whole",))

    results = a_service(WholeTextDetector()).answer(request)["results"]

    assert [[f["start"] for f in result["findings"]] for result in results] == [[], [0], [3]]
    assert [result["score"] for result in results] == [0.0, 1.0, 1.0]


@pytest.mark.parametrize(
    ("task", "seen"),
    [
        pytest.param("Summarise it.", "BESIDE", id="task"),
        pytest.param("", "ALONE", id="empty task"),
        pytest.param(None, "ALONE", id="no task"),
    ],
)
def test_text_is_read_beside_its_task(task: str | None, seen: str) -> None:
    request = a_scan(a_text(origin="document", task=task), detectors=("injection",))

    [result] = a_service(OffTaskDetector()).answer(request)["results"]

    assert [finding["type"] for finding in result["findings"]] == [seen]


def test_task_is_left_alone_by_detectors_that_know_none() -> None:
    [result] = a_service().answer(a_scan(a_text(task="Summarise it.")))["results"]

    assert result["score"] == 0.4


def test_unknown_fields_are_left_alone() -> None:
    answer = a_service().answer(a_scan(a_text(future=1)) | {"future": 2})

    assert len(answer["results"]) == 1


def test_warm_call_tells_every_version() -> None:
    answer = a_service(FixedDetector(), WholeTextDetector()).answer({"operation": "warm"})

    assert answer == {"versions": {"fixed": "7", "whole": "1"}}


@pytest.mark.parametrize(
    "request_",
    [
        pytest.param(a_scan(detectors=("ner",)), id="not here"),
        pytest.param(a_scan(detectors=("fixed", "ner")), id="one of two not here"),
        pytest.param(a_scan(detectors=("broken",)), id="cannot answer"),
        pytest.param({"operation": "warm"}, id="cannot get ready"),
    ],
)
def test_detector_that_cannot_answer_fails_the_call(request_: dict[str, object]) -> None:
    service = a_service(FixedDetector(FOUND), BrokenDetector())

    with pytest.raises(FirewallUnavailable):
        service.answer(request_)


@pytest.mark.parametrize(
    ("request_", "fields"),
    [
        pytest.param(None, {""}, id="null"),
        pytest.param([], {""}, id="list"),
        pytest.param({}, {"operation"}, id="empty"),
        pytest.param({"operation": "drop"}, {"operation"}, id="another operation"),
        pytest.param({"operation": "scan"}, {"detectors", "texts"}, id="nothing to scan"),
        pytest.param(a_scan(detectors="fixed"), {"detectors"}, id="name alone"),
        pytest.param(a_scan(detectors=()), {"detectors"}, id="no detector"),
        pytest.param(a_scan(detectors=[1]), {"detectors"}, id="detector that is no name"),
        pytest.param(a_scan() | {"texts": []}, {"texts"}, id="no text"),
        pytest.param(a_scan() | {"texts": [0] * 10_001}, {"texts"}, id="too many texts"),
        pytest.param(
            a_scan() | {"texts": ["x"]}, {"texts[0].text", "texts[0].origin"}, id="bare text"
        ),
        pytest.param(
            a_scan(a_text(), a_text(text=1)),  # type: ignore[arg-type]  # that is the point
            {"texts[1].text"},
            id="number for a text",
        ),
        pytest.param(a_scan(a_text(origin="moon")), {"texts[0].origin"}, id="unknown origin"),
        pytest.param(a_scan(a_text(origin=[])), {"texts[0].origin"}, id="origin that is a list"),
        pytest.param(a_scan(a_text(task=1)), {"texts[0].task"}, id="task that is no text"),
    ],
)
def test_what_is_no_call_is_refused_with_every_problem(request_: object, fields: set[str]) -> None:
    with pytest.raises(InvalidRequest) as caught:
        a_service().answer(request_)

    assert caught.value.fields.keys() == fields


def test_refusal_names_fifty_problems_at_most() -> None:
    with pytest.raises(InvalidRequest) as caught:
        a_service().answer(a_scan() | {"texts": [None] * 1_000})

    assert len(caught.value.fields) == 50
