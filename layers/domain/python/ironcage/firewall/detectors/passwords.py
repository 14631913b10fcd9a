"""Evidence that a password is someone's, and not the word that documentation writes for one.

These checks are for short values that stand where a password goes. Entropy says little about ten
characters, so they ask which kinds of characters there are, and how often the kinds change.
"""

import re
from collections.abc import Callable, Mapping
from itertools import pairwise

_WORDS = frozenset(
    [
        *["pass", "passwd", "password", "pw", "pwd", "secret", "token", "secret_key"],
        *["my_secret", "my_password", "mypassword", "user_password", "secret_access_key"],
        "x_oauth_basic",  # stands there where the token is the user
    ]
)
# What a program fills in: `{db_password}`, `$DB_PASSWORD`.
_FIELD = re.compile(
    r"\{[\w.]*(?i:pass|pwd|pw|secret|token|key)\w*\}"
    r"|\$[A-Z0-9_]*(?:PASS|PWD|PW|SECRET|TOKEN|KEY)[A-Z0-9_]*"
)
# What is left of a value when figures and signs behind it are taken off.
_STEMS = _WORDS | {"admin", "demo", "guest", "mysql", "oracle", "postgres", "root", "test", "user"}
_SAYS_ITSELF = re.compile(
    r"(?i)p[a@4][s5$]{2}w[o0]?r?[dt]|p@ss|^your|^my_?secret|123456|goes_?\d?here|letmein|^qwert"
)
_CONSTANT = re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+|[A-Za-z]+(?:[_.][A-Za-z]+)+\d{0,4}")
_SIGNS = frozenset("!#%^&*+=?~|")  # others stand in and between words: `SHA-256`, `v1.2/x_y`
_LEAST_CHOSEN = 6
_LEAST_STRONG = 8
_LEAST_TURNS = 3
_DSN_KEY = re.compile("[0-9a-f]{32}")  # names a project to an error tracker, in public pages


def _password(value: str) -> int:
    """Accept a password that is more than the word for one, as documentation writes it."""
    return 0 if value.lower().replace("-", "_") in _WORDS else _written(value)


def _written(value: str) -> int:
    """Accept what is written out rather than filled in by a program."""
    return 0 if _FIELD.fullmatch(value) else len(value)


def _chosen(value: str) -> int:
    """Accept letters with figures that are no word with a number behind it, nor a name in code."""
    if len(value) < _LEAST_CHOSEN or not _has_letters_and_digits(value):
        return 0
    stem = re.sub(r"(?:\d+[A-Za-z])?[\W\d_]*\Z", "", value).lower()
    is_told = stem in _STEMS or _SAYS_ITSELF.search(value) or _CONSTANT.fullmatch(value)
    return 0 if is_told else len(value)


def _strong(value: str) -> int:
    """Accept what no sentence has for a word: signs beside letters and figures, or many turns."""
    if len(value) < _LEAST_STRONG or not _chosen(value):
        return 0
    has_cases = value.upper() != value != value.lower()
    is_mixed = not _SIGNS.isdisjoint(value.rstrip("!?"))
    return len(value) if is_mixed or (has_cases and turns(value) >= _LEAST_TURNS) else 0


def _url_user(value: str) -> int:
    """Accept a token in the place of a user's name: figures among letters, again and again."""
    is_known = _DSN_KEY.fullmatch(value) or _SAYS_ITSELF.search(value)
    return 0 if turns(value) < _LEAST_TURNS or is_known else len(value)


def turns(value: str) -> int:
    """Count how often a figure stands beside a letter."""
    return sum(
        one.isalnum() and other.isalnum() and one.isdigit() != other.isdigit()
        for one, other in pairwise(value)
    )


def _has_letters_and_digits(value: str) -> bool:
    return any(c.isdigit() for c in value) and any(c.isalpha() for c in value)


PASSWORD_CHECKS: Mapping[str, Callable[[str], int]] = {
    "chosen": _chosen,
    "password": _password,
    "strong": _strong,
    "url_user": _url_user,
    "written": _written,
}
