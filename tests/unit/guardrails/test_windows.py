"""Windows over the tokens of a text."""

from itertools import pairwise

import pytest

from ironcage.guardrails.cascade import allowance
from ironcage.guardrails.windows import OVERLAP, WINDOW, Tokens, windows_of


def tokens_of(size: int) -> Tokens:
    """Make tokens of three characters each."""
    return Tokens(list(range(size)), [(3 * at, 3 * at + 3) for at in range(size)])


def test_empty_text_has_no_window() -> None:
    assert windows_of(tokens_of(0)) == []


@pytest.mark.parametrize("size", [1, WINDOW, WINDOW + 1, 500, 2048], ids=str)
def test_windows_cover_every_token_and_overlap(size: int) -> None:
    windows = windows_of(tokens_of(size))

    assert windows[0].first == 0
    assert windows[-1].last == size
    assert all(w.last - w.first <= WINDOW for w in windows)
    assert all(right.first == left.last - OVERLAP for left, right in pairwise(windows))


def test_window_stands_where_its_tokens_stand() -> None:
    last = windows_of(tokens_of(200))[-1]

    assert (last.start, last.end) == (3 * last.first, 600)


@pytest.mark.parametrize(
    ("windows", "allowed"),
    [(1, 2), (3, 2), (6, 2), (11, 4), (21, 8), (500, 12)],
    ids=str,
)
def test_longer_text_may_have_more_windows_encoded(windows: int, allowed: int) -> None:
    assert allowance(windows) == allowed
