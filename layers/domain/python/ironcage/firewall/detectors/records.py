"""Checks of what stands in records about people: days, devices, vehicles, banks, papers."""

import re
import unicodedata
from collections.abc import Callable, Mapping

from ironcage.firewall.detectors.digits import compact, is_day, luhn_holds

# How months begin, without accents: in Germanic and Romance languages, Polish and Russian.
_MONTHS = (
    *("jan gen ene sty янв", "feb fev lut фев", "mar maa mrt mrz мар", "apr avr abr kwi апр"),
    *("may mai mag maj mei мая", "jun juin giu cze июн", "jul juil lug lip июл"),
    *("aug aou ago sie авг", "sep set wrz сен", "oct okt ott out paz окт", "nov lis ноя"),
    "dec dez dic des gru дек",
)
_NUMBER_OF = {name: at for at, names in enumerate(_MONTHS, 1) for name in names.split()}
_ACCENTS = re.compile("[\u0300-\u036f]")
_WORD = re.compile(r"[^\W\d_]{3,}")
_HEX_WORDS = frozenset([
    *("abba", "babe", "bade", "bead", "beef", "cafe", "cede", "dada"),
    *("dead", "deaf", "deed", "face", "fade", "feed"),
])  # fmt: skip
_OLDEST, _YOUNGEST = 1900, 2099
_COUNTRIES = """
AD AE AL AM AO AR AT AU AZ BA BB BD BE BG BH BM BN BO BR BS BW BY BZ CA CD CH CI CL CM CN CO CR
CU CV CY CZ DE DK DO DZ EC EE EG ES ET FI FJ FO FR GA GB GE GG GH GI GL GR GT HK HN HR HT HU ID
IE IL IM IN IQ IR IS IT JE JM JO JP KE KG KH KR KW KY KZ LA LB LI LK LT LU LV LY MA MC MD ME MG
MK ML MM MN MO MT MU MV MW MX MY MZ NA NE NG NI NL NO NP NZ OM PA PE PG PH PK PL PR PS PT PY QA
RO RS RU RW SA SC SD SE SG SI SK SM SN SV SY TG TH TJ TM TN TR TT TW TZ UA UG US UY UZ VA VE VG
VN VU XK YE ZA ZM ZW
"""


def _month_in(value: str) -> int:
    """Tell the number of the month that a date names; 0: none."""
    plain = _ACCENTS.sub("", unicodedata.normalize("NFKD", value.lower()))
    for word in _WORD.findall(plain):
        if month := _NUMBER_OF.get(word[:4]) or _NUMBER_OF.get(word[:3]):
            return month
    return 0


def _birthday(value: str) -> int:
    """Accept a real day of a year in which someone alive may have been born."""
    numbers = [int(n) for n in re.findall("[0-9]+", value)]
    if month := _month_in(value):
        numbers.insert(1, month)
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


def _mac_plain(value: str) -> int:
    """Accept what has a letter: six pairs of digits are a time or an amount."""
    return _mac(value) if re.search("[A-Fa-f]", value) else 0


def _mac_dotted(value: str) -> int:
    """Accept letters with digits, or letters that are no words: `dead.beef.cafe` is a joke."""
    groups = value.lower().split(".")
    is_said = not re.search("[0-9]", value) and not _HEX_WORDS.isdisjoint(groups)
    return 0 if is_said else _mac_plain(value)


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
    "mac_dotted": _mac_dotted,
    "mac_plain": _mac_plain,
    "vehicle": _vehicle,
}
