"""The ledger and control tables on whatever DynamoDB a client points to."""

from typing import TYPE_CHECKING

from ironcage.adapters.dynamodb.pots import DynamoPotStore, DynamoTokenSwitch
from ironcage.adapters.dynamodb.table import Table
from ironcage.core.errors import LedgerUnavailable

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class DynamoLedger(DynamoPotStore, DynamoTokenSwitch):
    """Both ports of the ledger table, as the contract suite wants them."""

    def __init__(self, ledger: Table, control: Table) -> None:
        DynamoPotStore.__init__(self, ledger)
        DynamoTokenSwitch.__init__(self, ledger, control)


def make_table(client: "DynamoDBClient", name: str, *, is_ledger: bool = False) -> None:
    """Create a table with string keys; the ledger also has its sparse index."""
    attributes = ["pk", "sk", *(["dirty"] if is_ledger else [])]
    index = {
        "IndexName": "dirty",
        "KeySchema": [{"AttributeName": "dirty", "KeyType": "HASH"}],
        "Projection": {"ProjectionType": "KEYS_ONLY"},
    }
    client.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": n, "AttributeType": "S"} for n in attributes],
        KeySchema=[
            {"AttributeName": "pk", "KeyType": "HASH"},
            {"AttributeName": "sk", "KeyType": "RANGE"},
        ],
        **({"GlobalSecondaryIndexes": [index]} if is_ledger else {}),  # type: ignore[arg-type]  # a literal of the right shape
    )


def make_ledger(client: "DynamoDBClient", suffix: str = "") -> DynamoLedger:
    """Create an empty ledger."""
    make_table(client, f"ledger{suffix}", is_ledger=True)
    make_table(client, f"control{suffix}")
    ledger = Table(client, f"ledger{suffix}", unavailable=LedgerUnavailable)
    return DynamoLedger(ledger, Table(client, f"control{suffix}"))
