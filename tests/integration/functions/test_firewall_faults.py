"""A detector that cannot answer is named in the result, or there is none, as policies say."""

import sys
from typing import Any

import pytest

from ironcage.adapters import clients
from support.firewall_functions import FirewallFunctions, open_functions
from support.firewalls import ORDER, emulated_firewalls, posted

NAMED = {"text": "Marie Curie wrote to jane.doe@mail.acme.co.uk."}
BOTH_WAYS = pytest.mark.parametrize("on_failure", ["allow", "block"])


def a_policy(direction: str, *detectors: str, on_failure: str) -> dict[str, Any]:
    return {direction: {"detectors": list(detectors), "on_failure": on_failure}}


def told_without(
    result: dict[str, Any], detector: str, *, on_failure: str, reason: str | None = None
) -> None:
    """Check what a result says of a detector that could not answer."""
    if on_failure == "allow":
        assert result["unscanned"] == {detector: reason or "failed"}
        assert result["detectors"].keys() == {"pii"}
        assert [f["type"] for f in result["findings"]] == ["EMAIL_ADDRESS"]
        return
    given = {"reason": reason} if reason else {}
    assert result.keys() == {"error"}
    assert result["error"]["code"] == "FIREWALL_UNAVAILABLE"
    assert result["error"]["details"] == {"detector": detector, **given}


@pytest.mark.parametrize(
    ("direction", "detector", "library"),
    [
        pytest.param("input", "injection", "onnxruntime", id="guardrails"),
        pytest.param("output", "ner", "presidio_analyzer", id="ner"),
    ],
)
@BOTH_WAYS
def test_result_tells_of_a_detector_whose_layer_is_missing(
    monkeypatch: pytest.MonkeyPatch,
    direction: str,
    detector: str,
    *,
    library: str,
    on_failure: str,
) -> None:
    monkeypatch.setitem(sys.modules, library, None)  # importing it fails from here on
    monkeypatch.delitem(sys.modules, "ironcage.ner.engine", raising=False)
    policy = a_policy(direction, detector, "pii", on_failure=on_failure)

    with emulated_firewalls(monkeypatch, policy=policy):
        [result] = posted(direction, NAMED)

    told_without(result, detector, on_failure=on_failure)


def _crash(functions: FirewallFunctions) -> None:
    functions.error = "Unhandled"


def _babble(functions: FirewallFunctions) -> None:
    functions.answer = lambda _: b"<html>busy</html>"


def _refuse(functions: FirewallFunctions) -> None:
    functions.answer = lambda _: {"error": {"code": "FIREWALL_UNAVAILABLE", "message": "x"}}


@pytest.mark.parametrize(
    ("harm", "reason"),
    [
        pytest.param(_crash, "function_error", id="crashes"),
        pytest.param(_babble, "malformed", id="babbles"),
        pytest.param(_refuse, "refused", id="refuses"),
    ],
)
@BOTH_WAYS
def test_result_tells_of_the_function_that_did_not_answer(
    monkeypatch: pytest.MonkeyPatch, harm: Any, reason: str, *, on_failure: str
) -> None:
    policy = a_policy("input", "ner", "pii", on_failure=on_failure)

    with open_functions(monkeypatch) as functions, emulated_firewalls(monkeypatch, policy=policy):
        clients._open.cache_clear()
        harm(functions)
        [result] = posted("input", NAMED)

    told_without(result, "ner", on_failure=on_failure, reason=reason)


@BOTH_WAYS
def test_result_is_whole_where_every_detector_answers(
    monkeypatch: pytest.MonkeyPatch, on_failure: str
) -> None:
    policy = a_policy("input", "injection", "ner", "pii", on_failure=on_failure)

    with open_functions(monkeypatch), emulated_firewalls(monkeypatch, policy=policy):
        clients._open.cache_clear()
        first, second = posted("input", NAMED, {"text": ORDER})

    assert first["unscanned"] == second["unscanned"] == {}
    assert first["detectors"].keys() == {"injection", "ner", "pii"}
    assert {f["type"] for f in first["findings"]} == {"EMAIL_ADDRESS", "PERSON"}
