"""Prices: whole micro-dollars, exact names, and bounds that hold."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ironcage.core import Micros
from ironcage.core.errors import UnsupportedParameter
from ironcage.gateway import (
    Price,
    PriceTable,
    Rates,
    Usage,
    cost,
    tokens_affordable,
    worst_case,
)

TABLE = PriceTable.load()
NAMES = TABLE.names()

RATE = st.integers(0, 200_000_000)
RATES = st.builds(Rates, input=RATE, output=RATE, cached_input=RATE, cache_write=RATE)
PRICES = st.builds(
    Price,
    rates=RATES,
    max_output_tokens=st.integers(1, 200_000),
    overhead_tokens=st.integers(0, 2_000),
    long_from=st.none() | st.integers(0, 300_000),
    long=st.none() | RATES,
    surcharge_micros=st.integers(0, 50_000),
)
COUNT = st.integers(0, 400_000)


def price_named(name: str) -> Price:
    price = TABLE.price_of(name)
    assert price is not None
    return price


def test_golden_cost_of_fresh_cached_and_written_tokens() -> None:
    usage = Usage(input_tokens=1_000, cached_tokens=600, output_tokens=100, reasoning_tokens=40)

    # 400 fresh at $2.50, 600 cached at $1.25 and 100 out at $10 per million
    assert cost(price_named("gpt-4o"), usage) == 1_000 + 750 + 1_000


def test_golden_cost_of_cache_writes_on_bedrock() -> None:
    usage = Usage(input_tokens=1_000, cache_write_tokens=1_000, output_tokens=10)

    assert cost(price_named("anthropic.claude-sonnet-4-20250514-v1:0"), usage) == 3_750 + 150


def test_golden_cost_above_the_long_context_threshold() -> None:
    usage = Usage(input_tokens=200_001, output_tokens=1_000)

    # the whole request at $6 and $22.50 per million, rounded up
    expected = 1_200_006 + 22_500
    assert cost(price_named("anthropic.claude-sonnet-4-20250514-v1:0"), usage) == expected


def test_fraction_of_a_micro_dollar_is_rounded_up_once() -> None:
    assert cost(Price.flat(1, 1), Usage(input_tokens=1, output_tokens=1)) == 1
    assert cost(Price.flat(0, 0), Usage(input_tokens=9, output_tokens=9)) == 0


def test_flat_price_of_a_claude_bills_cache_writes_as_anthropic_does() -> None:
    usage = Usage(input_tokens=1_000, cache_write_tokens=1_000)

    claude, other = (Price.flat(1_000_001, 1, is_claude=is_it) for is_it in (True, False))

    assert claude.rates.cache_write == 1_250_002  # 1,250,001.25, rounded up
    assert (cost(claude, usage), cost(other, usage)) == (1_251, 1_001)


def test_cached_tokens_beyond_the_input_are_charged_on_top() -> None:
    usage = Usage(input_tokens=10, cached_tokens=100)

    assert cost(Price.flat(1_000_000, 1_000_000), usage) == 110


@pytest.mark.parametrize("name", ["gpt-4", "gpt-4o", "gpt-4o-2024-08-06", "amazon.nova-lite-v1:0"])
def test_model_is_found_by_its_exact_name_or_alias(name: str) -> None:
    assert TABLE.price_of(name) is not None


@pytest.mark.parametrize(
    "name", ["", "GPT-4o", "gpt-4o ", "gpt-4o-2099-01-01", "gpt-4o-min", "gpt"]
)
def test_name_that_resembles_a_model_has_no_price(name: str) -> None:
    assert TABLE.price_of(name) is None


def test_dated_alias_does_not_share_the_price_of_another_date() -> None:
    assert price_named("gpt-4o-2024-05-13") != price_named("gpt-4o-2024-08-06")


@pytest.mark.parametrize("name", NAMES)
def test_listed_price_is_plausible(name: str) -> None:
    price = price_named(name)

    assert 0 < price.rates.cached_input <= price.rates.input <= price.rates.cache_write
    assert price.rates.input <= price.rates.output < 100_000_000
    assert 256 <= price.max_output_tokens <= 200_000
    assert (price.long is None) == (price.long_from is None)


@pytest.mark.parametrize("name", TABLE.embedding_names())
def test_listed_price_of_embeddings_is_plausible_and_for_input_alone(name: str) -> None:
    price = TABLE.embedding_price_of(name)

    assert price is not None
    assert 10_000 <= price.rates.input <= 1_000_000
    assert price.rates.output == 0
    assert price.rates.dearest_input() == price.rates.input


def test_model_is_listed_for_chats_or_for_embeddings_and_not_for_both() -> None:
    assert not set(NAMES) & set(TABLE.embedding_names())
    assert TABLE.price_of("text-embedding-3-small") is None
    assert TABLE.embedding_price_of("gpt-4o") is None


def test_extra_parameters_need_a_bound_of_their_own() -> None:
    price = price_named("gpt-4o")

    assert price.with_extras([]) is price
    with pytest.raises(UnsupportedParameter) as caught:
        price.with_extras(["top_k"])
    assert set(caught.value.fields) == {"top_k"}


def test_surcharge_is_part_of_bound_and_cost() -> None:
    price = Price(Rates(1, 1, 1, 1), extras_micros=500).with_extras(["top_k"])

    assert cost(price, Usage()) == 500
    assert worst_case(price, input_bytes=0, n=1, max_tokens=0) >= 500


@given(
    price=PRICES,
    input_bytes=COUNT,
    n=st.integers(1, 8),
    max_tokens=st.integers(0, 50_000),
    data=st.data(),
)
def test_no_usage_within_bounds_costs_more_than_the_worst_case(
    *, price: Price, input_bytes: int, n: int, max_tokens: int, data: st.DataObject
) -> None:
    whole = data.draw(st.integers(0, input_bytes + price.overhead_tokens))
    cached = data.draw(st.integers(0, whole))
    written = data.draw(st.integers(0, whole - cached))
    usage = Usage(whole, data.draw(st.integers(0, n * max_tokens)), cached, written)

    bound = worst_case(price, input_bytes=input_bytes, n=n, max_tokens=max_tokens)

    assert isinstance(bound, int)
    assert cost(price, usage) <= bound


@given(price=PRICES, few=COUNT, more=COUNT, n=st.integers(1, 8), max_tokens=st.integers(0, 50_000))
def test_worst_case_never_falls_when_a_request_grows(
    *, price: Price, few: int, more: int, n: int, max_tokens: int
) -> None:
    few, more = min(few, more), max(few, more)

    small = worst_case(price, input_bytes=few, n=n, max_tokens=max_tokens)

    assert small <= worst_case(price, input_bytes=more, n=n, max_tokens=max_tokens)
    assert small <= worst_case(price, input_bytes=few, n=n + 1, max_tokens=max_tokens + 1)


@given(price=PRICES, amount=st.integers(0, 10**9), input_bytes=COUNT, n=st.integers(1, 8))
def test_affordable_tokens_are_paid_by_the_amount_and_one_more_is_not(
    *, price: Price, amount: int, input_bytes: int, n: int
) -> None:
    tokens = tokens_affordable(price, Micros(amount), input_bytes=input_bytes, n=n)

    assume(tokens > 0)
    assert worst_case(price, input_bytes=input_bytes, n=n, max_tokens=tokens) <= amount
    if tokens < price.max_output_tokens:
        assert worst_case(price, input_bytes=input_bytes, n=n, max_tokens=tokens + 1) > amount


def test_amount_below_the_input_affords_nothing() -> None:
    price = Price.flat(1_000_000, 1_000_000)

    assert tokens_affordable(price, Micros(10), input_bytes=1_000, n=1) == 0
