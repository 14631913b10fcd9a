"""How hard a Claude model shall think: OpenAI's effort in the words of each generation.

Models up to 4.5 think within a budget of tokens; later ones choose it themselves and take the
effort as it is. A name that we do not know counts as a later one.
"""

import re
from collections.abc import Mapping
from typing import cast

from ironcage.gateway.model import JsonObject
from ironcage.gateway.wire.extensions import extensions_of

LEAST_BUDGET = 1_024

_BUDGETED = re.compile(r"claude-(3-7-sonnet|(opus|sonnet|haiku)-4(-[015])?(-\d{8}|-latest)?$)")
_UNTHINKING = re.compile(r"claude-(3-5|3-opus|3-sonnet|3-haiku|2|instant)")
_BUDGETS = {"low": 1_024, "medium": 4_096, "high": 16_384, "xhigh": 32_768, "max": 32_768}
_OURS = {"minimal": "low"}


def thinking_of(body: Mapping[str, object], problems: dict[str, str]) -> JsonObject:
    """Write `thinking` and `effort` for a chat body, or note why that cannot be done.

    Without `reasoning_effort` the model keeps its own default.
    """
    asked = extensions_of(body).get("thinking")
    if isinstance(asked, dict):
        return _as_asked(body, asked)
    wanted, model = body.get("reasoning_effort"), str(body["model"])
    if wanted is None:
        return {}
    effort = _OURS.get(str(wanted), str(wanted))
    if _UNTHINKING.search(model):
        if effort != "none":
            problems["reasoning_effort"] = "is not supported by this model"
        return {}
    if not _BUDGETED.search(model):
        if effort == "none":
            return {"thinking": {"type": "disabled"}}
        return {"thinking": {"type": "adaptive"}, "effort": effort}
    return {} if effort == "none" else _budget(body, effort, problems)


def _as_asked(body: Mapping[str, object], asked: JsonObject) -> JsonObject:
    """Pass on what a client said in Anthropic's own words, within the answer's bound."""
    out: JsonObject = {"effort": body.get("reasoning_effort")}
    bound, budget = body["max_completion_tokens"], asked.get("budget_tokens")
    if asked.get("type") != "enabled" or not isinstance(budget, int) or not isinstance(bound, int):
        return {**out, "thinking": asked}
    budget = budget if budget < bound else bound // 2
    if budget < LEAST_BUDGET or _misses_thoughts(body):
        return out
    return {**out, "thinking": {**asked, "budget_tokens": budget}}


def _misses_thoughts(body: Mapping[str, object]) -> bool:
    """Tell whether a round of tools goes on without the signed thoughts that began it."""
    messages = cast("list[JsonObject]", body["messages"])
    if not messages or messages[-1].get("role") != "tool":
        return False
    said = [message for message in messages if message.get("role") == "assistant"]
    return not said or not extensions_of(said[-1]).get("thinking")


def _budget(body: Mapping[str, object], effort: str, problems: dict[str, str]) -> JsonObject:
    """Give at most half of the answer's bound to thinking.

    After a tool's result the model would want its last thoughts back, signed; a chat request does
    not carry them, so it answers without thinking.
    """
    messages = body["messages"]
    if isinstance(messages, list) and messages and messages[-1].get("role") == "tool":
        return {}
    bound = body["max_completion_tokens"]
    budget = min(_BUDGETS[effort], bound // 2 if isinstance(bound, int) else 0)
    if budget < LEAST_BUDGET:
        problems["reasoning_effort"] = f"needs {2 * LEAST_BUDGET} tokens of answer with this model"
    if body.get("temperature", 1) != 1:
        problems["temperature"] = "must be 1 while this model thinks"
    if body.get("tool_choice", "auto") not in ("auto", "none"):
        problems["tool_choice"] = "must be auto or none while this model thinks"
    return {"thinking": {"type": "enabled", "budget_tokens": budget}}
