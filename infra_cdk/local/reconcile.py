"""Apply what MiniStack's CloudFormation accepts but drops; safe to repeat after every deploy.

Dropped are: time to live and point-in-time recovery of tables, Object Lock of buckets.
"""

import json
from pathlib import Path
from typing import Any

from infra_cdk.local.cloud import LocalCloud

_TABLES = ("AWS::DynamoDB::GlobalTable", "AWS::DynamoDB::Table")


def reconcile(cloud: LocalCloud) -> None:
    """Make the deployed tables and buckets what the templates say."""
    for template in sorted(cloud.workspace.synthesized.glob("*.template.json")):
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


def _table(cloud: LocalCloud, name: str, properties: dict[str, Any]) -> None:
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


def _bucket(cloud: LocalCloud, name: str, lock: dict[str, Any]) -> None:
    client = cloud.objects()
    client.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    client.put_object_lock_configuration(
        Bucket=name,
        ObjectLockConfiguration={"ObjectLockEnabled": "Enabled", "Rule": lock["Rule"]},
    )
