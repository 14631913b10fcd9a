"""Fields of an operation are read strictly, and every problem is named at once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from control_api.fields import Fields
from ironcage.core.errors import InvalidRequest
from ironcage.tenancy import AgentStatus

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=10,
)


def problems_of(fields: Fields) -> dict[str, str]:
    with pytest.raises(InvalidRequest) as refusal:
        fields.check()
    return refusal.value.fields


def test_all_problems_are_named_at_once_with_their_paths() -> None:
    fields = Fields({"name": "", "inner": {"count": 7.5, "extra": 1}, "unknown": None})
    fields.text("name")
    fields.identifier("tenant_id", "tenant")
    inner = fields.inside("inner")
    inner.integer("count", low=1, high=9, default=1)
    inner.collect()

    assert problems_of(fields) == {
        "name": "must be 1 to 200 printable characters",
        "tenant_id": "is required",
        "inner.count": "must be a whole number from 1 to 9",
        "inner.extra": "is not known",
        "unknown": "is not known",
    }


def test_good_fields_are_handed_out() -> None:
    fields = Fields(
        {
            "name": "Acme",
            "tenant_id": "tenant_acme",
            "budget": "5.00",
            "cents": 0.5,
            "status": "inactive",
            "items": ["a", "b"],
            "on": False,
            "null": None,
        }
    )

    assert fields.text("name") == "Acme"
    assert fields.identifier("tenant_id", "tenant") == "tenant_acme"
    assert (fields.usd("budget"), fields.usd("cents")) == (5_000_000, 500_000)
    assert fields.choice("status", AgentStatus, default=AgentStatus.ACTIVE) is AgentStatus.INACTIVE
    assert fields.texts("items") == ["a", "b"]
    assert fields.truth("on", default=True) is False
    assert fields.is_null("null")
    fields.check()


def test_absent_fields_have_their_defaults() -> None:
    fields = Fields({})

    assert fields.text("name", default="x") == "x"
    assert fields.identifier("id", "ip", fresh=True).startswith("ip_")
    assert fields.integer("count", low=1, high=9, default=3) == 3
    assert fields.texts("items", default=["a"]) == ["a"]
    assert fields.truth("on", default=True)
    assert not fields.is_null("null")
    fields.check()


@pytest.mark.parametrize("value", [True, None, [], {}, "0", "0.001", "1e9", "NaN", "x", -1, 0.001])
def test_budget_is_refused_when_it_is_no_amount(value: object) -> None:
    fields = Fields({"budget": value})
    fields.usd("budget")

    assert "budget" in problems_of(fields)


@pytest.mark.parametrize("value", [None, "a", ["a", "a"], [1], [""], ["\n"], ["a"] * 101, {}])
def test_list_is_refused_when_it_holds_anything_but_different_texts(value: object) -> None:
    fields = Fields({"items": value})
    fields.texts("items")

    assert "items" in problems_of(fields)


@given(st.dictionaries(st.sampled_from("abcdefgh"), JSON))
def test_any_json_is_read_without_surprise(data: dict[str, object]) -> None:
    fields = Fields(data)
    fields.text("a")
    fields.identifier("b", "agent")
    fields.integer("c", low=0, high=9, default=0)
    fields.truth("d", default=True)
    fields.usd("e")
    fields.choice("f", AgentStatus, default=AgentStatus.ACTIVE)
    fields.texts("g")
    fields.inside("h").collect()

    assert problems_of(fields)
