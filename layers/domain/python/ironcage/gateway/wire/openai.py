"""The face of OpenAI's wire format: requests read, answers and errors written."""

from ironcage.gateway.wire.bodies import error_body, error_type, models_body
from ironcage.gateway.wire.chat import ChatRequest, parse_chat, upstream_body
from ironcage.gateway.wire.completions import clean_chunk, clean_completion, usage_body, usage_of
from ironcage.gateway.wire.sse import DONE, SseParser, encode_chunk
from ironcage.gateway.wire.strict_json import MAX_BODY_BYTES, MAX_DEPTH, encode_json
from ironcage.gateway.wire.texts import (
    Path,
    PromptText,
    VisibleText,
    path_text,
    prompt_texts,
    replace_prompt_text,
    replace_text,
    sealed_texts,
    visible_texts,
)

__all__ = [
    "DONE",
    "MAX_BODY_BYTES",
    "MAX_DEPTH",
    "ChatRequest",
    "Path",
    "PromptText",
    "SseParser",
    "VisibleText",
    "clean_chunk",
    "clean_completion",
    "encode_chunk",
    "encode_json",
    "error_body",
    "error_type",
    "models_body",
    "parse_chat",
    "path_text",
    "prompt_texts",
    "replace_prompt_text",
    "replace_text",
    "sealed_texts",
    "upstream_body",
    "usage_body",
    "usage_of",
    "visible_texts",
]
