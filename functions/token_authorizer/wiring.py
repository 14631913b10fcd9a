"""The authorizer's parts, opened once per environment on first use."""

from functools import cache

from ironcage.adapters.clients import open_client
from ironcage.adapters.dynamodb.table import open_table
from ironcage.adapters.dynamodb.tokens import DynamoTokenRecords
from ironcage.adapters.secrets import SecretReader, SecretsKeyring
from ironcage.core import Settings, SystemClock
from ironcage.tokens import TokenVerifier


@cache
def verifier() -> TokenVerifier:
    """Open the verifier over the `control` table and the signing keys."""
    settings = Settings.from_environment()
    clock = SystemClock()
    reader = SecretReader(open_client("secretsmanager"))
    return TokenVerifier(
        DynamoTokenRecords(open_table(settings.tables_control)),
        SecretsKeyring(reader, settings.tokens_signing_secret, clock),
        clock,
    )
