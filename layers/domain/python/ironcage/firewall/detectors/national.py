"""Check digits of European identity numbers; each check keeps all of the value or nothing."""

from collections.abc import Callable, Mapping

from ironcage.firewall.detectors.digits import (
    begins_with_day,
    hybrid_holds,
    is_day,
    luhn_holds,
    weighted,
    whole,
)

_NIF_LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE"
_NIE_FIRST = {"X": "0", "Y": "1", "Z": "2"}
_FINNISH = "0123456789ABCDEFHJKLMNPRSTUVWXY"
_ODD_PLACES = "1 0 5 7 9 13 15 17 19 21 2 4 18 20 11 3 6 8 12 14 16 10 22 25 24 23"
_FISCAL_ODD = tuple(map(int, _ODD_PLACES.split()))
_PESEL_WEIGHTS = (1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1)
_NORWEGIAN = (3, 7, 6, 1, 8, 9, 4, 5, 2, 1), (5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1)
_BALTIC = (1, 2, 3, 4, 5, 6, 7, 8, 9, 1), (3, 4, 5, 6, 7, 8, 9, 1, 2, 3)
_NO_NINO = frozenset(["BG", "GB", "KN", "NK", "NT", "TN", "ZZ"])
_PPSN_LETTERS = "WABCDEFGHIJKLMNOPQRSTUV"
_CORSICA = {"2A": "19", "2B": "18"}


def _ahv(number: str) -> bool:
    """Check a Swiss AHV number: it is an EAN of 13 digits."""
    return weighted(number, (1, 3) * 6 + (1,)) % 10 == 0


def _amka(number: str) -> bool:
    """Check a Greek AMKA: a birthday and a Luhn digit."""
    return begins_with_day(number) and luhn_holds(number)


def _baltic(number: str) -> bool:
    """Check an Estonian or Lithuanian personal code: modulus 11, with a second try."""
    rests = [weighted(number, weights) % 11 for weights in _BALTIC]
    check = next((rest for rest in rests if rest < 10), 0)  # noqa: PLR2004
    return is_day(number[3:5], number[5:7]) and check == int(number[-1])


def _be(number: str) -> bool:
    """Check a Belgian national number: modulus 97, of this century with a 2 in front."""
    is_dated = int(number[2:4]) <= 12 and int(number[4:6]) <= 31  # noqa: PLR2004  # 0: unknown
    return is_dated and 97 - int(number[9:]) in {int(c + number[:9]) % 97 for c in ("", "2")}


def _bsn(number: str) -> bool:
    """Check a Dutch BSN: the test of eleven."""
    number = number.zfill(9)
    return (weighted(number, range(9, 1, -1)) - int(number[8])) % 11 == 0


def _cz_birth_number(number: str) -> bool:
    """Check a Czech or Slovak birth number: its months are raised for women and full registers."""
    month = int(number[2:4])
    month = next((month - up for up in (70, 50, 20) if month > up), month)
    return is_day(month, number[4:6]) and int(number) % 11 == 0


def _de_social(number: str) -> bool:
    """Check a German pension number: its letter counts as two digits."""
    digits = f"{number[:8]}{ord(number[8]) - 64:02}{number[9:]}"
    weights = (2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1)
    total = sum(sum(divmod(int(c) * w, 10)) for c, w in zip(digits, weights, strict=False))
    return int(number[2:4]) <= 31 and total % 10 == int(number[-1])  # noqa: PLR2004


def _de_tax(number: str) -> bool:
    """Check a German tax number: one digit of ten stands two or three times."""
    most = max(map(number[:10].count, number[:10]))
    return number[0] != "0" and most in {2, 3} and hybrid_holds(number)


def _egn(number: str) -> bool:
    """Check a Bulgarian EGN: months beyond twelve tell the century."""
    month = int(number[2:4]) % 20
    check = weighted(number, (2, 4, 8, 5, 10, 9, 7, 3, 6)) % 11 % 10
    return is_day(month, number[4:6]) and check == int(number[9])


def _fiscal_code(value: str) -> bool:
    """Check an Italian fiscal code: odd and even places count differently, modulus 26."""
    ranks = [int(c) if c.isdigit() else ord(c) - ord("A") for c in value[:15]]
    total = sum(_FISCAL_ODD[r] if at % 2 == 0 else r for at, r in enumerate(ranks))
    return chr(ord("A") + total % 26) == value[15]


def _hetu(number: str) -> bool:
    """Check a Finnish personal identity code: modulus 31."""
    is_dated = begins_with_day(number)
    return is_dated and _FINNISH[int(number[:6] + number[-4:-1]) % 31] == number[-1]


