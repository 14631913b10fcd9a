"""What a message of a chat request may look like, role by role."""

from ironcage.gateway.wire.checks import (
    Check,
    Problems,
    anything,
    array,
    by_type,
    choice,
    integer,
    only,
    pattern,
    record,
    tagged,
    text,
)
from ironcage.gateway.wire.images import check_image_url

MAX_TEXT = 5_000_000
MAX_PARTS = 1_024
MAX_TOOL_CALLS = 128

FUNCTION_NAME = pattern(r"[A-Za-z0-9_-]{1,64}", "1 to 64 letters, digits, dashes or underscores")
CALL_ID = text(256, low=1)
_PERSON = text(256)

_TEXT_PART = record({"type": anything, "text": text(MAX_TEXT)}, required=("text",))
_REFUSAL_PART = record({"type": anything, "refusal": text(MAX_TEXT)}, required=("refusal",))
_IMAGE_PART = record(
    {
        "type": anything,
        "image_url": record(
            {"url": check_image_url, "detail": choice("auto", "low", "high")}, required=("url",)
        ),
    },
    required=("image_url",),
)
_MEDIA = {
    "image_url": "images are accepted in user messages alone",
    "input_audio": "audio is not supported",
    "file": "files have no bounded price yet",
}


def _content(**more: Check) -> Check:
    parts: dict[str, Check] = {"text": _TEXT_PART, **more}
    part = tagged("type", parts, refused=_MEDIA)
    return by_type(text(MAX_TEXT), array(part, 1, MAX_PARTS))


_TOOL_CALL = record(
    {
        "id": CALL_ID,
        "type": choice("function"),
        "index": integer(0, MAX_TOOL_CALLS),
        "function": record(
            {"name": FUNCTION_NAME, "arguments": text(MAX_TEXT)}, required=("name", "arguments")
        ),
    },
    required=("id", "function"),
)

_INSTRUCTION = record(
    {"role": anything, "content": _content(), "name": _PERSON}, required=("content",)
)
_USER = record(
    {"role": anything, "content": _content(image_url=_IMAGE_PART), "name": _PERSON},
    required=("content",),
)
_TOOL_RESULT = record(
    {"role": anything, "content": _content(), "tool_call_id": CALL_ID, "name": _PERSON},
    required=("content", "tool_call_id"),
)
# SDKs send back an answer as they got it, so the fields of an answer are accepted here.
_ASSISTANT_FIELDS = record(
    {
        "role": anything,
        "content": _content(refusal=_REFUSAL_PART),
        "name": _PERSON,
        "refusal": text(MAX_TEXT),
        "tool_calls": array(_TOOL_CALL, 0, MAX_TOOL_CALLS),
        "annotations": array(anything, 0, MAX_PARTS),
        "reasoning_content": text(MAX_TEXT),
        "audio": only(None, "audio is not supported"),
        "function_call": only(None, "use tool_calls"),
    }
)


def _assistant(value: object, path: str, problems: Problems) -> None:
    """Expect an answer that says, calls or refuses something."""
    _ASSISTANT_FIELDS(value, path, problems)
    if not isinstance(value, dict):
        return
    if value.get("content") is None and not value.get("tool_calls") and not value.get("refusal"):
        problems.add(f"{path}.content", "is required unless tool_calls are given")


MESSAGE = tagged(
    "role",
    {
        "system": _INSTRUCTION,
        "developer": _INSTRUCTION,
        "user": _USER,
        "assistant": _assistant,
        "tool": _TOOL_RESULT,
    },
    refused={"function": "use role tool"},
)
