"""Every parameter of Anthropic's Messages that we know, and what it means for the price.

As with OpenAI's table, a parameter that is not here is refused: a request may only carry what we
can bound. Beta headers change nothing, since whatever they switch on comes as a parameter.
"""

from collections.abc import Mapping

from ironcage.gateway.parameters import (
    MAX_MESSAGES,
    MAX_TOKENS_LIMIT,
    MAX_TOOLS,
    Parameter,
    Treatment,
)
from ironcage.gateway.wire.anthropic_blocks import (
    CACHE_CONTROL,
    MESSAGE,
    TEXT_BLOCK,
    TOOL_NAME,
)
from ironcage.gateway.wire.checks import (
    Check,
    Problems,
    anything,
    array,
    boolean,
    by_type,
    choice,
    integer,
    number,
    only,
    record,
    refused,
    schema,
    tagged,
    text,
)
from ironcage.gateway.wire.messages import MAX_PARTS, MAX_TEXT

MAX_STOPS = 64
MAX_TOP_K = 1_000_000
LEAST_THINKING = 1_024

_TOOL_FIELDS = record(
    {
        "type": anything,
        "name": TOOL_NAME,
        "description": text(65_536),
        "input_schema": schema,
        "strict": boolean,
        "cache_control": CACHE_CONTROL,
        "eager_input_streaming": boolean,
    },
    required=("name", "input_schema"),
)


def _tool(value: object, path: str, problems: Problems) -> None:
    """Expect a tool that the client runs."""
    if isinstance(value, dict) and value.get("type") not in (None, "custom"):
        problems.refuse(path, "only tools with an input_schema are supported")
        return
    _TOOL_FIELDS(value, path, problems)


_PARALLEL = {"type": anything, "disable_parallel_tool_use": boolean}
_TOOL_CHOICE = tagged(
    "type",
    {
        "auto": record(_PARALLEL),
        "any": record(_PARALLEL),
        "tool": record({**_PARALLEL, "name": TOOL_NAME}, required=("name",)),
        "none": record({"type": anything}),
    },
    refused={},
)
_DISPLAY: Mapping[str, Check] = {"type": anything, "display": choice("summarized", "omitted")}
_THINKING = tagged(
    "type",
    {
        "enabled": record(
            {**_DISPLAY, "budget_tokens": integer(LEAST_THINKING, MAX_TOKENS_LIMIT)},
            required=("budget_tokens",),
        ),
        "adaptive": record(_DISPLAY),
        "between_tools": record({"type": anything}),
        "disabled": record({"type": anything}),
    },
    refused={},
)
_OUTPUT_CONFIG = record(
    {
        "effort": choice("low", "medium", "high", "xhigh", "max"),
        "format": record(
            {"type": choice("json_schema"), "schema": schema}, required=("type", "schema")
        ),
    }
)


def _row(treatment: Treatment, check: Check) -> Parameter:
    return Parameter(treatment, check)


def _no(why: str) -> Parameter:
    return Parameter(Treatment.REFUSED, refused(why))


_FREE, _PRICED, _OURS = Treatment.FREE, Treatment.PRICED, Treatment.OURS
MESSAGES_PARAMETERS: Mapping[str, Parameter] = {
    "model": _row(_OURS, text(256, low=1)),
    "messages": _row(_PRICED, array(MESSAGE, 1, MAX_MESSAGES)),
    "max_tokens": _row(_OURS, integer(1, MAX_TOKENS_LIMIT)),
    "system": _row(_PRICED, by_type(text(MAX_TEXT), array(TEXT_BLOCK, 0, MAX_PARTS))),
    "tools": _row(_PRICED, array(_tool, 0, MAX_TOOLS)),
    "tool_choice": _row(_FREE, _TOOL_CHOICE),
    "thinking": _row(_PRICED, _THINKING),
    "output_config": _row(_PRICED, _OUTPUT_CONFIG),
    "cache_control": _row(_PRICED, CACHE_CONTROL),
    "temperature": _row(_FREE, number(0, 1)),
    "top_p": _row(_FREE, number(0, 1)),
    "top_k": _row(_FREE, integer(0, MAX_TOP_K)),
    "stop_sequences": _row(_FREE, array(text(256, low=1), 0, MAX_STOPS)),
    "metadata": _row(_FREE, record({"user_id": text(512)})),
    "stream": _row(_OURS, boolean),
    "service_tier": _row(_OURS, choice("auto", "standard_only")),
    "speed": _row(_OURS, only("standard", "other speeds have other prices")),
    "inference_geo": _no("regions have prices of their own"),
    "container": _no("containers have no bounded price"),
    "mcp_servers": _no("tools that the provider runs have no bounded price"),
    "context_management": _no("is not supported yet"),
    "diagnostics": _no("is not supported yet"),
    "user_profile_id": _no("the provider's account is ours"),
    "workspace_id": _no("the provider's account is ours"),
}
