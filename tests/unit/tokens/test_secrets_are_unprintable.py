"""Keys cannot be printed, copied into a pickle or written as JSON."""

import json
import pickle
from collections.abc import Callable

import pytest

from ironcage.tokens import ProviderKey, SigningKeys, is_permission

KEY = ProviderKey("sk-secret")


@pytest.mark.parametrize("show", [repr, str, lambda key: f"{key}", lambda key: f"{[key]}"])
def test_provider_key_is_hidden_however_it_is_shown(show: Callable[[object], str]) -> None:
    assert "secret" not in show(KEY)


def test_provider_key_is_handed_out_on_request_alone() -> None:
    assert KEY.reveal() == "sk-secret"


@pytest.mark.parametrize("write", [pickle.dumps, json.dumps])
def test_provider_key_cannot_be_serialised(write: Callable[[object], object]) -> None:
    with pytest.raises(TypeError):
        write(KEY)


def test_signing_keys_hide_their_bytes() -> None:
    assert "111" not in repr(SigningKeys("k1", {"k1": b"1" * 32}))


@pytest.mark.parametrize(
    ("text", "is_one"), [("llm:call", True), ("llm", False), ("LLM:call", False), ("a:b c", False)]
)
def test_permission_has_two_lower_case_words(text: str, *, is_one: bool) -> None:
    assert is_permission(text) is is_one
