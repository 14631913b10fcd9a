"""Check digits of national identity numbers; each check keeps all of the value or nothing."""

from collections.abc import Callable, Mapping

_NIF_LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE"
_NIE_FIRST = {"X": "0", "Y": "1", "Z": "2"}
_FINNISH = "0123456789ABCDEFHJKLMNPRSTUVWXY"
_SINGAPORE = {"S": "JZIHGFEDCBA", "F": "XWUTRQPNMLK"}
_SINGAPORE_WEIGHTS = (2, 7, 6, 5, 4, 3, 2)
_ODD_PLACES = "1 0 5 7 9 13 15 17 19 21 2 4 18 20 11 3 6 8 12 14 16 10 22 25 24 23"
_FISCAL_ODD = tuple(map(int, _ODD_PLACES.split()))
_PESEL_WEIGHTS = (1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1)


def _all_or_nothing(holds: Callable[[str], bool]) -> Callable[[str], int]:
    def check(value: str) -> int:
        return len(value) if holds(value) else 0

    return check


def _nhs(value: str) -> bool:
    """Check a British NHS number: modulus 11 over ten digits."""
    digits = [int(c) for c in value if c.isdigit()]
    remainder = sum(d * w for d, w in zip(digits, range(10, 1, -1), strict=False)) % 11
    return (11 - remainder) % 11 == digits[9] and len(set(digits)) > 1


def _nif(value: str) -> bool:
    """Check a Spanish NIF or NIE: the letter is the number modulo 23."""
    number = _NIE_FIRST.get(value[0], value[0]) + value[1:-1]
    return _NIF_LETTERS[int(number) % 23] == value[-1]


def _hetu(value: str) -> bool:
    """Check a Finnish personal identity code: modulus 31."""
    return _FINNISH[int(value[:6] + value[7:10]) % 31] == value[-1]


def _nric(value: str) -> bool:
    """Check a Singaporean NRIC or FIN: weighted modulus 11, shifted for the 2000s."""
    total = sum(int(c) * w for c, w in zip(value[1:8], _SINGAPORE_WEIGHTS, strict=True))
    total += 4 if value[0] in "TG" else 0
    letters = _SINGAPORE["S" if value[0] in "ST" else "F"]
    return letters[total % 11] == value[-1]


def _fiscal_code(value: str) -> bool:
    """Check an Italian fiscal code: odd and even places count differently, modulus 26."""
    ranks = [int(c) if c.isdigit() else ord(c) - ord("A") for c in value[:15]]
    total = sum(_FISCAL_ODD[r] if at % 2 == 0 else r for at, r in enumerate(ranks))
    return chr(ord("A") + total % 26) == value[15]


def _pesel(value: str) -> bool:
    """Check a Polish PESEL: weighted modulus 10."""
    total = sum(int(c) * w for c, w in zip(value, _PESEL_WEIGHTS, strict=True))
    return total % 10 == 0 and len(set(value)) > 1


NATIONAL_CHECKS: Mapping[str, Callable[[str], int]] = {
    "fiscal_code": _all_or_nothing(_fiscal_code),
    "hetu": _all_or_nothing(_hetu),
    "nhs": _all_or_nothing(_nhs),
    "nif": _all_or_nothing(_nif),
    "nric": _all_or_nothing(_nric),
    "pesel": _all_or_nothing(_pesel),
}
