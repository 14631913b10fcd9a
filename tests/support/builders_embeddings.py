"""Embeddings requests and answers, with what does not matter filled in."""

import json
from base64 import b64decode, b64encode
from struct import pack, unpack

from ironcage.core.errors import IronCageError
from ironcage.gateway import EmbeddingAnswer, JsonObject
from ironcage.gateway.wire.embeddings import EmbeddingRequest, parse_embeddings

# Every one of these is exactly a float32, so that nothing is rounded on the way.
NUMBERS = [0.5, -0.25, 0.125, 1.0]


def a_vector(*numbers: float) -> bytes:
    """Write a vector as it travels inside."""
    chosen = numbers or tuple(NUMBERS)
    return pack(f"<{len(chosen)}f", *chosen)


def in_base64(vector: bytes) -> str:
    """Write a vector as OpenAI's base64 does."""
    return b64encode(vector).decode()


def from_base64(text: str) -> list[float]:
    """Read a vector as the official SDK does."""
    data = b64decode(text)
    return list(unpack(f"<{len(data) // 4}f", data))


def an_embedding_body(**changes: object) -> bytes:
    """Write a good request with some fields changed; `...` leaves a field out."""
    body = {"model": "text-embedding-3-small", "input": "A text.", **changes}
    return json.dumps({k: v for k, v in body.items() if v is not ...}).encode()


def an_embedding(*extras: str, **changes: object) -> EmbeddingRequest:
    """Read a good request with some fields changed."""
    return parse_embeddings(an_embedding_body(**changes), extra_parameters=frozenset(extras))


def some_vectors(
    count: int = 1,
    *,
    tokens: int = 5,
    uncounted: tuple[int, ...] = (),
    failure: IronCageError | None = None,
) -> EmbeddingAnswer:
    """Write an answer of a provider."""
    vectors = [] if failure else [a_vector(at, 0.5) for at in range(count)]
    return EmbeddingAnswer(vectors, tokens, uncounted=uncounted, failure=failure)


def an_openai_answer(*embeddings: object, tokens: object = 5) -> JsonObject:
    """Write an answer in OpenAI's format."""
    data = [
        {"object": "embedding", "index": at, "embedding": value}
        for at, value in enumerate(embeddings)
    ]
    usage = {"prompt_tokens": tokens, "total_tokens": tokens}
    return {"object": "list", "data": data, "model": "text-embedding-3-small", "usage": usage}
