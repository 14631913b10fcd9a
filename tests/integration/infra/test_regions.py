"""Two regions: the same stacks in each, one key, one control table, and money that finds home."""

import json
import re
from pathlib import Path

import pytest

from infra_cdk.app import build_app
from infra_cdk.config import PROD
from support.privileges import MOVE_MONEY, SETTLE
from support.synthesis import EmptyAssets, Resource, as_list, synthesized

PRIMARY, SECOND = PROD.regions
TABLE = "AWS::DynamoDB::GlobalTable"
SECRET = "AWS::SecretsManager::Secret"
REPLICATED = {"ControlTable", "FirstSigningKey", "SigningKeys", "AuditHashKey"}
MOVES_MONEY = ("gateway", "usage_recorder")
LEDGER_ACTIONS = {"gateway": {*MOVE_MONEY}, "usage_recorder": {*SETTLE}}
KEY_ACTIONS = {"kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey", "kms:DescribeKey"}


def template(stack: str, region: str, stage: str = "prod") -> dict[str, Resource]:
    """Find the resources of one stack of one region."""
    found = synthesized(stage).templates[f"ironcage-{stage}-{region}-{stack}"]
    resources: dict[str, Resource] = found["Resources"]
    return resources


def table_named(title: str, region: str = PRIMARY) -> Resource:
    """Find the properties of a table that one region makes."""
    tables = synthesized("prod", region).of_type(TABLE)
    properties: Resource = next(
        r["Properties"] for name, r in tables.items() if name.startswith(title)
    )
    return properties


def titles(region: str) -> set[str]:
    """List what the data stack of a region makes, without the hashes of the names."""
    return {re.sub(r"[0-9A-F]{8}$", "", name) for name in template("data", region)}


@pytest.mark.parametrize("stack", ["workers", "gateway"])
def test_regions_run_the_same_functions_in_the_same_way(stack: str) -> None:
    first, second = alike(stack, PRIMARY), alike(stack, SECOND)

    assert len(first) > 40
    assert first == second


def alike(stack: str, region: str) -> list[str]:
    """Write the resources of a stack without what must differ: region, hashes, and policies.

    Policies name what the primary makes by its import, and elsewhere by its ARN; the tests of
    permissions look at both regions.
    """
    resources = template(stack, region)
    kept = [r for r in resources.values() if r["Type"] != "AWS::IAM::Policy"]
    return sorted(_plain(json.dumps(r, sort_keys=True), region) for r in kept)


def _plain(text: str, region: str) -> str:
    text = text.replace(f"{PRIMARY},{SECOND}", "ALL")
    text = re.sub(r'"IRONCAGE_TABLES_CONTROL": ({[^}]*}|"[^"]*")', '"CONTROL"', text)
    text = re.sub(r'{"Fn::ImportValue": "[^"]*"}', '"IMPORTED"', text)
    text = text.replace(region, "here").replace(region.replace("-", ""), "here")
    return re.sub(r"[0-9A-F]{8}[0-9a-f]{32}|[0-9A-F]{8,}", "", text)


def test_second_region_finds_what_the_primary_replicates() -> None:
    assert titles(PRIMARY) - titles(SECOND) == REPLICATED
    assert titles(SECOND) < titles(PRIMARY)


def test_control_is_one_global_table_under_the_key_of_each_region() -> None:
    control = table_named("Control")
    replicas = {r["Region"]: r for r in control["Replicas"]}

    assert control["TableName"] == "ironcage-prod-control"
    assert replicas.keys() == {*PROD.regions}
    for replica in replicas.values():
        assert replica["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"]
        assert replica["DeletionProtectionEnabled"]
    there = json.dumps(replicas[SECOND]["SSESpecification"])
    assert f"arn:aws:kms:{SECOND}:" in there
    assert f"ironcage-prod-{PRIMARY}-keys:ExportsOutputFnGetAttDataKey" in there


@pytest.mark.parametrize("title", ["Ledger", "Runtime", "Activity", "People"])
@pytest.mark.parametrize("region", PROD.regions)
def test_other_tables_stay_in_their_region(title: str, region: str) -> None:
    assert [r["Region"] for r in table_named(title, region)["Replicas"]] == [region]


def test_ledger_has_one_name_in_every_region() -> None:
    names = {table_named("Ledger", region)["TableName"] for region in PROD.regions}

    assert names == {"ironcage-prod-ledger"}


@pytest.mark.parametrize("title", ["SigningKeys", "AuditHashKey"])
def test_secret_has_a_replica_under_the_key_of_its_region(title: str) -> None:
    secrets = synthesized("prod").of_type(SECRET)
    secret = next(r["Properties"] for name, r in secrets.items() if name.startswith(title))

    [replica] = secret["ReplicaRegions"]

    assert secret["Name"].startswith("ironcage-prod-")
    assert replica["Region"] == SECOND
    assert f"arn:aws:kms:{SECOND}:" in json.dumps(replica["KmsKeyId"])


