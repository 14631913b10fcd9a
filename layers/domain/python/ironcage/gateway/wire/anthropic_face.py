"""Anthropic's face: Messages in, messages and events out."""

from ironcage.gateway.faces import Face
from ironcage.gateway.wire.anthropic_answers import message_body
from ironcage.gateway.wire.anthropic_chat import parse_messages
from ironcage.gateway.wire.anthropic_errors import error_body
from ironcage.gateway.wire.anthropic_stream import AnthropicStream, error_event

ANTHROPIC = Face(
    read=parse_messages,
    write=message_body,
    open_stream=AnthropicStream,
    error_body=error_body,
    error_event=error_event,
    id_headers=("x-request-id", "request-id"),
)
