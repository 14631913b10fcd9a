"""Proofs that a value is what its form suggests: checksums, ranges, entropy.

A check takes the matched text and says how many of its characters are the value; 0 refuses it.
"""

import base64
import math
import re
from collections import Counter
from collections.abc import Callable, Mapping
from itertools import pairwise

from ironcage.firewall.detectors.digits import ean_holds, luhn_holds
from ironcage.firewall.detectors.passwords import PASSWORD_CHECKS
from ironcage.firewall.detectors.personal import PERSONAL_CHECKS
from ironcage.firewall.detectors.tokens import TOKEN_CHECKS
from ironcage.firewall.normalise import GAP

_IBAN_LENGTHS = {
    code: int(length)
    for length, codes in {
        "15": "NO",
        "16": "BE",
        "18": "DK FI FK FO GL NL SD",
        "19": "MK SI",
        "20": "AT BA EE KZ LT LU MN XK",
        "21": "CH HR LI LV",
        "22": "BG BH CR DE GB GE IE ME RS VA",
        "23": "AE GI IL IQ OM SO TL",
        "24": "AD CZ ES MD PK RO SA SE SK TN VG",
        "25": "LY PT ST",
        "26": "IS TR",
        "27": "BI DJ FR GR IT MC MR SM",
        "28": "AL AZ BY CY DO GT HN HU LB NI PL SV",
        "29": "BR EG PS QA UA",
        "30": "JO KW MU YE",
        "31": "MT SC",
        "32": "LC",
        "33": "RU",
    }.items()
    for code in codes.split()
}
_CARD_BRANDS = (
    r"4(?:\d{12}|\d{15}|\d{18})"  # Visa
    r"|(?:5[1-5]\d{2}|222[1-9]|22[3-9]\d|2[3-6]\d{2}|27[01]\d|2720)\d{12}"  # Mastercard
    r"|3[47]\d{13}"  # American Express
    r"|(?:6011|65\d{2}|64[4-9]\d)\d{12}(?:\d{3})?"  # Discover
    r"|3(?:0[0-5]\d{11}|[689]\d{12,16})"  # Diners Club
    r"|35(?:2[89]|[3-8]\d)\d{12}"  # JCB
    r"|62\d{14,17}"  # UnionPay
    r"|(?:5018|5020|5038|5893|6304|6759|676[1-3])\d{8,15}"  # Maestro
)
_BARCODES = {12, 13}  # which cards hardly have any more
_FAMOUS_SSN = frozenset(["078051120", "219099999", "123456789"])
_PLACEHOLDER = (
    r"(?i)example|placeholder|changeme|change[_-]me|your[_-]|dummy|redacted|\.\.\.|<[^>]*>|\$\{|\{\{"
    r"|(?:x|\*){6}|0{8}|1234567890(?!\d)|abcdefghij|\bxxx"
)
# Exactly what we write, or a value could hide in what merely looks like a marker.
MARKER = r"\[REDACTED:[A-Z][A-Z0-9_]{1,39}(?::(?:[A-Za-z0-9*]{4}|[a-p]{24}))?\]"
_NO_DOMAINS = frozenset(
    [
        *["png", "jpg", "jpeg", "gif", "svg", "webp", "ico", "bmp", "tiff", "css", "json", "html"],
        *["xml", "txt", "log", "csv", "yml", "yaml", "toml", "shape", "dtype", "weight", "weights"],
        *["bias", "transpose", "reshape", "values", "numpy", "tensor"],
    ]
)
_DIGITS = frozenset("0123456789")
_LEAST_TOKEN_ENTROPY = 2.8
_LEAST_ASSIGNED_ENTROPY = 3.2
_LEAST_AWS_ENTROPY = 4.2
_MOST_IN_ORDER = 6
_MOST_SLASHES = 4


def entropy(value: str) -> float:
    """Measure how surprising a character of the value is, in bits."""
    size = len(value)
    return -sum(n / size * math.log2(n / size) for n in Counter(value).values())


def is_placeholder(value: str) -> bool:
    """Tell whether a value is plainly a stand-in: `EXAMPLE`, `xxxxxx`, `<your-key>`."""
    return bool(re.search(_PLACEHOLDER, value))


def without_gaps(value: str) -> str:
    """Leave out what stands for values that are removed: gaps, and markers of earlier times."""
    value = value.replace(GAP, "")
    return re.sub(MARKER, "", value) if "[REDACTED:" in value else value


def _any(value: str) -> int:
    return len(value)


def _card(value: str) -> int:
    digits = re.sub("[^0-9]", "", value)
    if len(digits) in _BARCODES and ean_holds(digits):
        return 0
    proven = re.fullmatch(_CARD_BRANDS, digits) and len(set(digits)) > 1 and luhn_holds(digits)
    return len(value) if proven else 0


def _iban(value: str) -> int:
    """Cut a match to its country's length and divide by 97."""
    left, end = _IBAN_LENGTHS.get(value[:2], 0), 0
    while left and end < len(value):
        left -= value[end] not in " -"
        end += 1
    if left or not end or value[end : end + 1].isalnum():
        return 0
    compact = value[:end].replace(" ", "").replace("-", "")
    number = int("".join(str(int(c, 36)) for c in compact[4:] + compact[:4]))
    return end if number % 97 == 1 else 0


