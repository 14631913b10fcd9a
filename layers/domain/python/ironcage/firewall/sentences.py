"""Where a text may be cut so that no name is cut: after its last finished sentence.

A stream that is read for names is held to such places. A full stop counts only once something
after it is known: `3.` may become `3.14`, and `Dr. ` is followed by the name.
"""

import re

LONGEST_HELD = 2_000
_CLOSERS = "[\"'\u2019\u201d\u00bb)\\]}*_`]{0,4}"
_WIDE_CLOSERS = "[\u300d\u300f\uff09\u3011\u201d\u2019]{0,4}"
# In turn: a line that ended; full stops of scripts that put no space after them; all others.
_ENDS = (
    rf"\n|[\u3002\uff01\uff1f\uff61\uff0e]{_WIDE_CLOSERS}"
    rf"|(?:(?P<stop>\.)|[.!?\u2026\u0964\u061f\u06d4]{{1,3}}){_CLOSERS}(?=\s)"
)
_LAST_WORD = r"(?:^|(?<=[\s(\[\"'\u201c]))[^\s(\[\"'\u201c]{1,12}\Z"
_ITEM = r"(?m)^[ \t>]{0,8}\d{1,3}\Z"
_ABBREVIATIONS = (
    " adm al approx apt art assn ave bldg blvd bros brig ca capt cf cie cmdr co col comdr corp cpl"
    " cpt dept dipl-ing dr e.g eng esq est etc ext fig fl fr ft gen gov hon hwy i.e inc ing insp jr"
    " lt ltd maj messrs mlle mme mr mrs ms mt mx nos nr op ph.d pl pp pres prof pt rd rep rev rm"
    " sen sgt sq sr sra srta st str ste supt u.k u.s univ vol vs z.b jan feb apr jun jul aug sep"
    " sept oct nov dec mon tue tues wed thu thur thurs fri "
)


def last_sentence_end(text: str) -> int:
    """Tell how much of an unfinished text ends with a whole sentence; 0 if nothing does yet.

    A text that goes on for 2,000 characters without an end is cut after its last space, and if it
    has none, at its end: it must not be held for ever.
    """
    ends = [end for match in re.finditer(_ENDS, text) if (end := _end_of(match, text))]
    if ends:
        return ends[-1]
    if len(text) < LONGEST_HELD:
        return 0
    spaces = [match.end() for match in re.finditer(r"\s", text)]
    return spaces[-1] if spaces else len(text)


def _end_of(match: re.Match[str], text: str) -> int:
    """Give where the sentence ends, or 0 if this stop ends none."""
    if match["stop"] and _is_within(match, text):
        return 0
    return match.end()


def _is_within(stop: re.Match[str], text: str) -> bool:
    """Tell whether a full stop belongs to the word before it, or the sentence goes on after it."""
    following = text[stop.end() : stop.end() + 3].lstrip()[:1]
    if following.islower():
        return True
    before = re.search(_LAST_WORD, text[max(0, stop.start() - 13) : stop.start()])
    if before is None:
        return False
    word = before[0]
    is_initial = len(word) == 1 and word.isalpha() and word != "I"
    is_dotted = re.fullmatch(r"(?:[A-Za-z]\.){1,4}[A-Za-z]", word) is not None
    is_known = f" {word.lower()} " in _ABBREVIATIONS
    return is_initial or is_dotted or is_known or _is_item(stop, text)


def _is_item(stop: re.Match[str], text: str) -> bool:
    """Tell whether this is the number of a line of a list: `12. Call Ann`."""
    return re.compile(_ITEM).search(text, max(0, stop.start() - 12), stop.start()) is not None
