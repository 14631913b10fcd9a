"""How providers that speak OpenAI's format depart from it, by host.

Every change makes a body shorter or keeps its size, so that the estimate still bounds it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from ironcage.core.errors import UnsupportedParameter
from ironcage.gateway.model import JsonObject
from ironcage.gateway.wire.extensions import without_extensions


@dataclass(frozen=True, slots=True)
class Dialect:
    """What a provider understands."""

    max_tokens_field: str = "max_tokens"
    has_developer_role: bool = False
    has_stream_options: bool = True
    drops: frozenset[str] = frozenset()
    dimensions_field: str = "dimensions"


# Nobody but OpenAI knows these; some providers refuse a request for one field too many.
_OPENAI_ONLY = frozenset({"service_tier", "safety_identifier", "prompt_cache_key", "verbosity"})

_BEDROCK_ONLY = ("input_type", "normalize")

OPENAI = Dialect("max_completion_tokens", has_developer_role=True)
AZURE = Dialect("max_completion_tokens", has_developer_role=True, drops=frozenset({"service_tier"}))
MISTRAL = Dialect(
    has_stream_options=False,
    drops=_OPENAI_ONLY | {"user", "logit_bias"},
    dimensions_field="output_dimension",
)
GENERIC = Dialect(drops=_OPENAI_ONLY)

_BY_HOST: Mapping[str, Dialect] = {
    "api.openai.com": OPENAI,
    "eu.api.openai.com": OPENAI,
    "us.api.openai.com": OPENAI,
    "api.mistral.ai": MISTRAL,
}
_BY_SUFFIX: Mapping[str, Dialect] = {
    ".openai.azure.com": AZURE,
    ".services.ai.azure.com": AZURE,
}


def dialect_of(host: str) -> Dialect:
    """Find the dialect of a host; strangers get the common core of the format."""
    if host in _BY_HOST:
        return _BY_HOST[host]
    return next((d for suffix, d in _BY_SUFFIX.items() if host.endswith(suffix)), GENERIC)


def speak(body: Mapping[str, object], dialect: Dialect) -> JsonObject:
    """Write a body of ours the way a provider expects it; the answer's bound always stays."""
    plain = without_extensions(body)
    out: JsonObject = {name: value for name, value in plain.items() if name not in dialect.drops}
    if "max_completion_tokens" in out:
        out[dialect.max_tokens_field] = out.pop("max_completion_tokens")
    if not dialect.has_stream_options:
        out.pop("stream_options", None)
    if not dialect.has_developer_role:
        out["messages"] = [_without_developer(m) for m in cast("list[JsonObject]", out["messages"])]
    return out


def speak_embedding(body: Mapping[str, object], dialect: Dialect) -> JsonObject:
    """Write an embeddings body the way a provider expects it; no text gets longer.

    Raises:
        UnsupportedParameter: it asks for what only models on Bedrock know.
    """
    found = [name for name in _BEDROCK_ONLY if name in body]
    if found:
        raise UnsupportedParameter(dict.fromkeys(found, "is not supported by this provider"))
    out: JsonObject = {name: value for name, value in body.items() if name not in dialect.drops}
    if "dimensions" in out:
        out[dialect.dimensions_field] = out.pop("dimensions")
    return out


def _without_developer(message: JsonObject) -> JsonObject:
    return {**message, "role": "system"} if message.get("role") == "developer" else message
