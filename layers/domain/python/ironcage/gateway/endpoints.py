"""The routes below `/v1`: with which method, and in whose wire format."""

from typing import NamedTuple

from ironcage.gateway.faces import Face
from ironcage.gateway.wire.openai_face import OPENAI

CHAT, MODELS = "/v1/chat/completions", "/v1/models"


class Endpoint(NamedTuple):
    """One route; a charged one closes with a record and a settlement."""

    method: str
    face: Face
    is_charged: bool


ENDPOINTS = {
    CHAT: Endpoint("POST", OPENAI, is_charged=True),
    MODELS: Endpoint("GET", OPENAI, is_charged=False),
}


def is_charged(path: str) -> bool:
    """Tell whether requests to a path can cost something."""
    return path in ENDPOINTS and ENDPOINTS[path].is_charged


def face_of(path: str) -> Face:
    """Choose the wire format of a path; unknown paths are answered as OpenAI would."""
    return ENDPOINTS[path].face if path in ENDPOINTS else OPENAI
