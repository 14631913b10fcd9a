"""The routes below `/v1`: with which method, and in whose wire format."""

from collections.abc import Callable
from functools import cache
from typing import NamedTuple

from ironcage.gateway.faces import Face
from ironcage.gateway.wire.openai_face import EMBEDDINGS, OPENAI

CHAT, MESSAGES, MODELS = "/v1/chat/completions", "/v1/messages", "/v1/models"
EMBED, RESPOND = "/v1/embeddings", "/v1/responses"


def _openai() -> Face:
    return OPENAI


def _embeddings() -> Face:
    return EMBEDDINGS


@cache
def _anthropic() -> Face:
    """Load the face when it is first asked for: OpenAI's clients need not wait for it."""
    from ironcage.gateway.wire.anthropic_face import ANTHROPIC  # noqa: PLC0415 - as said above

    return ANTHROPIC


@cache
def _responses() -> Face:
    """Load the face when it is first asked for, as Anthropic's."""
    from ironcage.gateway.wire.responses_face import RESPONSES  # noqa: PLC0415 - as said above

    return RESPONSES


class Endpoint(NamedTuple):
    """One route; a charged one closes with a record and a settlement."""

    method: str
    face: Callable[[], Face]
    is_charged: bool


ENDPOINTS = {
    CHAT: Endpoint("POST", _openai, is_charged=True),
    EMBED: Endpoint("POST", _embeddings, is_charged=True),
    MESSAGES: Endpoint("POST", _anthropic, is_charged=True),
    RESPOND: Endpoint("POST", _responses, is_charged=True),
    MODELS: Endpoint("GET", _openai, is_charged=False),
}


def is_charged(path: str) -> bool:
    """Tell whether requests to a path can cost something."""
    return path in ENDPOINTS and ENDPOINTS[path].is_charged


def face_of(path: str) -> Face:
    """Choose the wire format of a path; unknown paths are answered as their neighbours are."""
    if path in ENDPOINTS:
        return ENDPOINTS[path].face()
    return _anthropic() if path.startswith(f"{MESSAGES}/") else OPENAI
