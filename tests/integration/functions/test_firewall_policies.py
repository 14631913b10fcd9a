"""Whose policy judges: the calling agent's, or the default one where the account itself signs."""

import pytest

from ironcage.firewall import default_policies
from support.firewalls import DIRECTIONS, MAIL, a_post, call, emulated_firewalls, error_of, posted

BOTH = pytest.mark.parametrize("direction", DIRECTIONS)


def test_agents_own_policy_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    policy = {
        "output": {"actions": {"EMAIL_ADDRESS": "redact"}, "modes": {"EMAIL_ADDRESS": "hash"}}
    }
    with emulated_firewalls(monkeypatch, policy=policy):
        [one, two] = posted("output", {"text": MAIL}, {"text": MAIL})

    assert one["redacted"].startswith("Write to [REDACTED:EMAIL_ADDRESS:")
    assert one["redacted"] == two["redacted"]
    assert one["policy_version"] != default_policies().output.version


def test_policy_that_asks_for_what_is_not_here_blocks_the_batch(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    policy = {"output": {"detectors": ["secrets", "injection"]}}
    with emulated_firewalls(monkeypatch, policy=policy):
        answer = call("output", a_post("output", {"inputs": [{"text": "x"}]}))

    assert (answer["statusCode"], error_of(answer)["code"]) == (503, "FIREWALL_UNAVAILABLE")
    assert '"scan_failed":1' in capsys.readouterr().out


@BOTH
def test_where_the_account_signs_the_default_policy_is_everybodys(
    monkeypatch: pytest.MonkeyPatch, direction: str
) -> None:
    event = a_post(direction, {"inputs": [{"text": MAIL}]})
    event["requestContext"]["authorizer"] = None

    with emulated_firewalls(monkeypatch, policy={"preset": "strict"}, firewall_access="iam"):
        answer = call(direction, event)

    policies = default_policies()
    assert answer["statusCode"] == 200
    assert f'"policy_version":"{getattr(policies, direction).version}"' in answer["body"]


@BOTH
def test_where_tokens_are_asked_for_a_signature_is_not_enough(
    monkeypatch: pytest.MonkeyPatch, direction: str
) -> None:
    event = a_post(direction, {"inputs": [{"text": MAIL}]})
    event["requestContext"]["authorizer"] = None
    event["requestContext"]["identity"]["userArn"] = "arn:aws:iam::123456789012:user/somebody"

    with emulated_firewalls(monkeypatch):
        answer = call(direction, event)

    assert (answer["statusCode"], error_of(answer)["code"]) == (401, "TOKEN_INVALID")
