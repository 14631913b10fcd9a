"""Whatever a request needs is taken away from the deployed app: each step fails in its direction.

Identity, access and the ledger deny, the firewall blocks, reporting goes on without a trace lost,
and a provider that is down costs nothing. After each outage the same agent is served again.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from support.rigs import Rig, open_rig
from support.trail import eventually

if TYPE_CHECKING:
    from e2e.conftest import Deployed


@pytest.fixture(scope="module")
def rig(deployed: "Deployed") -> Iterator[Rig]:
    with open_rig(deployed) as found:
        yield found


@pytest.mark.parametrize(
    ("function", "setting", "code"),
    [
        pytest.param("token_authorizer", "tables_control", "STORE_UNAVAILABLE", id="tokens"),
        pytest.param("token_authorizer", "tokens_signing_secret", "STORE_UNAVAILABLE", id="keys"),
        pytest.param("gateway", "tables_control", "STORE_UNAVAILABLE", id="access"),
        pytest.param("gateway", "tables_ledger", "LEDGER_UNAVAILABLE", id="ledger"),
        pytest.param("gateway", "providers_vault_path", "ALL_PROVIDERS_DOWN", id="vault"),
    ],
)
def test_request_is_refused_unsent_and_uncharged_without(
    rig: Rig, function: str, setting: str, *, code: str
) -> None:
    before, asked = rig.agent.money(), rig.provider.count()

    with rig.outages.without(function, setting):
        refused = rig.ask()

    assert (refused.status, refused.body["error"]["code"]) == (503, code)
    assert {"code", "message", "type", "param", "request_id"} <= refused.body["error"].keys()
    assert rig.provider.count() == asked
    assert rig.agent.money() == before
    assert rig.ask().status == 200


@pytest.mark.parametrize(
    "settings",
    [
        pytest.param(("records_topic",), id="topic"),
        pytest.param(("records_topic", "records_spool_bucket"), id="topic-and-spool"),
        pytest.param(("audit_hash_secret",), id="hash-key"),
        pytest.param(("tables_runtime",), id="runtime-table"),
    ],
)
def test_answer_and_its_charge_are_the_same_without(rig: Rig, settings: tuple[str, ...]) -> None:
    before = rig.agent.money()["spent"]

    with rig.outages.without("gateway", *settings):
        answer = rig.ask()

    usage = answer.body["usage"]
    assert answer.status == 200
    assert rig.agent.money()["spent"] - before == (
        usage["prompt_tokens"] + 2 * usage["completion_tokens"]
    )
    assert rig.agent.money()["held"] == 0


def test_record_goes_by_the_spool_when_the_topic_is_gone(rig: Rig) -> None:
    with rig.outages.without("gateway", "records_topic"):
        request_id = rig.ask().headers["x-request-id"]

    assert eventually(lambda: rig.trail.is_in_activity(request_id))
    assert eventually(lambda: rig.trail.is_archived(request_id))
    assert rig.trail.is_logged("gateway", request_id, "record_to_spool")


def test_record_is_a_log_line_when_topic_and_spool_are_gone(rig: Rig) -> None:
    with rig.outages.without("gateway", "records_topic", "records_spool_bucket"):
        request_id = rig.ask().headers["x-request-id"]

    assert eventually(lambda: rig.trail.is_logged("gateway", request_id, '"usage_record"'))


def test_provider_that_is_gone_costs_nothing(deployed: "Deployed") -> None:
    with open_rig(deployed) as rig:
        pass  # from here on nobody listens at the provider's address

    answer = rig.ask()

    assert (answer.status, answer.body["error"]["code"]) == (503, "ALL_PROVIDERS_DOWN")
    assert rig.has_money(spent=0, held=0)


def test_firewall_without_its_policy_blocks(deployed: "Deployed") -> None:
    tenant, policy = deployed.facts.tenant_id, "policy_gone001"
    deployed.operator.run("put_policy", tenant_id=tenant, policy_id=policy, policy={})
    with open_rig(deployed, policy_id=policy) as rig:
        key = {"pk": {"S": tenant}, "sk": {"S": f"POLICY#{policy}"}}
        control = rig.trail.table("ControlTable")
        deployed.cloud.dynamodb().delete_item(TableName=control, Key=key)

        answer = rig.ask()

        assert (answer.status, answer.body["error"]["code"]) == (503, "FIREWALL_UNAVAILABLE")
        assert rig.provider.count() == 0
        assert rig.has_money(spent=0, held=0)
