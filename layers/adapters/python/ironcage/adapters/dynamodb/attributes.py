"""Plain values to and from DynamoDB's low-level attribute format."""

from collections.abc import Callable, Mapping
from typing import Any

Item = dict[str, Any]
Attributes = dict[str, Any]


# The first type that fits writes the value, so truth stands before the whole numbers it is one of.
_SCALARS: tuple[tuple[type, str, Callable[[Any], object]], ...] = (
    (bool, "BOOL", bool),
    (int, "N", lambda value: str(int(value))),
    (float, "N", repr),
    (str, "S", str),
    (bytes, "B", bytes),
)


def encode(value: object) -> Attributes:
    """Write one value: text, number, truth, nothing, bytes, list or mapping.

    Raises:
        TypeError: the value is of another type.
    """
    if value is None:
        return {"NULL": True}
    if isinstance(value, Mapping):
        return {"M": encode_item(value)}
    if isinstance(value, list | tuple | set | frozenset):
        return {"L": [encode(part) for part in value]}
    for kind, name, write in _SCALARS:
        if isinstance(value, kind):
            return {name: write(value)}
    raise TypeError(f"cannot be stored: {type(value).__name__}")


def encode_item(item: Mapping[Any, object]) -> Attributes:
    """Write a mapping, name by name."""
    return {str(name): encode(value) for name, value in item.items()}


def decode(attribute: Mapping[str, Any]) -> object:
    """Read one value; whole numbers become `int`."""
    [(kind, value)] = attribute.items()
    match kind:
        case "NULL":
            return None
        case "N":
            return _number(value)
        case "L":
            return [decode(part) for part in value]
        case "M":
            return decode_item(value)
        case _:  # S, BOOL, B, SS are what they are
            return value


def decode_item(attributes: Mapping[str, Any]) -> Item:
    """Read a whole item."""
    return {name: decode(value) for name, value in attributes.items()}


def _number(text: str) -> int | float:
    try:
        return int(text)
    except ValueError:
        return float(text)
