"""Use cases of IC tokens: issue one, and prove who is calling (step 0)."""

import json
from dataclasses import dataclass
from hmac import compare_digest

from ironcage.core import AgentId, BudgetId, Clock, ExpiringCache, TenantId, TokenId, new_id
from ironcage.core.errors import TokenInvalid
from ironcage.tokens.claims import Claims, read_claims, read_key_id
from ironcage.tokens.model import (
    DEFAULT_PERMISSIONS,
    ISSUER,
    MAX_TOKEN_BYTES,
    SigningKeys,
    TokenRecord,
    VerifiedToken,
)
from ironcage.tokens.ports import SigningKeyring, TokenRecords
from ironcage.tokens.signature import hash_of, open_signed, sign

RECORD_CACHE_SECONDS = 5.0
RECORD_CACHE_SIZE = 4_096
_DOTS_OF_A_TOKEN = 2
# 64 random bits make two tokens of one second differ; the hash on record does the rest.
_JTI_LENGTH = len("jti_") + 16


@dataclass(frozen=True, slots=True)
class TokenGrant:
    """What a new token shall say. `token_id` names the record and outlives rotations."""

    tenant_id: TenantId
    agent_id: AgentId
    token_id: TokenId
    issued_at_s: int
    expires_at_s: int | None = None
    permissions: tuple[str, ...] = DEFAULT_PERMISSIONS


def budget_of(agent_id: AgentId) -> BudgetId:
    """Name the one budget of an agent."""
    return BudgetId("budget_" + agent_id.partition("_")[2])


def issue(grant: TokenGrant, keys: SigningKeys) -> tuple[str, TokenRecord]:
    """Make a token and the record that will prove it; the token is shown once, never kept."""
    claims: dict[str, object] = {
        "iss": ISSUER,
        "jti": new_id("jti")[:_JTI_LENGTH],
        "tenant_id": grant.tenant_id,
        "agent_id": grant.agent_id,
        "budget_id": budget_of(grant.agent_id),
        "permissions": list(grant.permissions),
        "iat": grant.issued_at_s,
    }
    if grant.expires_at_s is not None:
        claims["exp"] = grant.expires_at_s
    payload = json.dumps(claims, separators=(",", ":")).encode()
    token = sign(payload, keys.keys[keys.current], keys.current)
    record = TokenRecord(
        tenant_id=grant.tenant_id,
        agent_id=grant.agent_id,
        token_id=grant.token_id,
        token_hash=hash_of(token),
        permissions=grant.permissions,
    )
    return token, record


class TokenVerifier:
    """Proves a token: its signature, then its claims, then that it is the one on record."""

    def __init__(self, records: TokenRecords, keyring: SigningKeyring, clock: Clock) -> None:
        self._keyring = keyring
        self._clock = clock
        self._records = _RecordCache(records, clock)

    def verify(self, token: str) -> VerifiedToken:
        """Prove who is calling (step 0).

        Raises:
            TokenInvalid: the token is not the agent's current one, whatever the reason.
            StoreUnavailable: the keyring or the records did not answer, so nothing is proven.
        """
        claims = self._proven_claims(token)
        record = self._records.matching(claims, hash_of(token))
        return VerifiedToken(
            tenant_id=record.tenant_id,
            agent_id=record.agent_id,
            token_id=record.token_id,
            token_hash=record.token_hash,
            permissions=claims.permissions,
        )

    def _proven_claims(self, token: str) -> Claims:
        if len(token) > MAX_TOKEN_BYTES or not token.isascii():
            raise TokenInvalid
        if token.count(".") != _DOTS_OF_A_TOKEN:
            raise TokenInvalid
        key = self._key(read_key_id(token.partition(".")[0]))
        return read_claims(open_signed(token, key), self._clock.now_ms() // 1000)

    def _key(self, key_id: str) -> bytes:
        key = self._keyring.load().keys.get(key_id)
        if key is None:
            # A key that signs since a moment ago; the keyring bounds how often this asks.
            key = self._keyring.reload().keys.get(key_id)
        if key is None:
            raise TokenInvalid
        return key


class _RecordCache:
    """Token records for five seconds, bounded; what does not match is read again at once."""

    def __init__(self, records: TokenRecords, clock: Clock) -> None:
        self._records = records
        self._kept = ExpiringCache[tuple[str, str], TokenRecord](
            clock, seconds=RECORD_CACHE_SECONDS, size=RECORD_CACHE_SIZE
        )

    def matching(self, claims: Claims, token_hash: str) -> TokenRecord:
        """Find the record that proves a token.

        Raises:
            TokenInvalid: there is none, it is revoked, or it is another token's.
        """
        owner = (claims.tenant_id, claims.agent_id)
        kept = self._kept.get(owner)
        if kept is not None and _proves(kept, claims, token_hash):
            return kept
        asked_at = self._kept.moment()
        found = self._records.find(claims.tenant_id, claims.agent_id)
        if found is None or not _proves(found, claims, token_hash):
            self._kept.drop(owner)
            raise TokenInvalid
        self._kept.put(owner, found, asked_at)
        return found


def _proves(record: TokenRecord, claims: Claims, token_hash: str) -> bool:
    is_same = record.tenant_id == claims.tenant_id and record.agent_id == claims.agent_id
    return is_same and not record.is_revoked and compare_digest(record.token_hash, token_hash)
