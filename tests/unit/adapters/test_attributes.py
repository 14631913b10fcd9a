"""Values survive the table's format."""

from enum import IntEnum

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ironcage.adapters.dynamodb.attributes import decode, decode_item, encode, encode_item

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**15), 10**15)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text()
    | st.binary(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


class Level(IntEnum):
    """A number with a name."""

    HIGH = 3


@settings(max_examples=50)
@given(st.dictionaries(st.text(min_size=1), VALUES, max_size=4))
def test_item_survives_a_round_trip(item: dict[str, object]) -> None:
    assert decode_item(encode_item(item)) == item


def test_named_number_is_stored_as_its_number() -> None:
    assert encode(Level.HIGH) == {"N": "3"}


def test_sets_and_tuples_become_lists() -> None:
    assert decode(encode(("a", frozenset({"b"})))) == ["a", ["b"]]


def test_unknown_type_is_refused_without_its_value() -> None:
    with pytest.raises(TypeError, match=r"^cannot be stored: object$"):
        encode(object())
