"""Deploy the app into the local cloud and read back what came of it."""

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from infra_cdk.config import LOCAL
from infra_cdk.local.progress import Progress
from infra_cdk.local.workspace import (
    ACCOUNT,
    FAKE_KEY,
    REGION,
    Trouble,
    Workspace,
    cloud_environment,
)

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_lambda.type_defs import FunctionConfigurationTypeDef
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_secretsmanager import SecretsManagerClient

_CDK = Path("node_modules/.bin/cdk")
_TAIL_LINES = 40
_FIREWALLS = ("input_firewall", "output_firewall")
_SHOWN = ("✅", "❌", "failed")


class LocalCloud:
    """Clients of one region of the local cloud, bound to its endpoint, to nothing in the shell."""

    def __init__(self, workspace: Workspace, region: str = REGION) -> None:
        self.workspace = workspace
        self.region = region
        self.trusted = str(workspace.certificate) if workspace.certificate else None
        self._session = boto3.Session(
            aws_access_key_id=FAKE_KEY, aws_secret_access_key=FAKE_KEY, region_name=region
        )

    def _options(self) -> dict[str, Any]:
        return {
            "endpoint_url": self.workspace.endpoint,
            "verify": self.trusted,
            "config": Config(read_timeout=120, retries={"total_max_attempts": 2}, proxies={}),
        }

    def cloudformation(self) -> "CloudFormationClient":
        """Open the stacks."""
        return self._session.client("cloudformation", **self._options())

    def dynamodb(self) -> "DynamoDBClient":
        """Open the tables."""
        return self._session.client("dynamodb", **self._options())

    def functions(self) -> "LambdaClient":
        """Open the functions."""
        return self._session.client("lambda", **self._options())

    def objects(self) -> "S3Client":
        """Open the buckets."""
        return self._session.client("s3", **self._options())

    def secrets(self) -> "SecretsManagerClient":
        """Open the secrets."""
        return self._session.client("secretsmanager", **self._options())

    def stack(self, name: str) -> str:
        """Spell the full name of one of this region's stacks."""
        return f"ironcage-{LOCAL.name}-{self.region}-{name}"

    def outputs(self, stack: str) -> dict[str, str]:
        """Read a stack's outputs.

        Raises:
            Trouble: the stack is not there, or was not completed.
        """
        try:
            found = self.cloudformation().describe_stacks(StackName=stack)["Stacks"][0]
        except ClientError as exc:
            raise Trouble(f"Stack {stack} is not deployed. Run: make up") from exc
        if not found["StackStatus"].endswith("_COMPLETE") or "ROLLBACK" in found["StackStatus"]:
            raise Trouble(f"Stack {stack} is in state {found['StackStatus']}.")
        return {o["OutputKey"]: o["OutputValue"] for o in found.get("Outputs", [])}

    def call(self, function: str, event: Mapping[str, object]) -> dict[str, Any]:
        """Invoke a function and read its answer.

        Raises:
            Trouble: the function failed.
        """
        answer = self.functions().invoke(FunctionName=function, Payload=json.dumps(event).encode())
        body = answer["Payload"].read().decode()
        if "FunctionError" in answer:
            raise Trouble(f"{function} failed: {body[:2000]}")
        decoded: dict[str, Any] = json.loads(body or "{}")
        return decoded

    def find(self, function: str) -> "FunctionConfigurationTypeDef":
        """Find a function of ours as it is deployed in this region.

        Raises:
            Trouble: it is not.
        """
        pages = self.functions().get_paginator("list_functions").paginate()
        for found in (deployed for page in pages for deployed in page["Functions"]):
            if found.get("Handler") == f"{function}.handler.handler":
                return found
        raise Trouble(f"{function} is not deployed. Run: make up")

    def name_of(self, function: str) -> str:
        """Tell what a function of ours is called where it is deployed."""
        return self.find(function)["FunctionName"]

    def wake_firewalls(self) -> None:
        """Start an environment of each firewall, which stays.

        A request waits some seconds for one and is refused then: on a slow machine, loading the
        models takes longer.
        """
        for function in _FIREWALLS:
            self.call(self.name_of(function), {"operation": "warm"})


def bootstrap(workspace: Workspace, progress: Progress) -> None:
    """Create the CDK's own bucket and roles in every region where they are missing."""
    missing = [name for name in LOCAL.regions if not _is_prepared(LocalCloud(workspace, name))]
    if missing:
        # From a folder without cdk.json: here it would synthesize the app for nothing.
        where = [f"aws://{ACCOUNT}/{region}" for region in missing]
        _cdk(workspace, progress, "bootstrap", *where, cwd=workspace.home)


def _is_prepared(cloud: LocalCloud) -> bool:
    try:
        cloud.cloudformation().describe_stacks(StackName="CDKToolkit")
    except ClientError:
        return False
    return True


def deploy(
    workspace: Workspace, progress: Progress, context: Mapping[str, str] | None = None
) -> None:
    """Synthesize and deploy the stage `local`; the context may make less or other stacks."""
    if workspace.synthesized.is_dir():
        for old in workspace.synthesized.glob("*.template.json"):
            old.unlink()
    told = {"stage": LOCAL.name, "build": str(workspace.shared), **(context or {})}
    what = [word for name, value in told.items() for word in ("--context", f"{name}={value}")]
    where = ["--output", str(workspace.synthesized)]
    how = ["--require-approval", "never", "--concurrency", "4", "--progress", "events"]
    _cdk(workspace, progress, "deploy", "--all", *what, *where, *how)


def _cdk(workspace: Workspace, progress: Progress, *words: str, cwd: Path | None = None) -> None:
    """Run the CDK command line, showing its milestones; the rest goes to a log.

    Raises:
        Trouble: it failed; the message holds the end of its output.
    """
    lines: list[str] = []
    with subprocess.Popen(
        [str(_CDK.absolute()), *words, "--no-notices"],
        cwd=cwd,
        env=cloud_environment(workspace),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        for line in process.stdout or ():
            lines.append(line)
            if any(mark in line for mark in _SHOWN):
                progress.detail(line.strip())
    log = workspace.home / f"cdk-{words[0]}.log"
    log.write_text("".join(lines))
    if process.returncode:
        tail = "".join(lines[-_TAIL_LINES:])
        raise Trouble(f"cdk {words[0]} failed (all of it: {log}):\n{tail}")
