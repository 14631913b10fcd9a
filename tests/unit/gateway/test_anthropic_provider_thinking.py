"""How hard a Claude model shall think, for each generation of models."""

import pytest

from ironcage.core.errors import UnsupportedParameter
from ironcage.gateway import JsonObject
from ironcage.gateway.wire.anthropic_provider_request import to_anthropic
from ironcage.gateway.wire.openai import upstream_body
from support.anthropic_schema import problems_in
from support.builders_gateway import USER, WEATHER_CALL, WEATHER_TOOL, a_chat

ADAPTIVE = ["claude-sonnet-5-5", "claude-opus-4-6", "claude-haiku-5-5", "a-name-of-tomorrow"]
BUDGETED = [
    "claude-haiku-4-5",
    "claude-sonnet-4-5-20250929",
    "claude-opus-4-20250514",
    "claude-opus-4-1-20250805",
    "claude-3-7-sonnet-20250219",
]
UNTHINKING = ["claude-3-5-haiku-20241022", "claude-3-haiku-20240307"]
TOOL_LOOP = [
    USER,
    {"role": "assistant", "tool_calls": [WEATHER_CALL]},
    {"role": "tool", "tool_call_id": "call_1", "content": "21 degrees"},
]


def sent(model: str, effort: str | None, *, max_tokens: int = 20_000, **more: object) -> JsonObject:
    chat = a_chat(reasoning_effort=effort, **more)
    body = to_anthropic(upstream_body(chat, model=model, max_tokens=max_tokens))
    assert problems_in(body) == []
    return body


def refusal(model: str, effort: str, **more: object) -> set[str]:
    with pytest.raises(UnsupportedParameter) as caught:
        sent(model, effort, **more)  # type: ignore[arg-type]  # options of the call above
    return set(caught.value.fields)


@pytest.mark.parametrize("model", [*ADAPTIVE, *BUDGETED, *UNTHINKING])
def test_model_keeps_its_default_when_nothing_is_asked(model: str) -> None:
    assert not {"thinking", "output_config"} & set(sent(model, None))


@pytest.mark.parametrize("model", ADAPTIVE)
@pytest.mark.parametrize(
    ("effort", "told"), [("minimal", "low"), ("low", "low"), ("xhigh", "xhigh"), ("max", "max")]
)
def test_later_models_take_the_effort(model: str, effort: str, told: str) -> None:
    body = sent(model, effort)

    assert body["thinking"] == {"type": "adaptive"}
    assert body["output_config"] == {"effort": told}


@pytest.mark.parametrize("model", ADAPTIVE)
def test_later_models_are_told_not_to_think(model: str) -> None:
    assert sent(model, "none")["thinking"] == {"type": "disabled"}


@pytest.mark.parametrize("model", BUDGETED)
@pytest.mark.parametrize(
    ("effort", "budget"), [("minimal", 1_024), ("medium", 4_096), ("high", 10_000), ("max", 10_000)]
)
def test_earlier_models_get_a_budget_of_at_most_half_the_answer(
    model: str, effort: str, budget: int
) -> None:
    assert sent(model, effort)["thinking"] == {"type": "enabled", "budget_tokens": budget}


@pytest.mark.parametrize("model", [*BUDGETED, *UNTHINKING])
def test_earlier_models_do_not_think_unasked(model: str) -> None:
    assert "thinking" not in sent(model, "none")


def test_budget_needs_room() -> None:
    assert refusal(BUDGETED[0], "low", max_tokens=2_047) == {"reasoning_effort"}


def test_budget_excludes_sampling_and_forced_tools() -> None:
    changes: JsonObject = {
        "temperature": 0.2,
        "tool_choice": "required",
        "tools": [WEATHER_TOOL],
    }

    assert refusal(BUDGETED[0], "low", **changes) == {"temperature", "tool_choice"}
    assert sent(ADAPTIVE[0], "low", **changes)["temperature"] == 0.2  # type: ignore[arg-type]  # as above


def test_budget_waits_for_the_end_of_a_round_of_tools() -> None:
    assert "thinking" not in sent(BUDGETED[0], "high", messages=TOOL_LOOP)
    assert "thinking" in sent(ADAPTIVE[0], "high", messages=TOOL_LOOP)


@pytest.mark.parametrize("model", UNTHINKING)
def test_model_that_cannot_think_says_so(model: str) -> None:
    assert refusal(model, "low") == {"reasoning_effort"}
