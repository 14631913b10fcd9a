"""What a policy brings itself: a tenant's patterns, and the one moderator whom it names."""

from collections.abc import Callable

import pytest

from ironcage.firewall import Firewall, Moderator, Origin, own_detectors, parse_policy
from support.builders_firewall import a_policy
from support.fakes_firewall import SameModerator

INSULT = "You are a pathetic loser, shut up, EMP-1234."
ROW = {"id": "employee", "type": "EMPLOYEE_ID", "pattern": "EMP-[0-9]{4}"}


def unasked() -> Moderator:
    raise AssertionError("the policy does not name OpenAI")


@pytest.mark.parametrize(
    ("provider", "openai", "seen"),
    [
        ("local", unasked, {"MODERATION_HARASSMENT", "EMPLOYEE_ID"}),
        ("none", unasked, {"EMPLOYEE_ID"}),
        ("openai", lambda: SameModerator({"hate": 0.9}), {"MODERATION_HATE", "EMPLOYEE_ID"}),
    ],
    ids=["local", "none", "openai"],
)
def test_only_the_moderator_that_a_policy_names_is_asked(
    provider: str, openai: Callable[[], Moderator], seen: set[str]
) -> None:
    document = {"patterns": [ROW], "moderation": {"provider": provider}}
    own = own_detectors(parse_policy(document).input, openai)
    firewall = Firewall({detector.name: detector for detector in own})

    verdict = firewall.inspect(INSULT, Origin.USER, a_policy("custom", "moderation"))

    assert {f.type for f in verdict.findings} == seen
    assert set(firewall.versions(a_policy("custom", "moderation"))) == {"custom", "moderation"}
