"""The front door: each route is guarded, each refusal has our shape."""

import json

from infra_cdk.config import EXTRA_LAYERS
from support.synthesis import synthesized

PUBLIC = {"api/health", "api/v1/health"}


def _path_of(resource_id: str, parts: dict[str, tuple[str, str]]) -> str:
    part, parent = parts[resource_id]
    return f"{_path_of(parent, parts)}/{part}" if parent in parts else part


def test_every_route_but_health_has_the_token_authorizer() -> None:
    synthesis = synthesized("prod")
    parts = {
        name: (r["Properties"]["PathPart"], str(r["Properties"]["ParentId"].get("Ref", "")))
        for name, r in synthesis.of_type("AWS::ApiGateway::Resource").items()
    }

    kinds = {
        (_path_of(m["Properties"]["ResourceId"]["Ref"], parts), m["Properties"]["HttpMethod"]): m[
            "Properties"
        ]["AuthorizationType"]
        for m in synthesis.of_type("AWS::ApiGateway::Method").values()
    }

    assert kinds == {
        ("v1/chat/completions", "ANY"): "CUSTOM",
        ("v1/messages", "ANY"): "CUSTOM",
        ("v1/embeddings", "ANY"): "CUSTOM",
        ("v1/models", "ANY"): "CUSTOM",
        ("v1/responses", "ANY"): "CUSTOM",
        ("v1/firewall/input", "ANY"): "CUSTOM",
        ("v1/firewall/output", "ANY"): "CUSTOM",
        ("v1/{proxy+}", "ANY"): "CUSTOM",
        ("api/health", "GET"): "NONE",
        ("api/v1/health", "GET"): "NONE",
    }


def test_authorizer_runs_for_every_request_with_whatever_header() -> None:
    (authorizer,) = synthesized("prod").of_type("AWS::ApiGateway::Authorizer").values()

    assert authorizer["Properties"]["Type"] == "REQUEST"
    assert authorizer["Properties"]["AuthorizerResultTtlInSeconds"] == 0
    assert not authorizer["Properties"].get("IdentitySource")


def test_refusals_of_the_front_door_are_valid_in_both_wire_formats() -> None:
    responses = synthesized("prod").of_type("AWS::ApiGateway::GatewayResponse")
    whole = {
        r["Properties"]["ResponseType"]: (
            r["Properties"]["StatusCode"],
            json.loads(r["Properties"]["ResponseTemplates"]["application/json"]),
        )
        for r in responses.values()
    }
    bodies = {kind: (status, body["error"]) for kind, (status, body) in whole.items()}

    assert bodies["UNAUTHORIZED"][0] == "401"
    assert bodies["UNAUTHORIZED"][1]["code"] == "TOKEN_INVALID"
    assert bodies["MISSING_AUTHENTICATION_TOKEN"][0] == "404"
    assert bodies["AUTHORIZER_CONFIGURATION_ERROR"][0] == "503"
    assert bodies["THROTTLED"][0] == "429"
    assert bodies["REQUEST_TOO_LARGE"][0] == "413"
    assert {"DEFAULT_4XX", "DEFAULT_5XX"} <= bodies.keys()
    for _, body in whole.values():
        error = body["error"]
        assert error.keys() == {"code", "message", "type", "param", "details", "request_id"}
        assert error["details"] == {"error_code": error["code"]}
        assert (body["type"], body["request_id"]) == ("error", "$context.requestId")


def test_answers_are_buffered_until_the_streaming_runtime_exists() -> None:
    for method in synthesized("prod").of_type("AWS::ApiGateway::Method").values():
        assert method["Properties"]["Integration"].get("ResponseTransferMode") != "STREAM"


def test_functions_run_on_arm_in_production_with_python_3_13() -> None:
    functions = synthesized("prod").of_type("AWS::Lambda::Function").values()

    for function in functions:
        assert function["Properties"]["Architectures"] == ["arm64"]
        assert function["Properties"]["Runtime"] == "python3.13"
        name = function["Properties"]["Handler"].partition(".")[0]
        assert len(function["Properties"]["Layers"]) == 2 + len(EXTRA_LAYERS.get(name, ()))
