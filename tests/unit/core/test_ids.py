"""Ids are random, prefixed and checked."""

import pytest

from ironcage.core import has_prefix, new_id


def test_new_id_has_its_prefix_and_128_random_bits() -> None:
    first, second = new_id("agent"), new_id("agent")

    assert first != second
    assert len(first) == len("agent_") + 32
    assert has_prefix(first, "agent")


@pytest.mark.parametrize(
    "value",
    ["", "agent", "agent_", "agent_ab", "user_abc123", "agent_ABC", "agent_a b", "agent_é12"],
)
def test_id_is_refused_when_it_is_malformed_or_of_another_kind(value: str) -> None:
    assert not has_prefix(value, "agent")
