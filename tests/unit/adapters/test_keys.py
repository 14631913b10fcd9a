"""Keys start with the tenant, and no id can reach into another's."""

import pytest

from ironcage.adapters.dynamodb.keys import TenantKeys, owner_of
from ironcage.core import AgentId, PolicyId, ProviderId, RequestId, TenantId
from support.builders_budgets import NOW_MS

KEYS = TenantKeys(TenantId("tenant_acme"))
AGENT = AgentId("agent_writer")


def test_keys_of_control_are_one_partition_a_tenant() -> None:
    kinds = [
        KEYS.version_sk(),
        KEYS.agent_sk(AGENT),
        KEYS.token_sk(AGENT),
        KEYS.provider_sk(ProviderId("provider_a")),
        KEYS.policy_sk(PolicyId("policy_a")),
    ]

    assert KEYS.control_pk() == "tenant_acme"
    assert kinds == [
        "VERSION",
        "AGENT#agent_writer",
        "TOKEN#agent_writer",
        "PROVIDER#provider_a",
        "POLICY#policy_a",
    ]


def test_keys_of_the_ledger_are_one_partition_an_agent() -> None:
    assert KEYS.ledger_pk(AGENT) == "tenant_acme#agent_writer"
    assert KEYS.pot_sk() == "POT#MAIN"
    assert KEYS.presumed_sk(RequestId("req_1")) == "PRESUMED#req_1"
    assert owner_of(KEYS.ledger_pk(AGENT)) == (KEYS.tenant_id, AGENT)


def test_keys_with_a_moment_sort_by_time() -> None:
    earlier = KEYS.usage_sk(NOW_MS - 1, RequestId("req_z"))
    later = KEYS.usage_sk(NOW_MS, RequestId("req_a"))

    assert earlier < later
    assert KEYS.history_sk(NOW_MS, "bh_1") < KEYS.history_sk(NOW_MS + 1, "bh_0")
    assert KEYS.activity_pk(AGENT) == "tenant_acme#agent_writer"


@pytest.mark.parametrize("part", ["", "a#b", "a b", "é", "x" * 129, "a\n"])
def test_part_that_could_reach_another_key_is_refused(part: str) -> None:
    with pytest.raises(ValueError, match="not an id"):
        KEYS.ledger_pk(AgentId(part))
    with pytest.raises(ValueError, match="not an id"):
        TenantKeys(TenantId(part)).control_pk()
