"""Addresses, by the ways streets are written in a dozen countries, with the town if it follows.

Every part of a pattern is bounded, so a text of any shape takes linear time.
"""

import re
from collections.abc import Iterator
from functools import cache

from ironcage.ner.hits import ADDRESS, Hit

_CAP = r"[^\W\d_a-z][\w'\u2019.\-]{0,25}"
_SMALL = r"(?:(?:of|de|la|le|du|des|di|da|do|der|den|am|an|d[aeo]s|del|della) ){0,2}"
_CAPS = rf"{_CAP}(?: {_SMALL}{_CAP}){{0,3}}"
_NUMBER = r"\d{1,5}(?: ?[A-Za-z](?!\w))?(?: ?[/\-] ?\d{1,4}[A-Za-z]?)?"
_ENGLISH = (
    "Street|St|Road|Rd|Avenue|Ave|Lane|Ln|Drive|Dr|Boulevard|Blvd|Court|Ct|Square|Sq|Place|Pl"
    "|Terrace|Way|Close|Crescent|Highway|Hwy|Parkway|Pkwy|Circle|Row|Mews|Gardens|Grove|Hill|Quay"
    "|Walk|Park|Alley|Trail"
)
_BEFORE_NUMBER = (
    r"(?:Via|Viale|Piazza|Corso|Largo|Vicolo|Calle|C/|Avenida|Av\.|Plaza|Paseo|Carrer|Rua"
    r"|Travessa|Pra\u00e7a|[Uu]l\.|[Aa]l\.|[Pp]l\.|[Oo]s\.|Ulica|Aleja"
    r"|Am|An der|Auf der|Im|In der|Unter den|Zum|Zur|Alte|Neue)"
)
_GERMANIC = (
    r"[^\W\d_a-z][^\W\d_]{0,20}(?:-[^\W\d_]{1,15}){0,3}"
    r"(?:[Ss]tra(?:\u00dfe|sse)|[Ss]tr\.|weg|platz|allee|gasse|ring|damm|ufer|markt|straat|laan"
    r"|plein|gracht|kade|dijk|singel|gatan|v\u00e4gen|vej|gade|gata|veien)"
)
_FRENCH = r"(?i:rue|avenue|boulevard|place|chemin|quai|all\u00e9e|impasse|cours|route)"
_OF = r"(?:de la |de l['\u2019]|de |du |des |d['\u2019])?"
_UNIT = r"(?:(?:Flat|Apartment|Apt\.?|Unit|Suite|Ste\.?|Floor|Room|No\.?|#) ?\d{0,5}[A-Za-z]?)"
_TOWN = (
    r"[^\W\d_a-z][^\W\d_]{1,25}(?:[ \-](?:[^\W\d_a-z]|a[mn] |de |sur-|upon )[^\W\d_]{1,25}){0,2}"
)
# A code that stands after the town (state and ZIP, British, Canadian), and one before it.
_POST = (
    r"(?:[A-Z]{2},? \d{5}(?:-\d{4})?|[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}|[A-Z]\d[A-Z] ?\d[A-Z]\d"
    r"|\d{4,5}(?!\d))"
)
_CODE = r"(?:[A-Z]{1,2}-)?(?:\d{2}-\d{3}|\d{4}-\d{3}|\d{4} ?[A-Z]{2}(?!\w)|\d{3} \d{2}|\d{4,5})"
_SEP = r"(?:, ?|,? ?\n ?| )"
_TAIL = (
    rf"(?P<town>{_SEP}(?:{_CODE} {_TOWN}|{_TOWN}{_SEP}{_POST}|{_POST}(?: {_TOWN})?)"
    rf"(?:, (?:{_TOWN}))?)?"
)
_STREETS = (
    rf"(?:{_UNIT}, ?)?{_NUMBER},? {_CAPS}? ?(?:{_ENGLISH})\.?(?!\w)(?: [NSEW]{{1,2}}(?!\w))?",
    rf"{_NUMBER}(?: ?(?:bis|ter))?,? {_FRENCH} {_OF}{_CAPS}",
    rf"{_BEFORE_NUMBER} ?{_CAPS}(?:,? (?:n\.?[\u00ba\u00b0] ?)?){_NUMBER}",
    rf"{_GERMANIC} {_NUMBER}",
    r"(?:P\.? ?O\.? ?Box|Postfach|Apartado|Bo\u00eete postale|BP) \d{1,6}",
)
_SURE, _STREET_ALONE = 0.95, 0.7


def find_addresses(text: str) -> Iterator[Hit]:
    """See streets with numbers and post boxes, and the town behind them."""
    for pattern in _patterns():
        for found in pattern.finditer(text):
            score = _SURE if found["town"] else _STREET_ALONE
            yield Hit(ADDRESS, found.start(), found.end(), score, "address")


@cache
def _patterns() -> tuple[re.Pattern[str], ...]:
    return tuple(
        re.compile(rf"(?<![\w/.])(?:{street})(?:, ?{_UNIT}(?!\w))?{_TAIL}") for street in _STREETS
    )
