"""`make invoke` runs a handler of the working tree on an event, beside the deployed app."""

import json
from typing import TYPE_CHECKING, Any

import pytest

from infra_cdk.local.invoke import invoke, localised, read_event
from infra_cdk.local.workspace import Trouble

if TYPE_CHECKING:
    from e2e.conftest import Deployed


def invoked(deployed: "Deployed", name: str) -> Any:
    function, _, event = name.partition("/")
    text = localised(read_event(function, event), deployed.facts)
    return json.loads(invoke(deployed.cloud, function, text))


@pytest.mark.parametrize("event", ["chat", "stream", "messages", "models", "health"])
def test_gateway_answers_an_event_as_the_local_agent(deployed: "Deployed", event: str) -> None:
    answer = invoked(deployed, f"gateway/{event}")

    assert answer["statusCode"] == 200
    assert answer["body"]


def test_invoked_chat_is_paid_from_the_local_agents_budget(deployed: "Deployed") -> None:
    answer = invoked(deployed, "gateway/chat")

    assert float(answer["headers"]["x-ironcage-cost-usd"]) > 0


@pytest.mark.parametrize("event", ["bearer", "api_key"])
def test_authorizer_lets_the_local_token_in(deployed: "Deployed", event: str) -> None:
    answer = invoked(deployed, f"token_authorizer/{event}")

    assert answer["policyDocument"]["Statement"][0]["Effect"] == "Allow"
    assert answer["context"]["agent_id"] == deployed.facts.agent_id


def test_handler_that_raises_is_said_to_have_failed(deployed: "Deployed") -> None:
    with pytest.raises(Trouble, match="token_authorizer failed"):
        invoked(deployed, "token_authorizer/no_token")


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("control_api/read_budget", "available_micros"),
        ("ledger_reaper/schedule", "presumed"),
        ("audit_archiver/batch", "batchItemFailures"),
        ("usage_recorder/batch", "batchItemFailures"),
    ],
)
def test_every_other_function_answers_an_event(deployed: "Deployed", name: str, part: str) -> None:
    assert part in invoked(deployed, name)