def _iban_lower(value: str) -> int:
    """Accept small letters too, of what is no hexadecimal number."""
    end = _iban(value.upper())
    is_hexadecimal = re.fullmatch("[0-9a-f]+", value[:end]) and not value[2:end].isdigit()
    return 0 if is_hexadecimal else end


def _ssn(value: str) -> int:
    digits = value.replace("-", "").replace(" ", "")
    area, group, serial = digits[:3], digits[3:5], digits[5:]
    impossible = area in {"000", "666"} or area[0] == "9" or group == "00" or serial == "0000"
    return 0 if impossible or digits in _FAMOUS_SSN else len(value)


def _ipv4(value: str) -> int:
    """Accept addresses of machines; loopback, netmasks and what ends in three zeros name nobody.

    The latter is a network at most, and the version of a browser far more often.
    """
    octets = value.split(".")
    if any(int(o) > 255 or (o[0] == "0" and o != "0") for o in octets):  # noqa: PLR2004
        return 0
    is_shared = octets[0] in {"0", "127", "255"} or set(octets[1:]) == {"0"}
    return 0 if is_shared else len(value)


def _ipv6(value: str) -> int:
    """Accept what parses, with three groups or more: `a::b` is more often code.

    Eight groups of two digits are the bytes of a fingerprint or of a longer name of a device.
    """
    from ipaddress import IPv6Address  # noqa: PLC0415  # 3 ms that most requests never need

    value = value.rstrip(".")
    value = value[:-1] if value.endswith(":") and not value.endswith("::") else value
    try:
        IPv6Address(value)
    except ValueError:
        return 0
    groups = value.split(":")
    is_eight_bytes = len(groups) == 8 and all(len(group) == 2 for group in groups)  # noqa: PLR2004
    return len(value) if sum(map(bool, groups)) >= 3 and not is_eight_bytes else 0  # noqa: PLR2004


def _email(value: str) -> int:
    """Accept an address that is written well, at a made-up host `mail.example` too.

    Names of files (`icon@2x.png`) and products of matrices (`x@self.weight`) are none.
    """
    host = value.lower().partition("@")[2]
    is_code = host.startswith("self.") or host.rpartition(".")[2] in _NO_DOMAINS
    is_none = is_code or value.startswith("git@") or value[0] == "." or ".." in value
    return 0 if is_none or is_placeholder(value.removesuffix(".example")) else len(value)


def counts_up(value: str) -> bool:
    """Tell whether characters follow each other as in an alphabet: `abcdefgh`, `12345678`."""
    run = 0
    for one, other in pairwise(value):
        run = run + 1 if ord(other) - ord(one) == 1 else 0
        if run >= _MOST_IN_ORDER:
            return True
    return False


def _token(value: str) -> int:
    """Accept a value that looks drawn at random."""
    return len(value) if entropy(value) >= _LEAST_TOKEN_ENTROPY and not counts_up(value) else 0


def _mixed(value: str) -> int:
    """Accept a random value that has digits: words joined by hyphens have none."""
    return _token(value) if any(c in _DIGITS for c in value) else 0


def _assigned(value: str) -> int:
    """Accept what follows `secret =` only when it has letters, digits and much entropy."""
    has_both = any(c in _DIGITS for c in value) and any(c.isalpha() for c in value)
    return len(value) if has_both and entropy(value) >= _LEAST_ASSIGNED_ENTROPY else 0


def _basic(value: str) -> int:
    """Accept the base 64 of `user:password`."""
    try:
        user, colon, password = base64.b64decode(value, validate=True).decode().partition(":")
    except ValueError:
        return 0
    return len(value) if user and colon and password and not is_placeholder(password) else 0


def _aws_secret(value: str) -> int:
    """Accept what Amazon draws at random, and no path: base 64 with both cases and figures."""
    kinds = (str.isupper, str.islower, str.isdigit)
    is_varied = all(any(map(kind, value)) for kind in kinds) and value.count("/") <= _MOST_SLASHES
    return len(value) if is_varied and entropy(value) >= _LEAST_AWS_ENTROPY else 0


def _key_block(value: str) -> int:
    """Accept a private key block that holds key material, not just its frame."""
    material = (hit[0] for hit in re.finditer(r"[A-Za-z0-9+/=]{40}", value))
    return 0 if all(map(is_placeholder, material)) else len(value)


CHECKS: Mapping[str, Callable[[str], int]] = {
    "any": _any,
    "assigned": _assigned,
    "aws_secret": _aws_secret,
    "basic": _basic,
    "card": _card,
    "email": _email,
    "iban": _iban,
    "iban_lower": _iban_lower,
    "ipv4": _ipv4,
    "ipv6": _ipv6,
    "key_block": _key_block,
    "mixed": _mixed,
    "ssn": _ssn,
    "token": _token,
    **PASSWORD_CHECKS,
    **PERSONAL_CHECKS,
    **TOKEN_CHECKS,
}
# These look for stand-ins themselves: beside key material, a word like `example` says nothing, and
# at the end of an address it is how people are written about who are not to be reached.
READS_PLACEHOLDERS = frozenset(["email", "key_block"])
