"""Check digits of identity numbers beyond Europe; each check keeps all of the value or nothing."""

from collections.abc import Callable, Mapping

from ironcage.firewall.detectors.digits import (
    begins_with_year,
    is_day,
    luhn_holds,
    verhoeff_holds,
    weighted,
    whole,
)

_SINGAPORE = {"S": "JZIHGFEDCBA", "F": "XWUTRQPNMLK", "M": "XWUTRQPNJLK"}
_SINGAPORE_WEIGHTS = (2, 7, 6, 5, 4, 3, 2)
_CHINESE_WEIGHTS = tuple(pow(2, 17 - at, 11) for at in range(17))
_CURP = "0123456789ABCDEFGHIJKLMN\u00d1OPQRSTUVWXYZ"
_GSTIN = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_VIN_VALUES = dict(zip("ABCDEFGHJKLMNPRSTUVWXYZ", "12345678123457923456789", strict=True))
_VIN_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
_TAIWANESE = "ABCDEFGHJKLMNPQRSTUVXYWZIO"
_HK_SPACE = 36 * 9
_TFN_WEIGHTS = (1, 4, 3, 7, 5, 8, 6, 9, 10)
_ABN_WEIGHTS = (10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19)


def _aadhaar(number: str) -> bool:
    """Check an Indian Aadhaar number: a Verhoeff digit, and never a palindrome."""
    return verhoeff_holds(number) and number != number[::-1]


def _aba(number: str) -> bool:
    """Check an American routing number: modulus 10, of a Federal Reserve district."""
    district = int(number[:2])
    is_known = district <= 12 or 21 <= district <= 32 or 61 <= district <= 72  # noqa: PLR2004
    return is_known and weighted(number, (3, 7, 1) * 3) % 10 == 0


def _abn(number: str) -> bool:
    """Check an Australian business number: modulus 89, the first digit less one."""
    return (weighted(number, _ABN_WEIGHTS) - 10) % 89 == 0


def _acn(number: str) -> bool:
    """Check an Australian company number: modulus 10."""
    return (weighted(number, range(8, 0, -1)) + int(number[8])) % 10 == 0


def _cn(number: str) -> bool:
    """Check a Chinese resident number: ISO 7064 modulus 11-2, and a birthday."""
    check = "10X98765432"[weighted(number, _CHINESE_WEIGHTS) % 11]
    is_dated = number[6:8] in {"19", "20"} and is_day(number[10:12], number[12:14])
    return is_dated and check == number[17]


def _cnpj(number: str) -> bool:
    """Check a Brazilian company number: two check digits; letters count as their code."""
    values = [ord(c) - 48 for c in number]
    return all(
        values[size]
        == _eleven(sum(v * (2 + at % 8) for at, v in enumerate(values[size - 1 :: -1])))
        for size in (12, 13)
    )


def _cpf(number: str) -> bool:
    """Check a Brazilian CPF: two check digits, modulus 11."""
    return all(
        _eleven(weighted(number[:size], range(size + 1, 1, -1))) == int(number[size])
        for size in (9, 10)
    )


def _cuit(number: str) -> bool:
    """Check an Argentine CUIT: modulus 11."""
    check = -weighted(number, (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)) % 11
    return check == int(number[10])


def _curp(number: str) -> bool:
    """Check a Mexican CURP: modulus 10 over letters and digits, and a birthday."""
    total = sum(_CURP.index(c) * (18 - at) for at, c in enumerate(number[:17]))
    return is_day(number[6:8], number[8:10]) and -total % 10 == int(number[17])


def _dea(number: str) -> bool:
    """Check an American DEA number: two sums, the second doubled."""
    digits = [int(c) for c in number[2:]]
    return (sum(digits[0:6:2]) + 2 * sum(digits[1:6:2])) % 10 == digits[6]


def _gstin(number: str) -> bool:
    """Check an Indian GSTIN: modulus 36, every second place doubled."""
    ranks = [_GSTIN.index(c) * (1 + at % 2) for at, c in enumerate(number[:14])]
    return _GSTIN[-sum(sum(divmod(rank, 36)) for rank in ranks) % 36] == number[14]


def _hk(number: str) -> bool:
    """Check a Hong Kong identity number: modulus 11; one letter alone stands behind a space."""
    values = [int(c, 36) for c in number[:-1]]
    total = sum(v * w for v, w in zip(reversed(values), range(2, 10), strict=False))
    total += _HK_SPACE if len(number) == 8 else 0  # noqa: PLR2004
    return "0123456789A"[-total % 11] == number[-1]


