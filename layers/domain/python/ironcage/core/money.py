"""Money: whole micro-dollars, never floats (1 USD = 1,000,000)."""

from decimal import Decimal
from typing import NewType

Micros = NewType("Micros", int)

MICROS_PER_USD = 1_000_000
_CENT = 10_000


def usd_text(amount: int) -> str:
    """Show an amount in USD with all six decimals, exactly: 1500 is "0.001500"."""
    sign, whole = ("-" if amount < 0 else ""), abs(amount)
    return f"{sign}{whole // MICROS_PER_USD}.{whole % MICROS_PER_USD:06d}"


def parse_usd(text: str | int) -> Micros:
    """Read a budget in USD: at least 0.01, at most 999,999.99, no more than two decimals.

    Raises:
        ValueError: not a number, more than two decimals, or out of range.
    """
    try:
        micros = Decimal(text) * MICROS_PER_USD
    except ArithmeticError as exc:  # malformed, or beyond what a Decimal can hold
        raise ValueError("not a number") from exc
    if not micros.is_finite() or not _CENT <= micros <= 99_999_999 * _CENT:
        raise ValueError("must be 0.01 to 999999.99")
    if micros % _CENT != 0:
        raise ValueError("needs at most two decimals")
    return Micros(int(micros))
