"""A tenant's own patterns as data: what a row may hold, and every problem of a list at once.

A row is `{"id", "type", "pattern", "score"}`. A pattern must mean the same to RE2, which finds it,
and to the parser that measures it; it is at most 256 characters wide, so that a stream knows how
much to withhold, and it never asks for the beginning or the end of a text, which a stream has not.
"""

import importlib
import re
import warnings
from collections.abc import Iterator, Mapping, Sequence

from ironcage.firewall.normalise import NormalisedText

MAX_PATTERNS = 50
MAX_PATTERN_LENGTH = 512
MAX_WIDTH = 256
MAX_GROUPS = 50  # parsers descend into each
PATTERN_MEMORY_BYTES = 1 << 20
_FIELDS = ("id", "type", "pattern", "score")
_ID = "[a-z][a-z0-9_-]{0,39}"
_TYPE = "[A-Z][A-Z0-9_]{1,39}"
# What the firewall itself means by these cannot be taken over.
_RESERVED = "PROMPT_INJECTION|SECRET|IMAGE|MODERATION_.*"
_EDGES = frozenset(["AT_BOUNDARY", "AT_NON_BOUNDARY"])

Problems = dict[str, str]


def validate_patterns(rows: object) -> Problems:
    """List what is wrong with a tenant's patterns, by path; an empty answer is a yes."""
    if not isinstance(rows, list) or len(rows) > MAX_PATTERNS:
        return {"patterns": f"must be a list of at most {MAX_PATTERNS} patterns"}
    return problems_of_rows(rows)


def problems_of_rows(rows: Sequence[object]) -> Problems:
    """List what is wrong with patterns that several documents may have brought together."""
    problems: Problems = {}
    ids = [row.get("id") for row in rows if isinstance(row, Mapping)]
    for at, row in enumerate(rows):
        path = f"patterns.{at}"
        if not isinstance(row, Mapping):
            problems[path] = "must be an object"
            continue
        problems |= {f"{path}.{field}": text for field, text in _row_problems(row)}
        if ids.count(row.get("id")) > 1:
            problems.setdefault(f"{path}.id", "is used twice")
    return problems


def width_of(pattern: str) -> tuple[int, int]:
    """Measure how many characters a match has, at least and at most."""
    shortest, longest = importlib.import_module("re._parser").parse(pattern).getwidth()
    return int(shortest), int(longest)


def asks_for_edges(pattern: str) -> bool:
    """Tell whether a pattern looks at what stands beside it: with a word boundary."""
    return any(name in _EDGES for name in _anchors(pattern))


def _row_problems(row: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    for name in row:
        if name not in _FIELDS:
            yield str(name), "is not a field of a pattern"
    if not _is_named(row.get("id"), _ID):
        yield "id", f"must match {_ID}"
    if not _is_named(row.get("type"), _TYPE):
        yield "type", f"must match {_TYPE}"
    elif _is_named(row["type"], _RESERVED):
        yield "type", "is a type of the firewall's own"
    if problem := _pattern_problem(row.get("pattern")):
        yield "pattern", problem
    score = row.get("score", 1)
    if type(score) not in (int, float) or not 0 <= float(str(score)) <= 1:
        yield "score", "must be a number from 0 to 1"


def _is_named(value: object, form: str) -> bool:
    return isinstance(value, str) and bool(re.fullmatch(form, value))


def _pattern_problem(pattern: object) -> str:
    if not isinstance(pattern, str) or not 1 <= len(pattern) <= MAX_PATTERN_LENGTH:
        return f"must be a text of 1 to {MAX_PATTERN_LENGTH} characters"
    if pattern.count("(") > MAX_GROUPS:
        return f"must have at most {MAX_GROUPS} groups"
    if NormalisedText(pattern).text != pattern or not pattern.isprintable():
        return "must be written in plain characters: texts are folded to those"
    return _syntax_problem(pattern) or _form_problem(pattern)


def _syntax_problem(pattern: str) -> str:
    """Tell whether either parser refuses the pattern, or would read it in a way of its own."""
    re2 = importlib.import_module("re2")  # only who has patterns needs it
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            width_of(pattern)
        compiled(pattern)
    except (re.error, re2.error, FutureWarning, DeprecationWarning, OverflowError):
        return "is not a regular expression that RE2 and Python read alike, or is too large"
    if "{," in pattern or "[:" in pattern:
        return "must write {0,n} for {,n}, and spell out classes such as [:alpha:]"
    return ""


def _form_problem(pattern: str) -> str:
    if any(name not in _EDGES for name in _anchors(pattern)):
        return "must not ask for the beginning or the end of a text or line"
    shortest, longest = width_of(pattern)
    if shortest < 1:
        return "must not match the empty text"
    if longest > MAX_WIDTH:
        return f"must match at most {MAX_WIDTH} characters: bound every * and +"
    return ""


def _anchors(pattern: str) -> Iterator[str]:
    """Name every place in a pattern that matches a position instead of a character."""
    waiting: list[object] = [importlib.import_module("re._parser").parse(pattern)]
    while waiting:
        node = waiting.pop()
        if isinstance(node, tuple) and node and str(node[0]) == "AT":
            yield str(node[1])
        elif isinstance(node, Sequence) or hasattr(node, "data"):
            waiting += [] if isinstance(node, str) else list(node)  # type: ignore[call-overload]  # a parsed pattern is a sequence without saying so


def compiled(pattern: str) -> object:
    """Compile a pattern within its bound of memory.

    Raises:
        re2.error: RE2 cannot read it, or it is too large.
    """
    re2 = importlib.import_module("re2")
    options = re2.Options()
    options.log_errors, options.never_capture = False, True
    options.max_mem = PATTERN_MEMORY_BYTES
    return re2.compile(pattern, options)
