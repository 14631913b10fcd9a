"""Tokens, good and forged, with what does not matter filled in."""

import hmac
import json
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

from ironcage.core import AgentId, TenantId, TokenId
from ironcage.tokens import (
    SigningKeys,
    TokenGrant,
    TokenRecord,
    TokenVerifier,
    VerifiedToken,
    issue,
)
from support.builders_budgets import NOW_MS
from support.fakes_identity import MemoryKeyring, MemoryTokenRecords
from support.fakes_ledger import ManualClock

TENANT = TenantId("tenant_acme")
AGENT = AgentId("agent_writer")
TOKEN_ID = TokenId("ic_000001")
NOW_S = NOW_MS // 1000
KEYS = SigningKeys("k1", {"k1": b"1" * 32})


def a_grant(
    *,
    tenant_id: TenantId = TENANT,
    agent_id: AgentId = AGENT,
    issued_at_s: int = NOW_S,
    expires_at_s: int | None = None,
) -> TokenGrant:
    return TokenGrant(tenant_id, agent_id, TOKEN_ID, issued_at_s, expires_at_s)


def some_claims(**changes: object) -> dict[str, object]:
    claims: dict[str, object] = {
        "iss": "iron-control-panel",
        "jti": "jti_0123456789abcdef",
        "tenant_id": TENANT,
        "agent_id": AGENT,
        "budget_id": "budget_writer",
        "permissions": ["llm:call"],
        "iat": NOW_S,
    }
    return {**claims, **changes}


def a_header(**changes: object) -> dict[str, object]:
    return {"alg": "HS256", "kid": "k1", "typ": "ic+jwt", **changes}


def encoded(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def forged(
    *,
    header: Mapping[str, object] | bytes | None = None,
    claims: Mapping[str, object] | bytes | None = None,
    key: bytes = KEYS.keys["k1"],
) -> str:
    """Sign any header over any claims, as somebody would who stole the key."""
    parts = [a_header() if header is None else header, some_claims() if claims is None else claims]
    texts = [part if isinstance(part, bytes) else json.dumps(part).encode() for part in parts]
    signed = ".".join(encoded(text) for text in texts)
    return f"{signed}.{encoded(hmac.digest(key, signed.encode(), sha256))}"


@dataclass
class TokenWorld:
    """A verifier with everything around it that a test may move or break."""

    clock: ManualClock
    records: MemoryTokenRecords
    keyring: MemoryKeyring
    verifier: TokenVerifier

    def verify(self, token: str) -> VerifiedToken:
        """Prove a token."""
        return self.verifier.verify(token)

    def issue(self, grant: TokenGrant | None = None) -> str:
        """Issue a token and put its record in place of the older one."""
        token, record = issue(grant or a_grant(), self.keyring.keys)
        self.records.put(record)
        return token

    def trust(self, token: str) -> str:
        """Write a record for a forged token, so that only its own form can refuse it."""
        digest = sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
        self.records.put(TokenRecord(TENANT, AGENT, TOKEN_ID, digest))
        return token


def a_token_world() -> TokenWorld:
    clock, records, keyring = ManualClock(), MemoryTokenRecords(), MemoryKeyring(KEYS)
    return TokenWorld(clock, records, keyring, TokenVerifier(records, keyring, clock))
