"""A tenant's patterns are refused with every reason at once, or taken because a stream can wait."""

import pytest

from ironcage.firewall import validate_patterns

GOOD = {"id": "employee", "type": "EMPLOYEE_ID", "pattern": r"\bEMP-[0-9]{4,6}\b", "score": 0.9}
ALIKE = "is not a regular expression that RE2 and Python read alike, or is too large"
EDGES = "must not ask for the beginning or the end of a text or line"
EMPTY = "must not match the empty text"
WIDE = "must match at most 256 characters: bound every * and +"
PLAIN = "must be written in plain characters: texts are folded to those"
SIZE = "must be a text of 1 to 512 characters"
SPELLED = "must write {0,n} for {,n}, and spell out classes such as [:alpha:]"
TAKEN = [
    "EMP-[0-9]{4}",
    "(?i)case[ -]?no[.:]? ?[0-9]{3,8}",
    "[A-Z]{2}(?:[0-9]|_){0,20}x",
    r"\bproject (?:atlas|orion)\b",
    "Fußnote é漢",
    ".{1,256}",
    r"\Bx\B",
    "(?P<name>a)|b",
    "a{2,3}?",
]
REFUSED = {
    "number": (7, SIZE),
    "none": (None, SIZE),
    "empty": ("", SIZE),
    "long": ("a" * 513, SIZE),
    "not_closed": ("(a", ALIKE),
    "look_ahead": ("a(?=b)", ALIKE),
    "look_behind": ("(?<!a)b", ALIKE),
    "back_reference": (r"(a)\1", ALIKE),
    "possessive": ("a++", ALIKE),
    "atomic": ("(?>a)", ALIKE),
    "unicode_class": (r"\p{L}", ALIKE),
    "literal_mode": (r"\Qa\E", ALIKE),
    "ungreedy_mode": ("(?U)a", ALIKE),
    "nested_class": ("[[a]b]", ALIKE),
    "class_difference": ("[a--b]", ALIKE),
    "repeated_too_often": ("(?:a{0,9}){0,1001}b", ALIKE),
    "repeat_overflows": ("a{99999999999999999999}", ALIKE),
    "deep": ("(" * 51 + "a" + ")" * 51, "must have at most 50 groups"),
    "huge": ("|".join(f"[^{chr(0x250 + at)}]{{256}}" for at in range(45)), ALIKE),
    "named_class": ("[a[:digit:]]", SPELLED),
    "open_repeat": ("a{,5}", SPELLED),
    "begin": ("^a", EDGES),
    "end": ("(?:b|a$)", EDGES),
    "text_begin": (r"\Aa", EDGES),
    "begin_in_class_of_repeats": ("(?:(?:^a){1,2}b)?c", EDGES),
    "star": ("a*", EMPTY),
    "optional": ("(?:abc)?", EMPTY),
    "boundary_alone": (r"\b", EMPTY),
    "plus": ("a+", WIDE),
    "any": ("a.*b", WIDE),
    "wide": (".{1,257}", WIDE),
    "wide_product": ("(?:a{1,20}){1,20}", WIDE),
    "ligature": ("o\ufb03ce", PLAIN),
    "full_width": ("\uff21", PLAIN),
    "dash": ("a\u2013b", PLAIN),
    "invisible": ("a\u200bb", PLAIN),
    "line_end": ("a\nb", PLAIN),
    "surrogate": ("a\ud800", PLAIN),
}
BROKEN = {
    "not_a_list": ({"a": 1}, {"patterns": "must be a list of at most 50 patterns"}),
    "too_many": ([GOOD] * 51, {"patterns": "must be a list of at most 50 patterns"}),
    "not_an_object": (["x"], {"patterns.0": "must be an object"}),
    "field": ([{**GOOD, "colour": 1}], {"patterns.0.colour": "is not a field of a pattern"}),
    "id": ([{**GOOD, "id": "A b"}], {"patterns.0.id": "must match [a-z][a-z0-9_-]{0,39}"}),
    "id_type": ([{**GOOD, "id": []}], {"patterns.0.id": "must match [a-z][a-z0-9_-]{0,39}"}),
    "id_twice": (
        [GOOD, GOOD],
        {"patterns.0.id": "is used twice", "patterns.1.id": "is used twice"},
    ),
    "type": ([{**GOOD, "type": "x"}], {"patterns.0.type": "must match [A-Z][A-Z0-9_]{1,39}"}),
    "score": ([{**GOOD, "score": 2}], {"patterns.0.score": "must be a number from 0 to 1"}),
    "score_type": ([{**GOOD, "score": True}], {"patterns.0.score": "must be a number from 0 to 1"}),
    "several": (
        [GOOD, {"pattern": "a*", "score": "1"}],
        {
            "patterns.1.id": "must match [a-z][a-z0-9_-]{0,39}",
            "patterns.1.type": "must match [A-Z][A-Z0-9_]{1,39}",
            "patterns.1.pattern": EMPTY,
            "patterns.1.score": "must be a number from 0 to 1",
        },
    ),
}


@pytest.mark.parametrize("pattern", TAKEN)
def test_pattern_is_taken(pattern: str) -> None:
    assert validate_patterns([{**GOOD, "pattern": pattern}]) == {}


@pytest.mark.parametrize(("pattern", "problem"), REFUSED.values(), ids=REFUSED.keys())
def test_pattern_is_refused_with_the_reason(pattern: object, problem: str) -> None:
    assert validate_patterns([{**GOOD, "pattern": pattern}]) == {"patterns.0.pattern": problem}


@pytest.mark.parametrize(("rows", "problems"), BROKEN.values(), ids=BROKEN.keys())
def test_rows_are_refused_with_all_problems_by_path(rows: object, problems: dict[str, str]) -> None:
    assert validate_patterns(rows) == problems


@pytest.mark.parametrize("kind", ["SECRET", "PROMPT_INJECTION", "IMAGE", "MODERATION_HATE"])
def test_type_of_the_firewall_itself_is_refused(kind: str) -> None:
    problems = validate_patterns([{**GOOD, "type": kind}])

    assert problems == {"patterns.0.type": "is a type of the firewall's own"}


def test_lists_without_problems_are_taken() -> None:
    assert validate_patterns([]) == {}
    assert validate_patterns([GOOD, {**GOOD, "id": "other", "type": "PHONE_NUMBER"}]) == {}
    assert validate_patterns([{k: v for k, v in GOOD.items() if k != "score"}]) == {}
