"""A policy's `images` field: an action for what no detector sees into."""

import pytest

from ironcage.core.errors import InvalidRequest
from ironcage.firewall import Action, parse_policy


@pytest.mark.parametrize(
    ("document", "action"),
    [
        ({"preset": "moderate"}, None),
        ({"preset": "permissive"}, None),
        ({"preset": "strict"}, Action.BLOCK),
        ({"preset": "strict", "input": {"images": "allow"}}, None),
        ({"preset": "strict", "input": {"actions": {"SECRET": "allow"}}}, Action.BLOCK),
        ({"input": {"images": "block"}}, Action.BLOCK),
    ],
)
def test_images_are_allowed_but_where_the_policy_is_strict(
    document: dict[str, object], action: Action | None
) -> None:
    assert parse_policy(document).input.actions.get("IMAGE") is action


def test_version_follows_the_field() -> None:
    blocking = parse_policy({"input": {"images": "block"}})

    assert blocking.input.version != parse_policy({}).input.version


@pytest.mark.parametrize("value", ["redact", "", None, True, ["block"], {"png": "allow"}])
def test_other_words_are_refused(value: object) -> None:
    with pytest.raises(InvalidRequest) as caught:
        parse_policy({"input": {"images": value}})

    assert list(caught.value.fields) == ["input.images"]


def test_answers_carry_no_images_so_the_output_has_no_such_field() -> None:
    with pytest.raises(InvalidRequest) as caught:
        parse_policy({"output": {"images": "block"}})

    assert list(caught.value.fields) == ["output.images"]
