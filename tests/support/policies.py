"""Judge a role by the templates alone, the way IAM would: deny by default, a deny wins."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from infra_cdk.local.workspace import ACCOUNT
from support.privileges import ABROAD, MODEL_ARN, Target
from support.synthesis import Resource, Synthesis, as_list

_UNKNOWN = {"NotAction", "NotResource", "Principal"}
_SOURCES = {"aws:SourceAccount", "aws:SourceArn", "kms:EncryptionContext:aws:logs:arn"}

_ELSEWHERE = {
    "secrets": f"arn:aws:secretsmanager:{{region}}:{ACCOUNT}:secret:{{path}}ip_probe-AbCdEf",
    "table_abroad": f"arn:aws:dynamodb:{ABROAD}:{ACCOUNT}:table/ironcage-prod-{{path}}",
    "model": MODEL_ARN,
}


@dataclass(frozen=True, slots=True)
class Judge:
    """Answers what a function's role may do in one region of a synthesized stage."""

    synthesis: Synthesis
    region: str

    def allows(self, function: str, action: str, arn: str, *, through: str = "") -> bool:
        """Tell whether a role's policies allow an action, made directly or through a service."""
        effects = {
            statement["Effect"]
            for statement in self._statements(function)
            if self._speaks_of(statement, action, arn) and _holds(statement, through, self.region)
        }
        return effects == {"Allow"}

    def arns(self, target: Target) -> list[str]:
        """Spell the ARNs of a resource; two stacks may each have one of a name."""
        match target.kind:
            case "trace":
                return ["*"]
            case "secret":
                return [_secret_arn(*each, self.region) for each in self._made(target).items()]
            case "secrets" | "table_abroad" | "model":
                return [_ELSEWHERE[target.kind].format(region=self.region, path=target.path)]
            case "key" if not target.logical_id:
                return [f"arn:aws:kms:{self.region}:{ACCOUNT}:key/another"]
        below = {"objects": f"/{target.path}probe", "index": f"/index/{target.path}"}
        return [f"<{name}>{below.get(target.kind, '')}" for name in self._made(target)]

    def _made(self, target: Target) -> dict[str, Resource]:
        """Find what the templates make of a target, by its logical id."""
        return {
            name: resource
            for template in self._templates().values()
            for name, resource in template["Resources"].items()
            if target.is_at(name, resource["Type"])
        }

    def _templates(self) -> dict[str, dict[str, Any]]:
        everything = self.synthesis.templates.items()
        return {name: t for name, t in everything if f"-{self.region}-" in name}

    def _statements(self, function: str) -> Iterator[Resource]:
        for template in self._templates().values():
            resources: dict[str, Resource] = template["Resources"]
            roles = {
                r["Properties"]["Role"]["Fn::GetAtt"][0]
                for r in resources.values()
                if r["Type"] == "AWS::Lambda::Function"
                and r["Properties"]["Handler"] == f"{function}.handler.handler"
            }
            for role in roles:
                assert "ManagedPolicyArns" not in resources[role]["Properties"]
                assert "Policies" not in resources[role]["Properties"]
                yield from _attached(resources, role)

    def _speaks_of(self, statement: Resource, action: str, arn: str) -> bool:
        assert not _UNKNOWN & statement.keys(), "this judge knows no such element"
        resources = statement["Resource"]
        named = resources if isinstance(resources, list) else [resources]
        return any(
            fnmatchcase(action.lower(), a.lower()) for a in as_list(statement["Action"])
        ) and any(fnmatchcase(arn, self._spelled(resource)) for resource in named)

    def _spelled(self, value: Any) -> str:
        """Write a resource as text: `<LogicalId>` stands for whatever the deployment makes."""
        match value:
            case str():
                return value
            case {"Ref": "AWS::AccountId"}:
                return ACCOUNT
            case {"Ref": name} | {"Fn::GetAtt": [name, _]}:
                return f"<{name}>"
            case {"Fn::Join": [_, parts]}:
                return "".join(self._spelled(part) for part in parts)
            case {"Fn::ImportValue": export}:
                return self._spelled(self._exported(export))
            case {"Fn::Select": _}:
                return "<part>"  # the id of our key, to name its copy in another region
        raise AssertionError(f"this judge cannot read {json.dumps(value)}")

    def _exported(self, export: str) -> Any:
        for template in self._templates().values():
            for output in template.get("Outputs", {}).values():
                if output.get("Export", {}).get("Name") == export:
                    return output["Value"]
        raise AssertionError(f"nobody exports {export}")


def _holds(statement: Resource, through: str, region: str) -> bool:
    """Judge the one condition that our roles have: the service that calls on their behalf."""
    match statement.get("Condition"):
        case None:
            return True
        case {"StringLike": {"kms:ViaService": services, **more}, **others} if not more | others:
            via = f"{through}.{region}.amazonaws.com" if through else ""
            return any(fnmatchcase(via, service) for service in as_list(services))
    raise AssertionError(f"this judge cannot read {json.dumps(statement)}")


def _secret_arn(logical_id: str, made: Resource, region: str) -> str:
    """Spell the ARN of a secret; only the one that has no name of its own goes by its id."""
    name = made["Properties"].get("Name")
    if name is None:
        return f"<{logical_id}>"
    return f"arn:aws:secretsmanager:{region}:{ACCOUNT}:secret:{name}-AbCdEf"


def _attached(resources: dict[str, Resource], role: str) -> Iterator[Resource]:
    for policy in resources.values():
        if policy["Type"] == "AWS::IAM::Policy" and {"Ref": role} in policy["Properties"]["Roles"]:
            yield from policy["Properties"]["PolicyDocument"]["Statement"]


def outsiders(synthesis: Synthesis) -> list[str]:
    """List whom policies of resources let in, services and the account itself left out."""
    return [
        f"{name}: {json.dumps(principal)}"
        for name, statement in _resource_statements(synthesis)
        if statement["Effect"] == "Allow"
        for principal in [statement["Principal"]]
        if set(principal) != {"Service"} and ":root" not in json.dumps(principal)
    ]


def deputies(synthesis: Synthesis) -> list[str]:
    """List the services that a policy lets in for whoever asks them to, of any account."""
    return [
        f"{name}: {json.dumps(statement)}"
        for name, statement in _resource_statements(synthesis)
        if is_open_deputy(statement)
    ]


def is_open_deputy(statement: Resource) -> bool:
    """Tell whether a statement lets a service in and does not name for whom it may act."""
    if statement["Effect"] != "Allow" or "Service" not in statement["Principal"]:
        return False
    named = {key for test in statement.get("Condition", {}).values() for key in test}
    return not named & _SOURCES


def _resource_statements(synthesis: Synthesis) -> Iterator[tuple[str, Resource]]:
    for kind in ("AWS::SQS::QueuePolicy", "AWS::SNS::TopicPolicy", "AWS::S3::BucketPolicy"):
        for name, policy in synthesis.of_type(kind).items():
            for statement in policy["Properties"]["PolicyDocument"]["Statement"]:
                yield name, statement
    for kind in ("AWS::KMS::Key", "AWS::KMS::ReplicaKey"):
        for name, key in synthesis.of_type(kind).items():
            for statement in key["Properties"]["KeyPolicy"]["Statement"]:
                yield name, statement
