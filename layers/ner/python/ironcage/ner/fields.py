"""Names in forms and records: what stands behind `Name:` or `"city":`."""

import re
from collections.abc import Iterator
from functools import cache

from ironcage.ner.hits import LOCATION, ORGANIZATION, PERSON, Hit
from ironcage.ner.places import is_place
from ironcage.ner.words import is_given, is_ordinary, words_of

_OF_PEOPLE = (
    r"(?:(?:full|first|last|given|family|middle|customer|client|patient|employee|contact|guest)"
    r"[ _-]?)?name|surname|patient|customer|client|tenant|applicant|employee|account holder"
    r"|attendee|guest|doctor|nurse"
)
# These keys stand before much else, so the value must hold a common given name.
_OF_MANY_THINGS = (
    r"user(?:[ _-]?name)?|owner|contact|author|signed(?: by)?|recipient|sender|manager|assignee"
    r"|reporter|from|to|cc"
)
_OF_PLACES = (
    r"city|town|country|state|province|region|location|birthplace|place of birth|branch|village"
    r"|hometown"
)
_OF_ORGANISATIONS = (
    r"company|employer|organi[sz]ation|firm|vendor|supplier|bank|hospital|school|university"
    r"|institution|agency"
)
_VALUE = r"(?P<value>[^\W\d_a-z][\w.'\u2019&\-]{0,30}(?: [\w.'\u2019&\-]{1,30}){0,4})"


def find_fields(text: str) -> Iterator[Hit]:
    """See the values of fields whose key says what they are."""
    for kind, pattern, score, is_weak in _fields():
        for found in pattern.finditer(text):
            size = _capitalised(found["value"], is_weak=is_weak)
            if size:
                start = found.start("value")
                is_town = is_place(text[start : start + size])
                yield Hit(LOCATION if is_town else kind, start, start + size, score, "field")


@cache
def _fields() -> tuple[tuple[str, re.Pattern[str], float, bool], ...]:
    return (
        (PERSON, _compiled(_OF_PEOPLE), 0.75, False),
        (PERSON, _compiled(_OF_MANY_THINGS), 0.75, True),
        (LOCATION, _compiled(_OF_PLACES), 0.7, False),
        (ORGANIZATION, _compiled(_OF_ORGANISATIONS), 0.75, False),
    )


def _compiled(keys: str) -> re.Pattern[str]:
    # In the model's view marks are spaces, so a key stands at the start of a line or after a comma.
    before = r"(?:^|[,;(])[ \-]{0,8}"
    return re.compile(rf"(?im){before}(?:{keys}) {{0,4}}[:=] {{0,4}}(?-i:{_VALUE})")


def _capitalised(value: str, *, is_weak: bool) -> int:
    """Tell how much of a value is a name: its words up to one that no name has."""
    end, is_known = 0, not is_weak
    for word in words_of(value):
        is_linked = value[end : word.start] in {" & ", " "} or not end
        if is_ordinary(word) or not word.text[0].isupper() or not is_linked:
            break
        end = word.end
        is_known |= is_given(word)
    return end if is_known else 0
