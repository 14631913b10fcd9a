"""Money is read and shown exactly."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ironcage.core import parse_usd, usd_text


@pytest.mark.parametrize(
    ("amount", "text"),
    [(0, "0.000000"), (1, "0.000001"), (1_500, "0.001500"), (-2_000_001, "-2.000001")],
)
def test_amount_is_shown_with_all_six_decimals(amount: int, text: str) -> None:
    assert usd_text(amount) == text


@pytest.mark.parametrize(
    ("text", "micros"), [("0.01", 10_000), ("1", 1_000_000), ("999999.99", 999_999_990_000)]
)
def test_budget_is_read_in_micro_dollars(text: str, micros: int) -> None:
    assert parse_usd(text) == micros


@pytest.mark.parametrize(
    "text", ["0", "0.001", "1000000", "-1", "NaN", "Infinity", "ten", "", "1e30", "1e999999"]
)
def test_budget_is_refused_when_it_is_no_amount_in_range(text: str) -> None:
    with pytest.raises(ValueError, match=r"number|decimals|must be"):
        parse_usd(text)


@given(st.integers(min_value=1, max_value=99_999_999))
def test_budget_survives_a_round_trip_through_its_text(cents: int) -> None:
    micros = cents * 10_000

    assert parse_usd(usd_text(micros)) == micros
