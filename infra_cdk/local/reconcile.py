"""Apply what MiniStack's CloudFormation accepts but drops; safe to repeat after every deploy.

Dropped are: replicas, time to live and point-in-time recovery of tables, and Object Lock of
buckets. A secret that was generated is empty in its replicas until it is written again.
"""

import json
from pathlib import Path
from typing import Any

from infra_cdk.config import LOCAL
from infra_cdk.local.cloud import LocalCloud
from infra_cdk.local.workspace import Workspace

_TABLES = ("AWS::DynamoDB::GlobalTable", "AWS::DynamoDB::Table")


def reconcile(workspace: Workspace) -> None:
    """Make the deployed tables, buckets and secrets of all regions what the templates say."""
    for region in LOCAL.regions:
        cloud = LocalCloud(workspace, region)
        for template in sorted(workspace.synthesized.glob(f"{cloud.stack('*')}.template.json")):
            _reconcile_stack(cloud, template)


def _reconcile_stack(cloud: LocalCloud, template: Path) -> None:
    stack = template.name.removesuffix(".template.json")
    rows = cloud.cloudformation().describe_stack_resources(StackName=stack)["StackResources"]
    names = {row["LogicalResourceId"]: row["PhysicalResourceId"] for row in rows}
    for logical_id, resource in json.loads(template.read_text())["Resources"].items():
        properties = resource.get("Properties", {})
        if resource["Type"] in _TABLES:
            _table(cloud, names[logical_id], properties)
        if resource["Type"] == "AWS::S3::Bucket" and "ObjectLockConfiguration" in properties:
            _bucket(cloud, names[logical_id], properties["ObjectLockConfiguration"])
        if resource["Type"] == "AWS::SecretsManager::Secret":
            _secret(cloud, names[logical_id], _regions_of(properties, "ReplicaRegions"))


def _regions_of(properties: dict[str, Any], field: str) -> list[str]:
    return [replica["Region"] for replica in properties.get(field, [])]


def _table(cloud: LocalCloud, name: str, properties: dict[str, Any]) -> None:
    for region in _regions_of(properties, "Replicas"):
        _replica(cloud, name, region)
    client = cloud.dynamodb()
    wanted = properties.get("TimeToLiveSpecification")
    found = client.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
    if wanted and found.get("TimeToLiveStatus") in {None, "DISABLED"}:
        client.update_time_to_live(
            TableName=name,
            TimeToLiveSpecification={"Enabled": True, "AttributeName": wanted["AttributeName"]},
        )
    client.update_continuous_backups(
        TableName=name, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
    )


def _replica(cloud: LocalCloud, table: str, region: str) -> None:
    client = cloud.dynamodb()
    told = client.describe_table(TableName=table)["Table"].get("Replicas", [])
    there = {cloud.region, *(replica["RegionName"] for replica in told)}
    if region not in there:
        client.update_table(TableName=table, ReplicaUpdates=[{"Create": {"RegionName": region}}])


def _secret(cloud: LocalCloud, name: str, regions: list[str]) -> None:
    """Write a secret again, as it is, if a replica holds something else."""
    value = cloud.secrets().get_secret_value(SecretId=name)["SecretString"]
    for region in regions:
        copies = LocalCloud(cloud.workspace, region).secrets()
        if copies.get_secret_value(SecretId=name).get("SecretString") != value:
            cloud.secrets().put_secret_value(SecretId=name, SecretString=value)


def _bucket(cloud: LocalCloud, name: str, lock: dict[str, Any]) -> None:
    client = cloud.objects()
    client.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    client.put_object_lock_configuration(
        Bucket=name,
        ObjectLockConfiguration={"ObjectLockEnabled": "Enabled", "Rule": lock["Rule"]},
    )
