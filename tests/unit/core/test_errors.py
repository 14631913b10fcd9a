"""Every error says what it is in one way."""

import inspect

import pytest

from ironcage.core import errors
from ironcage.core.errors import HomeLedgerUnavailable, IronCageError, LedgerUnavailable

ALL = [c for _, c in inspect.getmembers(errors, inspect.isclass) if issubclass(c, IronCageError)]


@pytest.mark.parametrize("error", ALL, ids=lambda c: c.__name__)
def test_error_is_drawn_in_the_tree(error: type[IronCageError]) -> None:
    assert error.__name__ in (errors.__doc__ or "")


@pytest.mark.parametrize("error", ALL, ids=lambda c: c.__name__)
def test_error_has_a_stable_code_and_an_http_status(error: type[IronCageError]) -> None:
    assert error.code == error.code.upper()
    assert 400 <= error.status < 600


def test_leaf_errors_have_a_code_of_their_own() -> None:
    ours = [error for error in ALL if not issubclass(error, HomeLedgerUnavailable)]
    leaves = [error for error in ours if not {*error.__subclasses__()} & {*ours}]

    assert len({error.code for error in leaves}) == len(leaves)


def test_ledger_of_another_region_fails_under_the_code_of_the_ledger() -> None:
    assert HomeLedgerUnavailable.code == LedgerUnavailable.code
    assert HomeLedgerUnavailable.message != LedgerUnavailable.message