def _nhs(number: str) -> bool:
    """Check a British NHS number: modulus 11 over ten digits."""
    return (11 - weighted(number, range(10, 1, -1)) % 11) % 11 == int(number[9])


def _nif(number: str) -> bool:
    """Check a Spanish NIF or NIE: the letter is the number modulo 23."""
    digits = _NIE_FIRST.get(number[0], number[0]) + number[1:-1]
    return _NIF_LETTERS[int(digits) % 23] == number[-1]


def _nino(number: str) -> bool:
    """Check a British NINO: no check digit, but some letters are never given."""
    return number[:2] not in _NO_NINO


def _nir(number: str) -> bool:
    """Check a French NIR: modulus 97; Corsica's letters count as numbers."""
    digits = number[:5] + _CORSICA.get(number[5:7], number[5:7]) + number[7:]
    return digits.isdigit() and 97 - int(digits[:13]) % 97 == int(digits[13:])


def _no(number: str) -> bool:
    """Check a Norwegian number: two check digits; D-numbers raise the day by 40."""
    day = int(number[:2]) % 40
    is_sound = all(weighted(number, weights) % 11 == 0 for weights in _NORWEGIAN)
    return is_day(int(number[2:4]) % 40, day) and is_sound


def _pesel(number: str) -> bool:
    """Check a Polish PESEL: weighted modulus 10; months beyond twelve tell the century."""
    is_dated = is_day(int(number[2:4]) % 20, number[4:6])
    return is_dated and weighted(number, _PESEL_WEIGHTS) % 10 == 0


def _ppsn(number: str) -> bool:
    """Check an Irish PPS number: modulus 23; a second letter counts nine times."""
    second = _PPSN_LETTERS.find(number[8]) if len(number) == 9 else 0  # noqa: PLR2004
    return _PPSN_LETTERS[(weighted(number, range(8, 1, -1)) + second * 9) % 23] == number[7]


def _pt_nif(number: str) -> bool:
    """Check a Portuguese NIF: modulus 11."""
    rest = weighted(number, range(9, 1, -1)) % 11
    return (0 if rest < 2 else 11 - rest) == int(number[8])  # noqa: PLR2004


def _ro_cnp(number: str) -> bool:
    """Check a Romanian CNP: modulus 11, ten counts as one."""
    rest = weighted(number, tuple(map(int, "279146358279"))) % 11
    return is_day(number[3:5], number[5:7]) and (1 if rest == 10 else rest) == int(number[12])  # noqa: PLR2004


def _se(number: str) -> bool:
    """Check a Swedish personnummer: a Luhn digit; coordination numbers raise the day by 60."""
    number = number[-10:]
    return is_day(number[2:4], int(number[4:6]) % 60) and luhn_holds(number)


def _svnr(number: str) -> bool:
    """Check an Austrian insurance number: the fourth digit checks the others."""
    is_sound = weighted(number, (3, 7, 9, 0, 5, 8, 4, 2, 1, 6)) % 11 == int(number[3])
    return is_sound and int(number[4:6]) <= 31  # noqa: PLR2004  # months may go beyond twelve


def _uk_driver(number: str) -> bool:
    """Check a British driving licence: months of women are raised by 50."""
    return is_day(int(number[6:8]) % 50, number[8:10])


EUROPEAN_CHECKS: Mapping[str, Callable[[str], int]] = {
    "ahv": whole(_ahv),
    "amka": whole(_amka),
    "baltic": whole(_baltic),
    "be": whole(_be),
    "bsn": whole(_bsn),
    "day": whole(begins_with_day),  # Danish numbers: since 2007 nothing else can be checked
    "cz_birth_number": whole(_cz_birth_number),
    "de_social": whole(_de_social),
    "de_tax": whole(_de_tax),
    "egn": whole(_egn),
    "fiscal_code": whole(_fiscal_code),
    "hetu": whole(_hetu),
    "hybrid": whole(hybrid_holds),
    "luhn": whole(luhn_holds),
    "nhs": whole(_nhs),
    "nif": whole(_nif),
    "nino": whole(_nino),
    "nir": whole(_nir),
    "no": whole(_no),
    "pesel": whole(_pesel),
    "ppsn": whole(_ppsn),
    "pt_nif": whole(_pt_nif),
    "ro_cnp": whole(_ro_cnp),
    "se": whole(_se),
    "svnr": whole(_svnr),
    "uk_driver": whole(_uk_driver),
}
