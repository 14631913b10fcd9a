"""One role per function, and each may do only what its function does."""

import json
import re

import pytest

from ironcage.core.settings import Settings, variable_of
from support.synthesis import as_list, synthesized

FUNCTIONS = (
    "token_authorizer",
    "gateway",
    "control_api",
    "usage_recorder",
    "ledger_reaper",
    "audit_archiver",
    "input_firewall",
    "output_firewall",
)


def test_every_function_has_a_role_of_its_own() -> None:
    synthesis = synthesized("prod")

    roles = {synthesis.function(name)["Role"]["Fn::GetAtt"][0] for name in FUNCTIONS}

    assert len(roles) == len(FUNCTIONS)
    assert len(synthesis.of_type("AWS::Lambda::Function")) == len(FUNCTIONS)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_no_role_has_a_wildcard_action(name: str) -> None:
    actions = [a for s in synthesized("prod").statements(name) for a in as_list(s["Action"])]

    assert not [action for action in actions if "*" in action]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_settings_of_a_function_are_known_to_the_runtime(name: str) -> None:
    known = {variable_of(field) for field in Settings.__dataclass_fields__}

    variables = synthesized("prod").function(name)["Environment"]["Variables"]

    assert {v for v in variables if v.startswith("IRONCAGE_")} <= known


def test_signing_keys_are_read_by_the_authorizer_and_the_control_function_alone() -> None:
    synthesis = synthesized("prod")

    readers = {name for name in FUNCTIONS if synthesis.actions_on(name, "-signing-keys-")}

    assert readers == {"token_authorizer", "control_api"}


def test_provider_keys_are_read_by_the_gateway_alone() -> None:
    synthesis = synthesized("prod")

    readers = {
        name
        for name in FUNCTIONS
        if "secretsmanager:GetSecretValue" in synthesis.actions_on(name, "secret:ironcage/")
    }

    assert readers == {"gateway"}


def test_authorizer_only_reads_single_items_of_the_control_table() -> None:
    synthesis = synthesized("prod")
    statements = json.dumps(synthesis.statements("token_authorizer"))

    assert re.findall(r"dynamodb:\w+", statements) == ["dynamodb:GetItem"]
    assert not synthesis.actions_on("token_authorizer", "LedgerTable")


def test_gateway_only_lists_and_changes_circuits() -> None:
    actions = synthesized("prod").actions_on("gateway", "RuntimeTable")

    assert set(actions) == {"dynamodb:Query", "dynamodb:UpdateItem"}


def test_gateway_cannot_write_configuration() -> None:
    actions = synthesized("prod").actions_on("gateway", "ControlTable")

    assert actions == {"dynamodb:GetItem"}


def test_archiver_can_put_and_neither_read_nor_delete() -> None:
    statements = json.dumps(synthesized("prod").statements("audit_archiver"))

    assert set(re.findall(r"s3:\w+", statements)) == {"s3:PutObject"}


def test_actions_that_only_ministack_knows_stay_local() -> None:
    assert "bedrock:Converse" in synthesized("local").actions_on("gateway", "foundation-model")
    assert synthesized("prod").actions_on("gateway", "foundation-model") == {
        "bedrock:InvokeModel",
        "bedrock:InvokeModelWithResponseStream",
    }


@pytest.mark.parametrize("name", ["gateway", "control_api"])
def test_loopback_providers_exist_on_the_local_stage_alone(name: str) -> None:
    def allows(stage: str) -> str:
        variables = synthesized(stage).function(name)["Environment"]["Variables"]
        return str(variables["IRONCAGE_PROVIDERS_ALLOW_LOOPBACK"])

    assert allows("prod") == "false"
    assert allows("local") == "true"
