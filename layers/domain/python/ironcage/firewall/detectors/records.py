"""Checks of what stands in records about people: days, devices, vehicles, banks, papers."""

import re
from collections.abc import Callable, Mapping

from ironcage.firewall.detectors.digits import compact, is_day, luhn_holds

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_LETTER_MONTH = re.compile("[A-Za-z]{3}")
_OLDEST, _YOUNGEST = 1900, 2099
_COUNTRIES = """
AD AE AL AM AO AR AT AU AZ BA BB BD BE BG BH BM BN BO BR BS BW BY BZ CA CD CH CI CL CM CN CO CR
CU CV CY CZ DE DK DO DZ EC EE EG ES ET FI FJ FO FR GA GB GE GG GH GI GL GR GT HK HN HR HT HU ID
IE IL IM IN IQ IR IS IT JE JM JO JP KE KG KH KR KW KY KZ LA LB LI LK LT LU LV LY MA MC MD ME MG
MK ML MM MN MO MT MU MV MW MX MY MZ NA NE NG NI NL NO NP NZ OM PA PE PG PH PK PL PR PS PT PY QA
RO RS RU RW SA SC SD SE SG SI SK SM SN SV SY TG TH TJ TM TN TR TT TW TZ UA UG US UY UZ VA VE VG
VN VU XK YE ZA ZM ZW
"""


def _birthday(value: str) -> int:
    """Accept a real day of a year in which someone alive may have been born."""
    numbers = [int(n) for n in re.findall("[0-9]+", value)]
    if named := _LETTER_MONTH.search(value):
        numbers.insert(1, _MONTHS.index(named[0].lower()) + 1)
    if len(re.match("[0-9]*", value)[0]) == 4:  # type: ignore[index]  # noqa: PLR2004  # it may be empty
        numbers.reverse()
    first, second, year = numbers
    is_real = is_day(second, first) or is_day(first, second)
    is_lived = _OLDEST <= year <= _YOUNGEST or year < 100  # noqa: PLR2004
    return len(value) if is_real and is_lived else 0


def _bic(value: str) -> int:
    return len(value) if value[4:6] in _COUNTRIES.split() else 0


def _coded(value: str) -> int:
    """Accept what has four digits or more: words have none."""
    digits = [c for c in value if c.isdigit()]
    return len(value) if len(digits) >= 4 and len(set(digits)) > 1 else 0  # noqa: PLR2004


def _imei(value: str) -> int:
    digits = compact(value)
    return len(value) if luhn_holds(digits) and len(set(digits)) > 2 else 0  # noqa: PLR2004


def _mac(value: str) -> int:
    """Accept a device's address: all zeros and all ones are none."""
    return len(value) if len(set(compact(value))) > 2 else 0  # noqa: PLR2004


def _vehicle(value: str) -> int:
    """Accept letters and digits together: only North America has a check digit."""
    has_both = any(c.isdigit() for c in value) and any(c.isalpha() for c in value)
    return len(value) if has_both else 0


RECORD_CHECKS: Mapping[str, Callable[[str], int]] = {
    "bic": _bic,
    "birthday": _birthday,
    "coded": _coded,
    "imei": _imei,
    "mac": _mac,
    "vehicle": _vehicle,
}
