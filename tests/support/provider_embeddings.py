"""Vectors of a scripted provider that speaks OpenAI's format."""

from base64 import b64encode
from struct import pack
from typing import cast

JsonObject = dict[str, object]
SIZE = 4


def vector_of(text: str, size: int = SIZE) -> list[float]:
    """Make a vector that only this text has; each number is exactly a float32."""
    return [(len(text) + at) / 8 - ord(text[0]) / 16 for at in range(size)]


def embeddings_of(request: JsonObject, *, floats_only: bool) -> JsonObject:
    """Write the vectors of all inputs, the last first: only the index tells which is whose."""
    size = cast("int", request.get("dimensions", SIZE))
    is_base64 = request.get("encoding_format") == "base64" and not floats_only
    data: list[JsonObject] = []
    for at, text in enumerate(cast("list[str]", request["input"])):
        vector = vector_of(text, size)
        value = b64encode(pack(f"<{size}f", *vector)).decode() if is_base64 else vector
        data.insert(0, {"object": "embedding", "index": at, "embedding": value})
    return {"object": "list", "data": data, "model": request["model"]}
