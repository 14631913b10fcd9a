"""Operators write policies in versions, for a tenant, a project or single agents."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from control_api.wiring import control
from ironcage.adapters.dynamodb.directory import DynamoDirectory
from ironcage.core import SystemClock
from ironcage.firewall import merge_policies, parse_policy
from support.aws_identity import IdentityCloud, make_cloud
from support.aws_mocked import emulated_aws
from support.builders_identity import AGENT, TENANT
from support.operators import WHOSE, code_of, run, seeded

OF_TENANT = {"tenant_id": TENANT}
STRICT, PERMISSIVE = {"preset": "strict"}, {"preset": "permissive"}
LETTERS = {**OF_TENANT, "project_id": "proj_letters"}


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch) -> Iterator[IdentityCloud]:
    with emulated_aws(monkeypatch):
        made = make_cloud()
        made.configure(monkeypatch)
        control.cache_clear()
        seeded()
        yield made
    control.cache_clear()


def events(cloud: IdentityCloud, name: str) -> list[dict[str, Any]]:
    return [dict(event) for event in cloud.published() if event["event"] == name]


def test_policy_is_checked_before_it_is_kept(cloud: IdentityCloud) -> None:
    refused = run("put_policy", **OF_TENANT, policy={"nonsense": 1, "input": {"otherwise": 1}})

    assert refused["error"]["fields"].keys() == {"policy.nonsense", "policy.input.otherwise"}
    assert code_of(run("read_policy", **OF_TENANT)) == "NOT_FOUND"


def test_policy_that_lists_too_much_is_not_kept(cloud: IdentityCloud) -> None:
    values = [str(number) for number in range(201)]

    refused = run("put_policy", **OF_TENANT, policy={"allow": {"values": values}})

    assert refused["error"]["fields"].keys() == {"policy.allow.values"}


def test_each_change_is_a_version_and_an_older_one_is_put_back(cloud: IdentityCloud) -> None:
    first = run("put_policy", **OF_TENANT, policy=STRICT, actor="user_root")
    second = run("put_policy", **OF_TENANT, policy=PERMISSIVE, actor="user_other")
    older = run("read_policy", **OF_TENANT, version=1)

    third = run("put_policy", **OF_TENANT, policy=older["policy"])

    read = run("read_policy", **OF_TENANT)
    assert [answer["version"] for answer in (first, second, third)] == [1, 2, 3]
    assert first["content_hash"] == third["content_hash"] != second["content_hash"]
    assert (older["policy"], older["actor"]) == (STRICT, "user_root")
    assert (read["policy"], read["version"], read["actor"]) == (STRICT, 3, "operator")
    assert [v["version"] for v in read["versions"]] == [3, 2, 1]
    assert read["versions"][1]["actor"] == "user_other"
    assert read["versions"][1]["changed_at"] >= read["versions"][2]["changed_at"]
    assert code_of(run("read_policy", **OF_TENANT, version=4)) == "NOT_FOUND"


def test_second_of_two_editors_is_told_the_newest_version(cloud: IdentityCloud) -> None:
    run("put_policy", **OF_TENANT, policy=STRICT, expected_version=0)

    late = run("put_policy", **OF_TENANT, policy=PERMISSIVE, expected_version=0)
    kept = run("put_policy", **OF_TENANT, policy=PERMISSIVE, expected_version=1)

    assert (code_of(late), late["error"]["status"]) == ("CONFLICT", 409)
    assert late["error"]["details"] == {"policy_id": "policy_default", "version": 1}
    assert kept["version"] == 2


def test_change_is_an_event_with_who_when_and_what_but_no_text(cloud: IdentityCloud) -> None:
    run("put_policy", **OF_TENANT, policy=STRICT)
    secret = {"preset": "strict", "allow": {"values": ["kept-to-ourselves"]}}

    answer = run("put_policy", **OF_TENANT, policy=secret, actor="user_root")

    _, event = events(cloud, "policy_changed")
    assert (event["tenant_id"], event["actor"]) == (TENANT, "user_root")
    assert event["at_ms"] > 0
    assert event["changes"] == {**answer, "fields": ["allow"]}
    assert "kept-to-ourselves" not in json.dumps(event)


def test_read_leaves_no_event(cloud: IdentityCloud) -> None:
    cloud.published()

    run("read_agent_policy", **WHOSE)

    assert cloud.published() == []


def test_agent_stands_under_its_tenant_its_project_and_its_own_policy(
    cloud: IdentityCloud,
) -> None:
    run("put_project", **LETTERS, name="Letters")
    project = {"output": {"actions": {"EMAIL_ADDRESS": "allow"}}}
    run("put_policy", **OF_TENANT, policy=STRICT)
    written = run("put_policy", **LETTERS, policy=project)
    run("put_policy", **OF_TENANT, policy_id="policy_own", policy=PERMISSIVE)

    run("update_agent", **WHOSE, agent={"policy_id": "policy_own", "project_id": "proj_letters"})

    view = DynamoDirectory(cloud.control, SystemClock()).view(TENANT, AGENT)
    read = run("read_agent_policy", **WHOSE)
    assert written["policy_id"] == "proj_letters"
    assert view.policy == merge_policies([STRICT, project, PERMISSIVE])
    assert read["policy"] == view.policy
    assert read["policy_version"] == parse_policy(view.policy).input.version
    assert read["policies"] == {"policy_default": 1, "proj_letters": 1, "policy_own": 1}


def test_agent_leaves_its_project_with_null_and_keeps_it_otherwise(cloud: IdentityCloud) -> None:
    run("put_project", **LETTERS, name="Letters")
    run("update_agent", **WHOSE, agent={"project_id": "proj_letters"})
    directory = DynamoDirectory(cloud.control, SystemClock())
    run("update_agent", **WHOSE, agent={"name": "New"})
    kept = directory.view(TENANT, AGENT).agent.project_id

    run("update_agent", **WHOSE, agent={"project_id": None})

    left = DynamoDirectory(cloud.control, SystemClock()).view(TENANT, AGENT).agent.project_id
    assert (kept, left) == ("proj_letters", None)


def test_project_of_another_tenant_is_not_found(cloud: IdentityCloud) -> None:
    other = run("create_tenant", name="Other")["tenant_id"]
    run("put_project", tenant_id=other, project_id="proj_letters", name="Letters")

    answers = [
        run("put_policy", **LETTERS, policy=STRICT),
        run("read_policy", **LETTERS),
        run("delete_project", **LETTERS),
    ]
    refused = run("update_agent", **WHOSE, agent={"project_id": "proj_letters"})

    assert [code_of(answer) for answer in answers] == ["NOT_FOUND"] * 3
    assert refused["error"]["fields"] == {"agent.project_id": "does not exist"}


def test_deleted_project_takes_no_policy_and_no_agent_and_no_new_name(
    cloud: IdentityCloud,
) -> None:
    run("put_project", **LETTERS, name="Letters")
    run("delete_project", **LETTERS)

    put = run("put_policy", **LETTERS, policy=STRICT)
    moved = run("update_agent", **WHOSE, agent={"project_id": "proj_letters"})
    again = [run("put_project", **LETTERS, name="Again"), run("delete_project", **LETTERS)]

    assert code_of(put) == "NOT_FOUND"
    assert code_of(run("read_policy", **LETTERS)) == "NOT_FOUND"
    assert moved["error"]["fields"] == {"agent.project_id": "does not exist"}
    assert [code_of(answer) for answer in again] == ["CONFLICT", "NOT_FOUND"]
    assert [e["changes"] for e in events(cloud, "project_deleted")] == [
        {"project_id": "proj_letters"}
    ]


def test_policy_of_an_agent_whose_own_is_gone_is_not_found(cloud: IdentityCloud) -> None:
    run("put_policy", **OF_TENANT, policy_id="policy_own", policy=STRICT)
    run("update_agent", **WHOSE, agent={"policy_id": "policy_own"})
    cloud.control.delete(TENANT, "POLICY#policy_own")

    answer = run("read_agent_policy", **WHOSE)

    assert (code_of(answer), answer["error"]["details"]) == (
        "NOT_FOUND",
        {"policy_id": "policy_own"},
    )


def test_policy_of_an_agent_whose_project_is_gone_is_not_found(cloud: IdentityCloud) -> None:
    run("put_project", **LETTERS, name="Letters")
    run("update_agent", **WHOSE, agent={"project_id": "proj_letters"})
    assert "error" not in run("read_agent_policy", **WHOSE)
    run("delete_project", **LETTERS)

    answer = run("read_agent_policy", **WHOSE)

    assert (code_of(answer), answer["error"]["details"]) == (
        "NOT_FOUND",
        {"project_id": "proj_letters"},
    )
