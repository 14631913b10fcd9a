"""An operator at work: runs operations of `control_api` in this process."""

from collections.abc import Mapping
from typing import Any

from control_api.handler import handler
from ironcage.adapters.dynamodb.tokens import DynamoTokenRecords
from ironcage.adapters.secrets import SecretReader, SecretsKeyring
from ironcage.core import SystemClock
from ironcage.tokens import TokenVerifier
from support.aws_identity import SIGNING_SECRET, IdentityCloud
from support.aws_mocked import a_client
from support.builders_identity import AGENT, TENANT
from support.events import load_event

WHOSE = {"tenant_id": TENANT, "agent_id": AGENT}


def run(operation: str, **fields: object) -> dict[str, Any]:
    return handler({"operation": operation, **fields}, None)


def seeded() -> str:
    """Create a tenant, a provider and an agent from the events; hand out the token."""
    handler(load_event("control_api/create_tenant"), None)
    handler(load_event("control_api/put_provider"), None)
    return str(handler(load_event("control_api/create_agent"), None)["ic_token"])


def a_verifier(cloud: IdentityCloud) -> TokenVerifier:
    clock = SystemClock()
    reader = SecretReader(a_client("secretsmanager"))
    keyring = SecretsKeyring(reader, SIGNING_SECRET, clock)
    return TokenVerifier(DynamoTokenRecords(cloud.control), keyring, clock)


def code_of(answer: Mapping[str, Any]) -> str:
    return str(answer["error"]["code"])
