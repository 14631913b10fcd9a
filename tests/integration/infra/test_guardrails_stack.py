"""The firewalls beside the gateway and alone: who reaches them, and what they are made of."""

import json
from contextlib import nullcontext
from pathlib import Path

import pytest

from infra_cdk.app import build_app
from infra_cdk.config import EXTRA_LAYERS
from infra_cdk.constructs.layer_names import all_layer_names
from infra_cdk.constructs.sizes import AssetsTooLarge, check_size
from integration.infra.test_local_stage import needs_cloud, stacks_beyond_ministack
from ironcage.adapters.scans import GATEWAY_SECONDS
from support.synthesis import synthesized, synthesized_alone

FIREWALLS = ("input_firewall", "output_firewall")


@pytest.mark.parametrize("stage", ["prod", "local"])
def test_alone_there_is_one_stack_a_region_that_needs_no_other(stage: str) -> None:
    templates = synthesized_alone(stage).templates

    assert {name.partition("-guardrails-")[2] for name in templates} == {"alone"}
    assert "Fn::ImportValue" not in json.dumps(templates)


@needs_cloud
def test_alone_the_local_stage_uses_only_types_that_ministack_makes() -> None:
    assert stacks_beyond_ministack(synthesized_alone("local").templates) == {}


@pytest.mark.parametrize("stage", ["prod", "local"])
def test_alone_every_route_is_signed_with_iam(stage: str) -> None:
    methods = synthesized_alone(stage).of_type("AWS::ApiGateway::Method").values()

    kinds = [(m["Properties"]["HttpMethod"], m["Properties"]["AuthorizationType"]) for m in methods]

    assert kinds == [("POST", "AWS_IAM")] * 2


def test_alone_api_gateway_waits_as_long_as_the_functions_reckon_with() -> None:
    methods = synthesized_alone("prod").of_type("AWS::ApiGateway::Method").values()

    waits = {m["Properties"]["Integration"]["TimeoutInMillis"] for m in methods}

    assert waits == {GATEWAY_SECONDS * 1000}


@pytest.mark.parametrize("name", FIREWALLS)
def test_alone_a_function_may_write_its_log_and_nothing_else(name: str) -> None:
    actions = {
        action
        for statement in synthesized_alone("local").statements(name)
        for action in statement["Action"]
    }

    assert actions == {"logs:CreateLogStream", "logs:PutLogEvents"}


@pytest.mark.parametrize("name", FIREWALLS)
def test_access_by_iam_is_a_setting_of_the_lone_function(name: str) -> None:
    def access(variables: dict[str, str]) -> str | None:
        return variables.get("IRONCAGE_FIREWALL_ACCESS")

    alone = synthesized_alone("prod").function(name)["Environment"]["Variables"]
    beside = synthesized("prod").function(name)["Environment"]["Variables"]

    assert (access(alone), access(beside)) == ("iam", None)


@pytest.mark.parametrize("name", FIREWALLS)
def test_records_go_where_those_of_the_gateway_go(name: str) -> None:
    synthesis = synthesized("prod")
    variables, gateway = (
        synthesis.function(f)["Environment"]["Variables"] for f in (name, "gateway")
    )

    for setting in ("IRONCAGE_RECORDS_TOPIC", "IRONCAGE_RECORDS_SPOOL_BUCKET"):
        assert variables[setting] == gateway[setting]
    assert synthesis.actions_on(name, "Records") == {"sns:Publish"}
    assert synthesis.actions_on(name, "SpoolBucket") == {"s3:PutObject"}


@pytest.mark.parametrize("name", FIREWALLS)
def test_alone_there_is_no_topic_to_tell(name: str) -> None:
    variables = synthesized_alone("prod").function(name)["Environment"]["Variables"]

    assert not {v for v in variables if "RECORDS" in v}


def test_alone_production_stands_behind_a_web_acl() -> None:
    associations = synthesized_alone("prod").of_type("AWS::WAFv2::WebACLAssociation")

    assert len(associations) == 1
    assert not synthesized_alone("local").of_type("AWS::WAFv2::WebACLAssociation")


def test_unknown_part_of_the_app_is_refused() -> None:
    with pytest.raises(ValueError, match="only=guardrails"):
        build_app(context={"stage": "local", "only": "everything"})


def test_gateway_is_told_the_names_of_both_functions() -> None:
    variables = synthesized("prod").function("gateway")["Environment"]["Variables"]

    for direction in ("INPUT", "OUTPUT"):
        assert "Firewall" in json.dumps(variables[f"IRONCAGE_FIREWALL_{direction}_FUNCTION"])


@pytest.mark.parametrize("direction", ["Input", "Output"])
@pytest.mark.parametrize("metric", ["ScanFailed", "RequestCrashed", "RecordToLog"])
def test_firewall_has_its_alarms(direction: str, metric: str) -> None:
    alarms = synthesized("prod").of_type("AWS::CloudWatch::Alarm", "guardrails")

    assert any(name.startswith(f"{direction}{metric}Alarm") for name in alarms)


@pytest.mark.parametrize("name", FIREWALLS)
def test_firewall_has_at_most_the_five_layers_that_lambda_takes(name: str) -> None:
    layers = synthesized("prod").function(name)["Layers"]

    assert len(layers) == 2 + len(EXTRA_LAYERS[name])
    assert len(layers) <= 5


def test_every_layer_has_a_folder() -> None:
    assert all(Path("layers", name, "requirements.txt").exists() for name in all_layer_names())


@pytest.mark.parametrize(("limit", "fits"), [(5, True), (4, False)])
def test_function_fits_with_its_layers_or_is_refused(
    tmp_path: Path, *, limit: int, fits: bool
) -> None:
    folders = [tmp_path / "code", tmp_path / "layer"]
    for folder, size in zip(folders, (2, 3), strict=True):
        folder.mkdir()
        (folder / "file").write_bytes(b"x" * size)

    with nullcontext() if fits else pytest.raises(AssetsTooLarge):
        check_size("scanner", folders, most=limit)