def _il(number: str) -> bool:
    """Check an Israeli identity number: Luhn over nine digits."""
    return luhn_holds(number.zfill(9))


def _jp(number: str) -> bool:
    """Check a Japanese individual number: modulus 11."""
    rest = weighted(number, (6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)) % 11
    return (0 if rest <= 1 else 11 - rest) == int(number[11])


def _kr(number: str) -> bool:
    """Check a Korean resident number: a birthday and modulus 11."""
    check = (11 - weighted(number, (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)) % 11) % 10
    return begins_with_year(number) and check == int(number[12])


def _medicare(number: str) -> bool:
    """Check an Australian Medicare number: the ninth digit checks the eight before it."""
    return weighted(number, (1, 3, 7, 9, 1, 3, 7, 9)) % 10 == int(number[8])


def _npi(number: str) -> bool:
    """Check an American provider number: Luhn with the issuer in front."""
    return luhn_holds(f"80840{number}")


def _nric(number: str) -> bool:
    """Check a Singaporean NRIC or FIN: weighted modulus 11, shifted by its series."""
    total = weighted(number[1:8], _SINGAPORE_WEIGHTS)
    total += {"T": 4, "G": 4, "M": 3}.get(number[0], 0)
    letters = _SINGAPORE[{"T": "S", "G": "F"}.get(number[0], number[0])]
    return letters[total % 11] == number[-1]


def _rfc(number: str) -> bool:
    """Check a Mexican RFC of a person: its birthday."""
    return begins_with_year(number[4:])


def _rut(number: str) -> bool:
    """Check a Chilean RUT: modulus 11, ten is K."""
    digits = number[-2::-1]
    total = sum(int(c) * (2 + at % 6) for at, c in enumerate(digits))
    return "0123456789K"[-total % 11] == number[-1]


def _tckn(number: str) -> bool:
    """Check a Turkish identity number: two check digits."""
    digits = [int(c) for c in number]
    tenth = (sum(digits[0:9:2]) * 7 - sum(digits[1:8:2])) % 10
    return tenth == digits[9] and sum(digits[:10]) % 10 == digits[10]


def _tfn(number: str) -> bool:
    """Check an Australian tax file number: modulus 11."""
    return weighted(number, _TFN_WEIGHTS) % 11 == 0


def _th(number: str) -> bool:
    """Check a Thai identity number: modulus 11."""
    return (11 - weighted(number, range(13, 1, -1)) % 11) % 10 == int(number[12])


def _tw(number: str) -> bool:
    """Check a Taiwanese identity number: its letter counts as two digits."""
    tens, ones = divmod(_TAIWANESE.index(number[0]) + 10, 10)
    total = tens + ones * 9 + weighted(number[1:], (8, 7, 6, 5, 4, 3, 2, 1, 1))
    return total % 10 == 0


def _vin(number: str) -> bool:
    """Check a vehicle number: modulus 11, the ninth place checks the others."""
    values = [int(_VIN_VALUES.get(c, c)) for c in number]
    total = sum(v * w for v, w in zip(values, _VIN_WEIGHTS, strict=True))
    return "0123456789X"[total % 11] == number[8] and not number.isdigit()


def _za(number: str) -> bool:
    """Check a South African identity number: a birthday and a Luhn digit."""
    return begins_with_year(number) and luhn_holds(number)


def _eleven(total: int) -> int:
    rest = total % 11
    return 0 if rest < 2 else 11 - rest  # noqa: PLR2004


WORLD_CHECKS: Mapping[str, Callable[[str], int]] = {
    "aadhaar": whole(_aadhaar),
    "aba": whole(_aba),
    "abn": whole(_abn),
    "acn": whole(_acn),
    "cn": whole(_cn),
    "cnpj": whole(_cnpj),
    "cpf": whole(_cpf),
    "cuit": whole(_cuit),
    "curp": whole(_curp),
    "dea": whole(_dea),
    "gstin": whole(_gstin),
    "hk": whole(_hk),
    "il": whole(_il),
    "jp": whole(_jp),
    "kr": whole(_kr),
    "medicare": whole(_medicare),
    "npi": whole(_npi),
    "nric": whole(_nric),
    "rfc": whole(_rfc),
    "rrn_date": whole(begins_with_year),
    "rut": whole(_rut),
    "tckn": whole(_tckn),
    "tfn": whole(_tfn),
    "th": whole(_th),
    "tw": whole(_tw),
    "vin": whole(_vin),
    "za": whole(_za),
}
