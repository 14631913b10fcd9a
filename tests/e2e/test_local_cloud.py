"""The app as it stands in the local cloud: what was deployed is there, and it answers."""

from dataclasses import replace
from typing import TYPE_CHECKING

import openai
import pytest

from infra_cdk.local import server
from infra_cdk.local.commands import bring_up
from infra_cdk.local.facts import Facts, read_facts
from infra_cdk.local.progress import Progress
from infra_cdk.local.request import call, chat
from infra_cdk.local.seed import NewProvider, add_provider
from support.trail import Trail

if TYPE_CHECKING:
    from e2e.conftest import Deployed


def test_openai_sdk_gets_a_governed_answer(facts: Facts) -> None:
    with openai.OpenAI(base_url=facts.openai_base_url, api_key=facts.ic_token) as client:
        answer = client.chat.completions.create(
            model=facts.model, messages=[{"role": "user", "content": "Hello"}]
        )

    assert answer.choices[0].message.content
    assert answer.usage is not None
    assert answer.usage.total_tokens > 0


def test_answer_tells_its_cost_and_the_budget_left(facts: Facts) -> None:
    answer = chat(facts, "Say hello.")

    assert float(answer.headers["x-ironcage-cost-usd"]) > 0
    assert float(answer.headers["x-ironcage-budget-remaining-usd"]) < 25
    assert answer.headers["x-ironcage-input-verdict"] == "allow"


def test_server_listens_on_loopback_only(deployed: "Deployed") -> None:
    assert server.listens_on_loopback_only(deployed.workspace.port)


def test_health_needs_no_token(facts: Facts) -> None:
    root = replace(facts, base_url=facts.anthropic_base_url, ic_token="none")

    assert call(root, "GET", "api/health").status == 200


@pytest.mark.parametrize(
    ("request_line", "token", "refusal"),
    [
        pytest.param("GET models", "not-a-token", (401, "TOKEN_INVALID"), id="bad-token"),
        pytest.param("GET models", "", (401, "TOKEN_INVALID"), id="empty-token"),
        pytest.param("GET no/such/path", None, (404, "NOT_FOUND"), id="unknown-path"),
        pytest.param("DELETE models", None, (405, "METHOD_NOT_ALLOWED"), id="wrong-method"),
        pytest.param("GET ../nothing", None, (404, "NOT_FOUND"), id="outside-of-v1"),
    ],
)
def test_refusals_have_one_shape(
    facts: Facts, request_line: str, token: str | None, *, refusal: tuple[int, str]
) -> None:
    caller = facts if token is None else replace(facts, ic_token=token)

    answer = call(caller, *request_line.split())

    assert (answer.status, answer.body["error"]["code"]) == refusal
    assert {"code", "message", "type", "request_id"} <= answer.body["error"].keys()


@pytest.mark.parametrize(
    ("title", "status"),
    [
        ("LedgerTable", "ENABLED"),
        ("RuntimeTable", "ENABLED"),
        ("ActivityTable", "ENABLED"),
        ("ControlTable", "DISABLED"),
        ("PeopleTable", "DISABLED"),
    ],
)
def test_tables_expire_what_should_expire(deployed: "Deployed", title: str, status: str) -> None:
    name = Trail(deployed.cloud).table(title)

    found = deployed.cloud.dynamodb().describe_time_to_live(TableName=name)

    assert found["TimeToLiveDescription"]["TimeToLiveStatus"] == status


def test_audit_bucket_refuses_to_forget(deployed: "Deployed") -> None:
    audit = Trail(deployed.cloud).bucket("auditbucket")

    told = deployed.cloud.objects().get_object_lock_configuration(Bucket=audit)

    assert told["ObjectLockConfiguration"]["ObjectLockEnabled"] == "Enabled"


def test_provider_that_nobody_runs_is_refused_as_down(deployed: "Deployed") -> None:
    port = server.free_port()
    absent = NewProvider("absent", f"http://127.0.0.1:{port}/v1", ["absent-model"], key="sk-x")

    add_provider(deployed.operator, absent, known=deployed.facts.providers)
    answer = _ask_until_known(deployed.facts, "absent-model")

    assert answer == (503, "ALL_PROVIDERS_DOWN")


def test_second_run_is_an_update_and_keeps_the_token(deployed: "Deployed") -> None:
    before = read_facts(deployed.workspace)

    again, answer = bring_up(deployed.workspace, Progress())

    assert answer.status == 200
    assert before is not None
    assert again.ic_token == before.ic_token


def _ask_until_known(facts: Facts, model: str) -> tuple[int, str]:
    """Ask until the new configuration acts, which takes five seconds at most."""
    for _ in range(200):
        answer = chat(facts, "Hello", model=model)
        if answer.status != 404:
            break
    return answer.status, answer.body["error"]["code"]
