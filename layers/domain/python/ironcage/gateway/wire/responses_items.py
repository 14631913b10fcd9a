"""What an item of a Responses request may look like, kind by kind."""

from collections.abc import Mapping

from ironcage.gateway.wire.checks import (
    Check,
    Problems,
    anything,
    array,
    by_type,
    choice,
    record,
    tagged,
    text,
)
from ironcage.gateway.wire.images import check_image_url
from ironcage.gateway.wire.messages import CALL_ID, FUNCTION_NAME, MAX_PARTS, MAX_TEXT

MAX_ITEM_ID = 256
_NOT_STORED = "answers are not stored: send the whole conversation"
_HOSTED = "tools that the provider runs have no bounded price"
_MEDIA = {
    "input_image": "images are accepted in user messages alone",
    "input_file": "files have no bounded price yet",
    "input_audio": "audio is not supported",
}

# SDKs send back what they were answered, so ids and states are accepted, and mean nothing.
_ANSWERED: Mapping[str, Check] = {
    "type": anything,
    "id": text(MAX_ITEM_ID),
    "status": choice("in_progress", "completed", "incomplete"),
}
_TEXT = record({"type": anything, "text": text(MAX_TEXT)}, required=("text",))
_SAID = record(
    {
        "type": anything,
        "text": text(MAX_TEXT),
        "annotations": array(anything, 0, MAX_PARTS),
        "logprobs": array(anything, 0, 0),
    },
    required=("text",),
)
_REFUSAL = record({"type": anything, "refusal": text(MAX_TEXT)}, required=("refusal",))
_IMAGE_FIELDS = record(
    {"type": anything, "image_url": check_image_url, "detail": choice("auto", "low", "high")},
    required=("image_url",),
)


def _image(value: object, path: str, problems: Problems) -> None:
    """Expect an image that the request holds itself."""
    if isinstance(value, dict) and value.get("file_id") is not None:
        problems.refuse(f"{path}.file_id", "files are not kept: send a data: URL as image_url")
        return
    _IMAGE_FIELDS(value, path, problems)


def _content(parts: Mapping[str, Check]) -> Check:
    refused = {kind: why for kind, why in _MEDIA.items() if kind not in parts}
    return by_type(text(MAX_TEXT), array(tagged("type", parts, refused=refused), 1, MAX_PARTS))


def _message_of(parts: Mapping[str, Check]) -> Check:
    fields = {**_ANSWERED, "role": anything, "phase": text(64), "content": _content(parts)}
    return record(fields, required=("content",))


_INSTRUCTION = _message_of({"input_text": _TEXT})
_MESSAGE = tagged(
    "role",
    {
        "user": _message_of({"input_text": _TEXT, "input_image": _image}),
        "system": _INSTRUCTION,
        "developer": _INSTRUCTION,
        "assistant": _message_of({"output_text": _SAID, "input_text": _TEXT, "refusal": _REFUSAL}),
    },
    refused={},
)
_CALL = record(
    {**_ANSWERED, "call_id": CALL_ID, "name": FUNCTION_NAME, "arguments": text(MAX_TEXT)},
    required=("call_id", "name", "arguments"),
)
_RESULT = record(
    {**_ANSWERED, "call_id": CALL_ID, "output": _content({"input_text": _TEXT})},
    required=("call_id", "output"),
)
# Thoughts of another provider mean nothing to ours: they go no further.
_THOUGHT = record(
    {
        **_ANSWERED,
        "summary": array(anything, 0, MAX_PARTS),
        "content": array(anything, 0, MAX_PARTS),
        "encrypted_content": text(MAX_TEXT),
    }
)
_TYPED = tagged(
    "type",
    {
        "message": _MESSAGE,
        "function_call": _CALL,
        "function_call_output": _RESULT,
        "reasoning": _THOUGHT,
    },
    refused={
        "item_reference": _NOT_STORED,
        "custom_tool_call": "is not supported yet",
        "custom_tool_call_output": "is not supported yet",
        **dict.fromkeys(
            (
                *("web_search_call", "file_search_call", "code_interpreter_call"),
                *("image_generation_call", "computer_call", "computer_call_output"),
                *("local_shell_call", "local_shell_call_output", "shell_call", "mcp_call"),
                *("mcp_list_tools", "mcp_approval_request", "mcp_approval_response"),
            ),
            _HOSTED,
        ),
    },
)


def item(value: object, path: str, problems: Problems) -> None:
    """Expect a message, a call of a tool, what it answered, or a thought."""
    is_message = isinstance(value, dict) and "type" not in value and "role" in value
    (_MESSAGE if is_message else _TYPED)(value, path, problems)
