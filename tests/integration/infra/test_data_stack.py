"""What must never be lost is kept, locked and encrypted."""

import json

from support.synthesis import synthesized

TABLE = "AWS::DynamoDB::GlobalTable"


def test_tables_are_five_on_demand_encrypted_and_recoverable() -> None:
    tables = [r["Properties"] for r in synthesized("prod").of_type(TABLE).values()]

    assert len(tables) == 5
    for table in tables:
        replica = table["Replicas"][0]
        assert table["BillingMode"] == "PAY_PER_REQUEST"
        assert [key["AttributeName"] for key in table["KeySchema"]] == ["pk", "sk"]
        assert table["SSESpecification"]["SSEType"] == "KMS"
        assert replica["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"]
        assert replica["DeletionProtectionEnabled"]


def test_ledger_has_the_sparse_index_and_time_to_live() -> None:
    tables = synthesized("prod").of_type(TABLE)
    ledger = next(r["Properties"] for name, r in tables.items() if name.startswith("Ledger"))

    (index,) = ledger["GlobalSecondaryIndexes"]

    assert index["IndexName"] == "dirty"
    assert index["Projection"] == {"ProjectionType": "KEYS_ONLY"}
    assert ledger["TimeToLiveSpecification"] == {"AttributeName": "ttl", "Enabled": True}


def test_audit_bucket_is_locked_for_seven_years() -> None:
    buckets = synthesized("prod").of_type("AWS::S3::Bucket", "-data")
    audit = next(r["Properties"] for name, r in buckets.items() if name.startswith("Audit"))

    retention = audit["ObjectLockConfiguration"]["Rule"]["DefaultRetention"]

    assert retention["Mode"] == "COMPLIANCE"
    assert retention["Days"] >= 7 * 365 + 1


def test_buckets_are_private_encrypted_and_refuse_plain_http() -> None:
    synthesis = synthesized("prod")
    policies = json.dumps(synthesis.of_type("AWS::S3::BucketPolicy"))

    for name, bucket in synthesis.of_type("AWS::S3::Bucket").items():
        assert all(bucket["Properties"]["PublicAccessBlockConfiguration"].values())
        assert "BucketEncryption" in bucket["Properties"]
        assert bucket["DeletionPolicy"] == "Retain"
        assert name in policies
    assert policies.count('"aws:SecureTransport": "false"') >= 3


def test_data_key_rotates() -> None:
    (key,) = synthesized("prod").of_type("AWS::KMS::Key").values()

    assert key["Properties"]["EnableKeyRotation"]


def test_signing_keys_hold_a_reference_and_no_secret() -> None:
    secrets = synthesized("prod").of_type("AWS::SecretsManager::Secret")
    signing = next(r["Properties"] for name, r in secrets.items() if name.startswith("SigningKeys"))

    text = "".join(
        part if isinstance(part, str) else "ARN" for part in signing["SecretString"]["Fn::Join"][1]
    )

    assert json.loads(text) == {
        "current": "k1",
        "keys": {"k1": "{{resolve:secretsmanager:ARN:SecretString}}"},
    }
