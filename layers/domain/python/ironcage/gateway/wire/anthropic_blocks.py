"""What a message of Anthropic's format may look like, block by block."""

from ironcage.gateway.wire.checks import (
    Check,
    Problems,
    anything,
    array,
    boolean,
    by_type,
    choice,
    only,
    pattern,
    record,
    tagged,
    text,
)
from ironcage.gateway.wire.extensions import SEALED
from ironcage.gateway.wire.images import check_source
from ironcage.gateway.wire.messages import MAX_PARTS, MAX_TEXT

TOOL_NAME = pattern(r"[A-Za-z0-9_-]{1,128}", "1 to 128 letters, digits, dashes or underscores")
# Ids come back as we gave them, whichever provider made them; they are replaced by our own.
TOOL_ID = pattern(r"[!-~]{1,256}", "1 to 256 printable characters without spaces")
# A signature or a sealed thought is for the provider that wrote it; it is scanned as it is.
_SEALED = pattern(SEALED, "base64")
CACHE_CONTROL = record(
    {
        "type": choice("ephemeral"),
        "ttl": only("5m", "other lifetimes have other prices"),
    },
    required=("type",),
)

_IMAGE = "images are accepted among a user's blocks alone"
_FILE = "files have no bounded price yet"
_SERVER_TOOL = "tools that the provider runs have no bounded price"
_REFUSED = {
    "image": _IMAGE,
    "document": _FILE,
    "search_result": "use text",
    "container_upload": _FILE,
    "server_tool_use": _SERVER_TOOL,
    "web_search_tool_result": _SERVER_TOOL,
    "web_fetch_tool_result": _SERVER_TOOL,
    "code_execution_tool_result": _SERVER_TOOL,
    "bash_code_execution_tool_result": _SERVER_TOOL,
    "text_editor_code_execution_tool_result": _SERVER_TOOL,
    "tool_search_tool_result": _SERVER_TOOL,
    "tool_reference": _SERVER_TOOL,
    "mcp_tool_use": _SERVER_TOOL,
    "mcp_tool_result": _SERVER_TOOL,
}

# Citations are what an answer carried: they are accepted when they come back, and dropped.
TEXT_BLOCK = record(
    {
        "type": anything,
        "text": text(MAX_TEXT),
        "cache_control": CACHE_CONTROL,
        "citations": array(anything, 0, MAX_PARTS),
    },
    required=("text",),
)


def _object(value: object, path: str, problems: Problems) -> None:
    """Expect an object; a tool's input goes on as text, so its keys are scanned too."""
    if not isinstance(value, dict):
        problems.add(path, "must be an object")


def _content(**variants: Check) -> Check:
    block = tagged("type", {"text": TEXT_BLOCK, **variants}, refused=_REFUSED)
    return by_type(text(MAX_TEXT), array(block, 1, MAX_PARTS))


_IMAGE_BLOCK = record(
    {"type": anything, "source": check_source, "cache_control": CACHE_CONTROL},
    required=("source",),
)
_RESULT_BLOCK = tagged("type", {"text": TEXT_BLOCK}, refused=_REFUSED)
_TOOL_RESULT = record(
    {
        "type": anything,
        "tool_use_id": TOOL_ID,
        "content": by_type(text(MAX_TEXT), array(_RESULT_BLOCK, 0, MAX_PARTS)),
        "is_error": boolean,
        "cache_control": CACHE_CONTROL,
    },
    required=("tool_use_id",),
)
_TOOL_USE = record(
    {
        "type": anything,
        "id": TOOL_ID,
        "name": TOOL_NAME,
        "input": _object,
        "cache_control": CACHE_CONTROL,
        "caller": record({"type": choice("direct")}),
    },
    required=("id", "name", "input"),
)
_THINKING = record(
    {"type": anything, "thinking": text(MAX_TEXT), "signature": _SEALED}, required=("thinking",)
)
_REDACTED_THINKING = record({"type": anything, "data": _SEALED}, required=("data",))

MESSAGE = tagged(
    "role",
    {
        "user": record(
            {"role": anything, "content": _content(tool_result=_TOOL_RESULT, image=_IMAGE_BLOCK)},
            required=("content",),
        ),
        "assistant": record(
            {
                "role": anything,
                "content": _content(
                    tool_use=_TOOL_USE, thinking=_THINKING, redacted_thinking=_REDACTED_THINKING
                ),
            },
            required=("content",),
        ),
        "system": record({"role": anything, "content": _content()}, required=("content",)),
    },
    refused={},
)
