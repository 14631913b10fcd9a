"""Telephone numbers: how many digits follow each calling code (ITU E.164), and national forms."""

import re
from functools import cache
from itertools import pairwise

# Calling code: digits of the national number, fewest and most.
_PLANS = """
1:10 7:10 20:8-10 27:9 30:10 31:9-10 32:8-9 33:9 34:9 36:8-9 39:6-11 40:9 41:9 43:4-13 44:9-10
45:8 46:7-10 47:8 48:9 49:6-11 51:8-9 52:10 53:6-8 54:10-11 55:10-11 56:9 57:8-10 58:10 60:8-10
61:9 62:8-12 63:8-10 64:8-10 65:8 66:8-9 81:9-10 82:8-11 84:7-10 86:10-12 90:10 91:10 92:9-10
93:9 94:9 95:7-10 98:10 211:9 212:9 213:8-9 216:8 218:8-9 220:7 221:9 222:8 223:8 224:8-9 225:8-10
226:8 227:8 228:8 229:8-10 230:7-8 231:7-9 232:8 233:9 234:8-10 235:8 236:8 237:8-9 238:7 239:7
240:9 241:7-8 242:9 243:9 244:9 245:7-9 246:7 247:4-6 248:7 249:9 250:9 251:9 252:7-9 253:8 254:9
255:9 256:9 257:8 258:8-9 260:9 261:9 262:9 263:9 264:8-9 265:7-9 266:8 267:7-8 268:8 269:7 290:4-5
291:7 297:7 298:6 299:6 350:8 351:9 352:5-11 353:7-9 354:7-9 355:8-9 356:8 357:8 358:5-12 359:7-9
370:8 371:8 372:7-8 373:8 374:8 375:9 376:6-9 377:8-9 378:6-10 380:9 381:8-10 382:8 383:8-9
385:8-9 386:8 387:8 389:8 420:9 421:9 423:7-9 500:5 501:7 502:8 503:8 504:8 505:8 506:8 507:7-8
508:6 509:8 590:9 591:8 592:7 593:8-9 594:9 595:8-9 596:9 597:6-7 598:8 599:7-8 670:7-8 672:6
673:7 674:7 675:7-8 676:5-7 677:5-7 678:5-7 679:7 680:7 681:6 682:5 683:4-7 685:5-7 686:5-8 687:6
688:5-6 689:6-8 690:4-5 691:7 692:7 800:8 808:8 850:8-10 852:8 853:8 855:8-9 856:8-10 870:9 878:12
880:8-10 881:8-9 882:7-12 883:7-12 886:8-9 888:8 960:7 961:7-8 962:8-9 963:8-9 964:8-10 965:8
966:9 967:7-9 968:8 970:8-9 971:8-9 972:8-9 973:8 974:8 975:7-8 976:8 977:8-10 979:9 992:9 993:8
994:9 995:9 996:9 998:9
"""
_TRUNK = re.compile(r"\(0\)")
_DATED = re.compile(r"(?:(?:19|20)[0-9]{2}[-/. ](?:0[1-9]|1[0-2])[-/. ](?:0[1-9]|[12][0-9]|3[01])"
                    r"|[0-3]?[0-9][-/. ][0-3]?[0-9][-/. ](?:19|20)[0-9]{2})(?![0-9])")  # fmt: skip
_FEWEST, _MOST = 8, 15
_FEWEST_DISTINCT = 3
_FEWEST_COUNTED, _LONGEST_STEP = 5, 10


@cache
def _plans() -> dict[str, tuple[int, int]]:
    rows = (row.partition(":") for row in _PLANS.split())
    spans = ((code, digits.partition("-")) for code, _, digits in rows)
    return {code: (int(least), int(most or least)) for code, (least, _, most) in spans}


def phone(value: str) -> int:
    """Accept 8 to 15 digits; further groups are not part of the number, and dates are none."""
    return 0 if _DATED.match(value) or _counts(value) else _fitting(value, _FEWEST, _MOST)


def _counts(value: str) -> bool:
    """Tell whether numbers follow each other in short steps, as in `01 02 03 04 05`."""
    numbers = [int(number) for number in re.findall("[0-9]+", value)]
    steps = {other - one for one, other in pairwise(numbers)}
    return len(numbers) >= _FEWEST_COUNTED and len(steps) == 1 and abs(steps.pop()) <= _LONGEST_STEP


def phone_international(value: str) -> int:
    """Accept a calling code and as many digits as its country's numbers have."""
    digits = re.sub("[^0-9]", "", value)
    for size in (1, 2, 3):
        if plan := _plans().get(digits[:size]):
            return _fitting(value, max(size + plan[0], _FEWEST), size + plan[1])
    return 0


def phone_dialled_abroad(value: str) -> int:
    """Accept `00`, a calling code on its own, and a number without a trunk zero."""
    code, *rest = re.findall("[0-9]+", value)
    has_trunk = rest[0].startswith("0") and code != "0039" and rest[0] != "0"
    if has_trunk or code[2:] not in _plans():
        return 0
    kept = phone_international(value[2:])
    return kept + 2 if kept else 0


def _fitting(value: str, fewest: int, most: int) -> int:
    """Take as many groups of digits as a number may have; `(0)` is not dialled from abroad."""
    trunks = [hit.span() for hit in _TRUNK.finditer(value)]
    groups = [
        hit
        for hit in re.finditer("[0-9]+", value)
        if not any(start < hit.start() < end for start, end in trunks)
    ]
    while groups and sum(len(g[0]) for g in groups) > most:
        groups.pop()
    digits = "".join(g[0] for g in groups)
    if len(digits) < fewest or len(set(digits)) < _FEWEST_DISTINCT:
        return 0
    return groups[-1].end()
