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
    free,
    not_taken,
    ours,
    priced,
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


MESSAGES_PARAMETERS: Mapping[str, Parameter] = {
    "model": ours(text(256, low=1)),
    "messages": priced(array(MESSAGE, 1, MAX_MESSAGES)),
    "max_tokens": ours(integer(1, MAX_TOKENS_LIMIT)),
    "system": priced(by_type(text(MAX_TEXT), array(TEXT_BLOCK, 0, MAX_PARTS))),
    "tools": priced(array(_tool, 0, MAX_TOOLS)),
    "tool_choice": free(_TOOL_CHOICE),
    "thinking": priced(_THINKING),
    "output_config": priced(_OUTPUT_CONFIG),
    "cache_control": priced(CACHE_CONTROL),
    "temperature": free(number(0, 1)),
    "top_p": free(number(0, 1)),
    "top_k": free(integer(0, MAX_TOP_K)),
    "stop_sequences": free(array(text(256, low=1), 0, MAX_STOPS)),
    "metadata": free(record({"user_id": text(512)})),
    "stream": ours(boolean),
    "service_tier": ours(choice("auto", "standard_only")),
    "speed": ours(only("standard", "other speeds have other prices")),
    "inference_geo": not_taken("regions have prices of their own"),
    "container": not_taken("containers have no bounded price"),
    "mcp_servers": not_taken("tools that the provider runs have no bounded price"),
    "context_management": not_taken("is not supported yet"),
    "diagnostics": not_taken("is not supported yet"),
    "user_profile_id": not_taken("the provider's account is ours"),
    "workspace_id": not_taken("the provider's account is ours"),
}
