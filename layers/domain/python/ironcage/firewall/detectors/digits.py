"""The arithmetic of check digits, and of days that numbers begin with; values have no gaps here."""

import re
from collections.abc import Callable, Sequence

_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_FEWEST_DISTINCT = 3
# Verhoeff: how two digits are joined, and how a digit moves with its place.
_JOINED = (
    *("0123456789", "1234067895", "2340178956", "3401289567", "4012395678"),
    *("5987604321", "6598710432", "7659821043", "8765932104", "9876543210"),
)
_MOVED = ("0123456789", "1576283094", "5803796142", "8916043527", "9453126870", "4286573901",
          "2793806415", "7046913258")  # fmt: skip


def compact(value: str) -> str:
    """Leave out what separates groups, and write letters large."""
    return re.sub(r"[^0-9A-Za-z]", "", value).upper()


def whole(holds: Callable[[str], bool]) -> Callable[[str], int]:
    """Make a check that keeps all of a value or nothing; it reads the value without separators."""

    def check(value: str) -> int:
        number = compact(value)
        return len(value) if len(set(number)) >= _FEWEST_DISTINCT and holds(number) else 0

    return check


def weighted(number: str, weights: Sequence[int]) -> int:
    """Sum the leading digits, each by its weight."""
    return sum(int(c) * w for c, w in zip(number, weights, strict=False))


def luhn_holds(digits: str) -> bool:
    """Tell whether the last digit is the Luhn check digit of the others."""
    total = 0
    for at, char in enumerate(reversed(digits)):
        double = int(char) << (at & 1)
        total += double - 9 if double > 9 else double  # noqa: PLR2004  # the digits of 10 to 18
    return total % 10 == 0


def ean_holds(digits: str) -> bool:
    """Tell whether the last digit is the check digit of a barcode (EAN-13, UPC-A)."""
    return sum(int(c) * (3 if at & 1 else 1) for at, c in enumerate(reversed(digits))) % 10 == 0


def verhoeff_holds(digits: str) -> bool:
    """Tell whether the last digit is the Verhoeff check digit of the others."""
    joined = 0
    for at, char in enumerate(reversed(digits)):
        joined = int(_JOINED[joined][int(_MOVED[at % 8][int(char)])])
    return joined == 0


def hybrid_holds(digits: str) -> bool:
    """Tell whether the last digit is the check digit by ISO 7064, modulus 11,10."""
    product = 10
    for char in digits[:-1]:
        total = (int(char) + product) % 10 or 10
        product = total * 2 % 11
    return (11 - product) % 10 == int(digits[-1])


def is_day(month: str | int, day: str | int) -> bool:
    """Tell whether a year can have this day."""
    return 1 <= int(month) <= len(_DAYS) and 1 <= int(day) <= _DAYS[int(month) - 1]


def begins_with_year(number: str) -> bool:
    """Tell whether a number begins with a day written as yymmdd."""
    return is_day(number[2:4], number[4:6])


def begins_with_day(number: str) -> bool:
    """Tell whether a number begins with a day written as ddmmyy."""
    return is_day(number[2:4], number[:2])
