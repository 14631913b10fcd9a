"""OpenAI's newer face: Responses in, responses and their events out."""

from dataclasses import replace

from ironcage.gateway.wire.openai_face import OPENAI
from ironcage.gateway.wire.responses_answers import response_body
from ironcage.gateway.wire.responses_chat import parse_responses
from ironcage.gateway.wire.responses_stream import ResponsesStream, error_event

RESPONSES = replace(
    OPENAI,
    read=parse_responses,
    write=response_body,
    open_stream=ResponsesStream,
    error_event=error_event,
)