def test_key_is_one_key_with_a_replica_in_the_second_region() -> None:
    [key] = template("keys", PRIMARY).values()
    [replica] = template("keys", SECOND).values()

    assert key["Type"] == "AWS::KMS::Key"
    assert key["Properties"]["MultiRegion"] is True
    assert replica["Type"] == "AWS::KMS::ReplicaKey"
    assert replica["Properties"]["PrimaryKeyArn"] == {
        "Fn::GetStackOutput": {
            "StackName": f"ironcage-prod-{PRIMARY}-keys",
            "OutputName": "DataKeyArn",
            "Region": PRIMARY,
        }
    }
    assert key["DeletionPolicy"] == replica["DeletionPolicy"] == "Retain"


def test_replica_of_the_key_serves_the_same_services_as_the_key() -> None:
    def services(region: str) -> set[str]:
        [key] = template("keys", region).values()
        statements = key["Properties"]["KeyPolicy"]["Statement"]
        allowed = [s["Principal"]["Service"] for s in statements if "Service" in s["Principal"]]
        return {name.replace(region, "here") for some in allowed for name in as_list(some)}

    assert "logs.here.amazonaws.com" in services(PRIMARY)
    assert services(PRIMARY) == services(SECOND)


def test_local_regions_have_a_key_each_because_ministack_makes_no_replica() -> None:
    for region in PROD.regions:
        [key] = template("keys", region, stage="local").values()
        assert key["Type"] == "AWS::KMS::Key"
        assert key["Properties"]["MultiRegion"] is False


@pytest.mark.parametrize("region", PROD.regions)
@pytest.mark.parametrize("name", MOVES_MONEY)
def test_money_may_move_in_the_ledger_of_the_other_region_and_in_no_other_table(
    name: str, region: str
) -> None:
    [other] = PROD.others_than(region)

    far = [
        statement
        for statement in synthesized("prod", region).statements(name)
        if f":{other}:" in json.dumps(statement["Resource"])
    ]

    allowed = {
        json.dumps(statement["Resource"]): set(as_list(statement["Action"])) for statement in far
    }
    ledgers = [actions for arn, actions in allowed.items() if ":table/ironcage-prod-ledger" in arn]
    keys = [actions for arn, actions in allowed.items() if ":kms:" in arn]
    assert ledgers == [LEDGER_ACTIONS[name]]
    assert keys == [KEY_ACTIONS]
    assert len(allowed) == 2
    assert not [arn for arn in allowed if "*" in arn]


@pytest.mark.parametrize("region", PROD.regions)
@pytest.mark.parametrize("name", ["token_authorizer", "ledger_reaper", "audit_archiver"])
def test_function_that_needs_no_other_region_has_no_right_there(name: str, region: str) -> None:
    [other] = PROD.others_than(region)

    rights = json.dumps(synthesized("prod", region).statements(name))

    assert f":{other}:" not in rights


@pytest.mark.parametrize("region", PROD.regions)
def test_provider_keys_are_replicated_by_the_control_function_alone(region: str) -> None:
    synthesis = synthesized("prod", region)
    names = [r["Properties"]["Handler"].partition(".")[0]
             for r in synthesis.of_type("AWS::Lambda::Function").values()]  # fmt: skip

    may = {
        name
        for name in names
        if "secretsmanager:ReplicateSecretToRegions"
        in synthesis.actions_on(name, "secret:ironcage/")
    }

    assert may == {"control_api"}


@pytest.mark.parametrize("region", PROD.regions)
def test_functions_know_their_region_and_all_others(region: str) -> None:
    variables = synthesized("prod", region).function("gateway")["Environment"]["Variables"]

    assert variables["IRONCAGE_REGION"] == region
    assert variables["IRONCAGE_REGIONS"] == ",".join(PROD.regions)
    assert variables["IRONCAGE_TABLES_LEDGER"]
    assert variables["IRONCAGE_AUDIT_HASH_SECRET"] == "ironcage-prod-audit-hash-key"
    assert "IRONCAGE_LEDGER_ENDPOINTS" not in variables


@pytest.mark.parametrize("region", PROD.regions)
def test_secrets_of_the_deployment_are_named_exactly_in_policies(region: str) -> None:
    statements = json.dumps(synthesized("prod", region).statements("token_authorizer"))

    assert f"arn:aws:secretsmanager:{region}:" in statements
    assert "secret:ironcage-prod-signing-keys-??????" in statements


def test_third_region_is_one_more_name(tmp_path: Path) -> None:
    regions = [*PROD.regions, "ap-southeast-1"]
    app = build_app(
        outdir=str(tmp_path / "out"),
        context={"stage": "prod", "regions": ",".join(regions)},
        assets=EmptyAssets(tmp_path / "assets"),
    )

    app.synth()

    made = {path.name for path in (tmp_path / "out").glob("*.template.json")}
    data = json.loads((tmp_path / f"out/ironcage-prod-{PRIMARY}-data.template.json").read_text())
    tables = [r["Properties"] for r in data["Resources"].values() if r["Type"] == TABLE]
    (control,) = [t for t in tables if t.get("TableName") == "ironcage-prod-control"]
    assert {r["Region"] for r in control["Replicas"]} == {*regions}
    assert len([name for name in made if "-ap-southeast-1-" in name]) == 6
