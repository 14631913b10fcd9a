"""Every parameter of OpenAI's Responses that we know, and what it means for the price.

As in the table of chats, a parameter that is not here is refused. Nothing is stored, here or at
the provider, so whatever points at an earlier answer is refused with that reason.
"""

from collections.abc import Mapping

from ironcage.gateway.parameters import (
    FUNCTION_FIELDS,
    MAX_MESSAGES,
    MAX_TOKENS_LIMIT,
    MAX_TOOLS,
    PARAMETERS,
    SCHEMA_FIELDS,
    Parameter,
    free,
    not_taken,
    ours,
    priced,
)
from ironcage.gateway.wire.checks import (
    Problems,
    anything,
    array,
    boolean,
    by_type,
    choice,
    integer,
    only,
    record,
    tagged,
    text,
)
from ironcage.gateway.wire.messages import FUNCTION_NAME, MAX_TEXT
from ironcage.gateway.wire.responses_items import item

MAX_TOOL_ROUNDS = 10_000
_AS_IN_CHATS = (
    *("model", "temperature", "top_p", "parallel_tool_calls", "user", "safety_identifier"),
    *("prompt_cache_key", "stream", "metadata", "store", "service_tier"),
    *("prompt_cache_retention", "moderation"),
)
_NOT_STORED = "answers are not stored: send the whole conversation as input"

_FUNCTION = record({"type": anything, **FUNCTION_FIELDS}, required=("name",))


def _tool(value: object, path: str, problems: Problems) -> None:
    """Expect a tool that the client runs."""
    kind = value.get("type") if isinstance(value, dict) else None
    if isinstance(kind, str) and kind != "function":
        problems.refuse(path, "only tools of the type function are supported")
        return
    _TOOL(value, path, problems)


_TOOL = tagged("type", {"function": _FUNCTION}, refused={})
_TOOL_CHOICE = tagged(
    "type",
    {"function": record({"type": anything, "name": FUNCTION_NAME}, required=("name",))},
    refused={"allowed_tools": "is not supported yet"},
)
_SCHEMA = record({"type": anything, **SCHEMA_FIELDS}, required=("name", "schema"))
_PLAIN = record({"type": anything})
_FORMAT = tagged(
    "type", {"text": _PLAIN, "json_object": _PLAIN, "json_schema": _SCHEMA}, refused={}
)
_SUMMARY = choice("auto", "concise", "detailed")
_REASONING = record(
    {
        "effort": PARAMETERS["reasoning_effort"].check,
        "summary": _SUMMARY,
        "generate_summary": _SUMMARY,
    }
)


def _included(value: object, path: str, problems: Problems) -> None:
    """Accept sealed thoughts, of which there are none; the rest would pass the firewall by."""
    if value != "reasoning.encrypted_content":
        problems.refuse(path)


RESPONSES_PARAMETERS: Mapping[str, Parameter] = {
    **{name: PARAMETERS[name] for name in _AS_IN_CHATS},
    "input": priced(by_type(text(MAX_TEXT), array(item, 1, MAX_MESSAGES))),
    "instructions": priced(text(MAX_TEXT)),
    "max_output_tokens": ours(integer(1, MAX_TOKENS_LIMIT)),
    "tools": priced(array(_tool, 0, MAX_TOOLS)),
    "tool_choice": free(by_type(choice("none", "auto", "required"), _TOOL_CHOICE)),
    "text": priced(record({"format": _FORMAT, "verbosity": PARAMETERS["verbosity"].check})),
    "reasoning": priced(_REASONING),
    "stream_options": ours(record({"include_obfuscation": boolean})),
    "include": ours(array(_included, 0, 16)),
    "max_tool_calls": ours(integer(1, MAX_TOOL_ROUNDS)),
    "truncation": ours(only("disabled", "nothing is cut off: send what the model can read")),
    "background": ours(only(allowed=False, why=_NOT_STORED)),
    "top_logprobs": ours(only(0, "would carry text past the output firewall")),
    "previous_response_id": not_taken(_NOT_STORED),
    "conversation": not_taken(_NOT_STORED),
    "prompt": not_taken("prompts are not stored: send its text"),
    "context_management": not_taken("is not supported yet"),
}
