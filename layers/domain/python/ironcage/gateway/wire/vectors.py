"""Vectors as providers and clients write them: little-endian float32, base64 or numbers.

A provider's vectors are checked before they pass: all of one length, every number finite.
"""

import binascii
import math
import struct
from base64 import b64decode, b64encode
from collections.abc import Iterable

from ironcage.core.errors import ProviderUnavailable
from ironcage.gateway.model import JsonObject
from ironcage.gateway.wire.counts import is_count

_WIDTH = 4


def text_of(vector: bytes) -> str:
    """Write a vector in base64."""
    return b64encode(vector).decode("ascii")


def numbers_of(vector: bytes) -> list[float]:
    """Write a vector as numbers, each exactly the float32 that it is."""
    return list(struct.unpack(f"<{len(vector) // _WIDTH}f", vector))


def read_vectors(values: Iterable[object], *, count: int) -> tuple[bytes, ...]:
    """Read the vectors of an answer, each in base64 or as numbers.

    Raises:
        ProviderUnavailable: not as many vectors as texts, or something that is no vector.
    """
    vectors = tuple(map(_vector, values))
    if len(vectors) != count or len({len(vector) for vector in vectors}) != 1:
        raise _bad_answer()
    return vectors


def read_embeddings(body: JsonObject, *, count: int) -> tuple[bytes, ...]:
    """Read the vectors of an answer in OpenAI's format, in the order of the texts.

    Raises:
        ProviderUnavailable: the answer is not one for so many texts.
    """
    data = body.get("data")
    if not isinstance(data, list) or not all(isinstance(item, dict) for item in data):
        raise _bad_answer()
    placed = {str(item.get("index", at)): item.get("embedding") for at, item in enumerate(data)}
    if placed.keys() != set(map(str, range(count))):
        raise _bad_answer()
    return read_vectors((placed[str(at)] for at in range(count)), count=count)


def embedding_tokens(body: JsonObject) -> int | None:
    """Read how many tokens an answer in OpenAI's format counts; None where it counts none."""
    usage = body.get("usage")
    return token_count(usage.get("prompt_tokens")) if isinstance(usage, dict) else None


def token_count(value: object) -> int | None:
    """Read a count of tokens; a text has at least one, so none is no count."""
    return value if is_count(value) and value > 0 else None


def _vector(value: object) -> bytes:
    vector = _from_base64(value) if isinstance(value, str) else _from_numbers(value)
    # A sum of finite float32 is finite, and one that is not shows in it: no loop in Python.
    if not vector or not math.isfinite(sum(numbers_of(vector))):
        raise _bad_answer()
    return vector


def _from_base64(text: str) -> bytes:
    try:
        vector = b64decode(text, validate=True)
    except (binascii.Error, ValueError) as exc:
        raise _bad_answer() from exc
    if len(vector) % _WIDTH:
        raise _bad_answer()
    return vector


def _from_numbers(value: object) -> bytes:
    if not isinstance(value, list):
        raise _bad_answer()
    try:
        return struct.pack(f"<{len(value)}f", *value)
    except (struct.error, OverflowError) as exc:
        raise _bad_answer() from exc


def _bad_answer() -> ProviderUnavailable:
    return ProviderUnavailable(sent=True, reason="bad_answer")
