"""What tokens cost, in whole micro-dollars: the price table, true costs and worst cases.

A rate is in micro-dollars per million tokens, so $2.50 per million is 2,500,000. A model is found
by its exact name or an exact alias; a name that merely resembles one has no price.
"""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self, cast

from ironcage.core import Micros
from ironcage.core.errors import UnsupportedParameter
from ironcage.gateway.model import Usage

PER_MILLION = 1_000_000
DEFAULT_OVERHEAD_TOKENS = 200
CLAUDE_OVERHEAD_TOKENS = 1_000
INPUT_OVERHEAD_TOKENS = 8
UNKNOWN_MAX_OUTPUT = 10_000_000
# Where nobody has said what an image takes at most: the largest bound of our table.
UNKNOWN_IMAGE_TOKENS = 100_000
TABLE = Path(__file__).with_name("prices.json")


@dataclass(frozen=True, slots=True)
class Rates:
    """Micro-dollars per million tokens of each class; reasoning counts as output."""

    input: int
    output: int
    cached_input: int
    cache_write: int

    def dearest_input(self) -> int:
        """Tell what an input token costs at most, cached, written or fresh."""
        return max(self.input, self.cached_input, self.cache_write)


@dataclass(frozen=True, slots=True)
class Price:
    """The price of one model.

    Above `long_from` input tokens the whole request costs the `long` rates. `overhead_tokens` is
    what a provider adds to a prompt before it counts. `surcharge_micros` is added to each request
    that carries parameters from outside our table; `extras_micros` is its bound, None if unknown.
    `image_tokens` is what one image takes at most, None if the model takes none or has no bound.
    `dimensions` is the size of a model's vectors, None if it is unknown or has none.
    """

    rates: Rates
    max_output_tokens: int = UNKNOWN_MAX_OUTPUT
    overhead_tokens: int = DEFAULT_OVERHEAD_TOKENS
    long_from: int | None = None
    long: Rates | None = None
    extras_micros: int | None = None
    surcharge_micros: int = 0
    image_tokens: int | None = None
    dimensions: int | None = None

    @classmethod
    def flat(cls, input_rate: int, output_rate: int, *, is_claude: bool = False) -> Self:
        """Make the price of a provider that names two rates and nothing else.

        Claude models bill a token that is written to the cache at 1.25 times the input rate, and
        add more to a prompt than others do.
        """
        written = -(-input_rate * 5 // 4) if is_claude else input_rate
        return cls(
            Rates(input_rate, output_rate, cached_input=input_rate, cache_write=written),
            overhead_tokens=CLAUDE_OVERHEAD_TOKENS if is_claude else DEFAULT_OVERHEAD_TOKENS,
            image_tokens=UNKNOWN_IMAGE_TOKENS,
        )

    def with_extras(self, extras: Iterable[str]) -> Self:
        """Price a request that carries parameters from outside our table.

        Raises:
            UnsupportedParameter: nobody has said what such a parameter costs at most.
        """
        names = list(extras)
        if not names:
            return self
        if self.extras_micros is None:
            raise UnsupportedParameter(dict.fromkeys(names, "has no price bound for this model"))
        return replace(self, surcharge_micros=self.extras_micros)

    def with_images(self, paths: Collection[str]) -> Self:
        """Price a request that carries images: their files are no tokens, their bound is.

        Raises:
            UnsupportedParameter: nobody has said what an image costs at most.
        """
        if not paths:
            return self
        if self.image_tokens is None:
            raise UnsupportedParameter(
                dict.fromkeys(paths, "is an image, which has no price bound for this model")
            )
        tokens = len(paths) * self.image_tokens
        return replace(self, overhead_tokens=self.overhead_tokens + tokens)

    def for_inputs(self, count: int) -> Self:
        """Bound what a model adds to each of several texts before it counts."""
        return replace(self, overhead_tokens=count * INPUT_OVERHEAD_TOKENS)

    def rates_at(self, input_tokens: int) -> Rates:
        """Tell the rates that a request of this size pays."""
        if self.long is None or self.long_from is None or input_tokens <= self.long_from:
            return self.rates
        return self.long


class PriceTable:
    """The list prices that we ship, by exact name: of chats, and of embeddings."""

    def __init__(self, prices: Mapping[str, Price], embeddings: Mapping[str, Price]) -> None:
        self._prices = prices
        self._embeddings = embeddings

    @classmethod
    def load(cls, path: Path = TABLE) -> Self:
        """Read the table that lies beside this module."""
        table = json.loads(path.read_bytes())
        return cls(_read_groups(table["groups"]), _read_groups(table["embedding_groups"]))

    def price_of(self, model: str) -> Price | None:
        """Find what a model costs for chats, by its exact name or alias."""
        return self._prices.get(model)

    def embedding_price_of(self, model: str) -> Price | None:
        """Find what a model costs for embeddings, by its exact name or alias."""
        return self._embeddings.get(model)

    def names(self) -> list[str]:
        """List all names and aliases of models for chats, sorted."""
        return sorted(self._prices)

    def embedding_names(self) -> list[str]:
        """List all names and aliases of models for embeddings, sorted."""
        return sorted(self._embeddings)


def cost(price: Price, usage: Usage) -> Micros:
    """Price what a provider counted, rounded up to a whole micro-dollar."""
    special = usage.cached_tokens + usage.cache_write_tokens
    # A provider that counts more special tokens than tokens leaves them out of its total.
    whole = usage.input_tokens + (special if special > usage.input_tokens else 0)
    rates = price.rates_at(whole)
    fresh = whole - special
    total = (
        fresh * rates.input
        + usage.cached_tokens * rates.cached_input
        + usage.cache_write_tokens * rates.cache_write
        + usage.output_tokens * rates.output
    )
    return Micros(_per_million(total) + price.surcharge_micros)


def worst_case(price: Price, *, input_bytes: int, n: int, max_tokens: int) -> Micros:
    """Bound the cost of a request: a token is at least one byte, and n answers run to the end."""
    total = _input_bound(price, input_bytes) + n * max_tokens * _output_rate(price, input_bytes)
    return Micros(_per_million(total) + price.surcharge_micros)


def tokens_affordable(price: Price, amount: Micros, *, input_bytes: int, n: int) -> int:
    """Tell the largest `max_tokens` whose worst case an amount pays; 0 if it pays none."""
    left = (amount - price.surcharge_micros) * PER_MILLION - _input_bound(price, input_bytes)
    if left < 0:
        return 0
    rate = n * _output_rate(price, input_bytes)
    most = left // rate if rate else price.max_output_tokens
    return min(most, price.max_output_tokens)


def _per_million(total: int) -> int:
    return -(-total // PER_MILLION)


def _possible_rates(price: Price, input_bytes: int) -> tuple[Rates, ...]:
    """List the rates that may apply: the true size is only known to be at most the bound."""
    at_most = price.rates_at(input_bytes + price.overhead_tokens)
    return (price.rates,) if at_most is price.rates else (price.rates, at_most)


def _input_bound(price: Price, input_bytes: int) -> int:
    rate = max(rates.dearest_input() for rates in _possible_rates(price, input_bytes))
    return (input_bytes + price.overhead_tokens) * rate


def _output_rate(price: Price, input_bytes: int) -> int:
    return max(rates.output for rates in _possible_rates(price, input_bytes))


def _read_groups(groups: Iterable[Mapping[str, object]]) -> dict[str, Price]:
    return {name: price for group in groups for name, price in _read_group(group)}


def _read_group(group: Mapping[str, object]) -> Iterable[tuple[str, Price]]:
    """Read the models of one source; a row is a name, rates and what departs from the group."""
    for row in cast("list[dict[str, object]]", group["models"]):
        merged = {**cast("dict[str, object]", group.get("defaults", {})), **row}
        price = _read_price(cast("Mapping[str, int]", merged), merged.get("long"))
        yield str(row["name"]), price
        for alias in cast("list[str]", row.get("aliases", [])):
            yield alias, price


def _read_price(row: Mapping[str, int], long: object) -> Price:
    return Price(
        rates=_read_rates(row),
        max_output_tokens=row.get("max_output_tokens", 0),
        overhead_tokens=row.get("overhead_tokens", DEFAULT_OVERHEAD_TOKENS),
        long_from=row.get("long_from"),
        long=_read_rates(cast("Mapping[str, int]", long)) if long else None,
        extras_micros=row.get("extras_micros"),
        image_tokens=row.get("image_tokens"),
        dimensions=row.get("dimensions"),
    )


def _read_rates(row: Mapping[str, int]) -> Rates:
    """Read rates: a cached or written token may cost a fresh one, and vectors cost nothing."""
    fresh = row["input"]
    return Rates(
        input=fresh,
        output=row.get("output", 0),
        cached_input=row.get("cached_input", fresh),
        cache_write=row.get("cache_write", fresh),
    )
