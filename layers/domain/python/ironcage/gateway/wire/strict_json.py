"""JSON without surprises: one object, UTF-8, no duplicate keys, no NaN, bounded depth."""

import json
import math
import re
from typing import NoReturn, cast

from ironcage.core.errors import BodyTooLarge, MalformedBody
from ironcage.gateway.model import JsonObject

MAX_BODY_BYTES = 5_000_000
MAX_DEPTH = 32

# A surrogate can only arrive as an escape: the UTF-8 decoder refuses the raw form.
_SURROGATE_ESCAPE = re.compile(rb"\\u[dD][89a-fA-F]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")


def decode_object(body: bytes, *, max_bytes: int = MAX_BODY_BYTES) -> JsonObject:
    """Read a body that must be one JSON object.

    Raises:
        BodyTooLarge: more bytes than allowed.
        MalformedBody: not UTF-8, not JSON, not an object, too deep, ambiguous or not finite.
    """
    if len(body) > max_bytes:
        raise BodyTooLarge(limit_bytes=max_bytes)
    try:
        value = _DECODER.decode(body.decode("utf-8"))
    except (ValueError, RecursionError) as exc:
        raise MalformedBody from exc
    if not isinstance(value, dict):
        raise MalformedBody
    # Counting brackets first spares small bodies the walk.
    if body.count(b"{") + body.count(b"[") > MAX_DEPTH and _depth(value) > MAX_DEPTH:
        raise MalformedBody("The body is nested too deeply.", limit=MAX_DEPTH)
    if _SURROGATE_ESCAPE.search(body) and _has_surrogate(value):
        raise MalformedBody("The body has half of a surrogate pair.")
    return cast("JsonObject", value)


def decode_fields(body: bytes) -> JsonObject:
    """Read the fields of a request; a null says as much as no field.

    Raises:
        BodyTooLarge: more bytes than we accept.
        MalformedBody: not one clean JSON object.
    """
    return {name: value for name, value in decode_object(body).items() if value is not None}


def encode_json(value: object) -> bytes:
    """Write compact JSON in UTF-8; half a surrogate pair, as a provider may send, becomes `?`."""
    return _ENCODER.encode(value).encode("utf-8", "replace")


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("duplicate key")
    return found


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("not finite")
    return number


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)


_DECODER = json.JSONDecoder(
    object_pairs_hook=_unique, parse_float=_finite, parse_constant=_refuse, strict=True
)
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def _children(value: object) -> list[object]:
    if isinstance(value, dict):
        return list(value.values())
    return list(value) if isinstance(value, list) else []


def _depth(value: object) -> int:
    """Count nested levels by sweeping one after the other; recursion would need the answer."""
    depth, level = 0, [value]
    while level and depth <= MAX_DEPTH:
        level = [c for item in level for c in _children(item) if isinstance(c, dict | list)]
        depth += 1
    return depth


def _has_surrogate(value: object) -> bool:
    pending = [value]
    while pending:
        item = pending.pop()
        if isinstance(item, str) and _SURROGATE.search(item):
            return True
        if isinstance(item, dict):
            pending.extend(item)
        pending.extend(_children(item))
    return False
