"""Every request parameter that we know, and what it means for the price of a request.

A parameter that is not in this table is refused: a request may only carry what we can bound.
"""

from collections.abc import Collection, Iterable, Mapping
from enum import StrEnum
from typing import NamedTuple

from ironcage.gateway.model import JsonObject
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
    safe_name,
    schema,
    tagged,
    text,
)
from ironcage.gateway.wire.messages import FUNCTION_NAME, MESSAGE

MAX_MESSAGES = 2_048
MAX_TOOLS = 128
MAX_CHOICES = 8
MAX_TOKENS_LIMIT = 10_000_000


class Treatment(StrEnum):
    """What becomes of a parameter."""

    FREE = "free"  # passed on; it changes no price
    PRICED = "priced"  # passed on; the estimate bounds it
    OURS = "ours"  # read or checked by us, never passed on as it came
    REFUSED = "refused"  # known, but its price cannot be bounded or its text not scanned


class Parameter(NamedTuple):
    """One row of the table."""

    treatment: Treatment
    check: Check


def not_taken(why: str) -> Parameter:
    """Refuse a parameter, and say why."""
    return Parameter(Treatment.REFUSED, refused(why))


def free(check: Check) -> Parameter:
    """Pass a parameter on that changes no price."""
    return Parameter(Treatment.FREE, check)


def priced(check: Check) -> Parameter:
    """Pass a parameter on whose price the estimate bounds."""
    return Parameter(Treatment.PRICED, check)


def ours(check: Check) -> Parameter:
    """Read a parameter, and keep it."""
    return Parameter(Treatment.OURS, check)


def _logit_bias(value: object, path: str, problems: Problems) -> None:
    """Expect token ids with a bias each."""
    if not isinstance(value, dict) or len(value) > MAX_BIASES:
        problems.add(path, f"must be an object of at most {MAX_BIASES} token ids")
        return
    for name, bias in value.items():
        if not name.isascii() or not name.isdigit():
            problems.add(f"{path}.{safe_name(name)}", "must be named by a token id")
        _BIAS(bias, f"{path}.{safe_name(name)}", problems)


def _metadata(value: object, path: str, problems: Problems) -> None:
    """Expect a few labels, each a short string."""
    if not isinstance(value, dict) or len(value) > MAX_LABELS:
        problems.add(path, f"must be an object of at most {MAX_LABELS} labels")
        return
    for name, label in value.items():
        _LABEL(label, f"{path}.{safe_name(name)}", problems)


def _service_tier(value: object, path: str, problems: Problems) -> None:
    """Accept the tier whose prices we list."""
    if value not in ("auto", "default"):
        problems.refuse(path, "other tiers have other prices")


MAX_BIASES = 1_024
MAX_LABELS = 16
_BIAS = number(-100, 100)
_LABEL = text(512)

FUNCTION_FIELDS: Mapping[str, Check] = {
    "name": FUNCTION_NAME,
    "description": text(65_536),
    "parameters": schema,
    "strict": boolean,
}
_FUNCTION_TOOL = record(
    {
        "type": anything,
        "function": record(
            FUNCTION_FIELDS,
            required=("name",),
        ),
    },
    required=("function",),
)
_TOOL = tagged("type", {"function": _FUNCTION_TOOL}, refused={"custom": "is not supported yet"})

_NAMED_TOOL = record(
    {
        "type": choice("function"),
        "function": record({"name": FUNCTION_NAME}, required=("name",)),
    },
    required=("type", "function"),
)

SCHEMA_FIELDS: Mapping[str, Check] = {
    "name": FUNCTION_NAME,
    "description": text(65_536),
    "schema": schema,
    "strict": boolean,
}
_RESPONSE_FORMAT = tagged(
    "type",
    {
        "text": record({"type": anything}),
        "json_object": record({"type": anything}),
        "json_schema": record(
            {"type": anything, "json_schema": record(SCHEMA_FIELDS, required=("name",))},
            required=("json_schema",),
        ),
    },
    refused={},
)

PARAMETERS: Mapping[str, Parameter] = {
    "model": ours(text(256, low=1)),
    "messages": priced(array(MESSAGE, 1, MAX_MESSAGES)),
    "tools": priced(array(_TOOL, 1, MAX_TOOLS)),
    "n": priced(integer(1, MAX_CHOICES)),
    "max_tokens": ours(integer(1, MAX_TOKENS_LIMIT)),
    "max_completion_tokens": ours(integer(1, MAX_TOKENS_LIMIT)),
    "reasoning_effort": priced(choice("none", "minimal", "low", "medium", "high", "xhigh", "max")),
    "response_format": priced(_RESPONSE_FORMAT),
    "tool_choice": free(by_type(choice("none", "auto", "required"), _NAMED_TOOL)),
    "parallel_tool_calls": free(boolean),
    "temperature": free(number(0, 2)),
    "top_p": free(number(0, 1)),
    "presence_penalty": free(number(-2, 2)),
    "frequency_penalty": free(number(-2, 2)),
    "seed": free(integer(-(2**63), 2**63 - 1)),
    "stop": free(by_type(text(256, low=1), array(text(256, low=1), 0, 4))),
    "logit_bias": free(_logit_bias),
    "user": free(text(512)),
    "safety_identifier": free(text(512)),
    "prompt_cache_key": free(text(512)),
    "verbosity": free(choice("low", "medium", "high")),
    "stream": ours(boolean),
    "stream_options": ours(record({"include_usage": boolean, "include_obfuscation": boolean})),
    "metadata": ours(_metadata),
    "store": ours(only(allowed=False, why="answers are never stored at the provider")),
    "service_tier": ours(_service_tier),
    "logprobs": ours(only(allowed=False, why="would carry text past the output firewall")),
    "modalities": ours(only(["text"], "text is the only modality")),
    "top_logprobs": not_taken("would carry text past the output firewall"),
    "audio": not_taken("audio is not supported"),
    "prediction": not_taken("rejected predictions have no bounded price"),
    "web_search_options": not_taken("searches have no bounded price"),
    "functions": not_taken("use tools"),
    "function_call": not_taken("use tool_choice"),
    "prompt_cache_retention": not_taken("has no bounded price"),
    "moderation": not_taken("has no bounded price"),
    "extensions": not_taken("is a word of our own, inside"),
}


def check_fields(
    given: JsonObject,
    table: Mapping[str, Parameter],
    problems: Problems,
    *,
    required: Iterable[str],
    extras: Collection[str],
) -> None:
    """Check every field of a request by its table; `extras` are let through as they are."""
    for name in required:
        if name not in given:
            problems.add(name, "is required")
    for name, value in given.items():
        if name in table:
            table[name].check(value, name, problems)
        elif name not in extras:
            problems.refuse(safe_name(name))


def extras_in(
    given: JsonObject, allowed: Collection[str], table: Mapping[str, Parameter]
) -> tuple[str, ...]:
    """Name the extra fields of a request; nobody sets a canonical one past its table's checks."""
    return tuple(sorted(n for n in given if n in allowed and n not in {*table, *PARAMETERS}))
