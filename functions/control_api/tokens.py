"""Operations on IC tokens: each agent has one, and its pot obeys that one alone."""

from dataclasses import replace

from control_api.fields import Fields
from control_api.ports import Fact, TokenSwitchboard
from ironcage.core import AgentId, Clock, TenantId, TokenId
from ironcage.core.errors import NotFound
from ironcage.tokens import (
    MAX_PERMISSIONS,
    SigningKeyring,
    TokenGrant,
    TokenRecord,
    TokenRecords,
    is_permission,
    issue,
)

NOBODY = "revoked"  # in place of a hash: no SHA-256 in hex looks like this, so nobody spends
DEFAULT_PERMISSIONS = ["llm:call"]


class TokenOperations:
    """Make, replace and revoke tokens."""

    def __init__(
        self,
        keyring: SigningKeyring,
        records: TokenRecords,
        *,
        switchboard: TokenSwitchboard,
        clock: Clock,
    ) -> None:
        self._keyring = keyring
        self._records = records
        self._switchboard = switchboard
        self._clock = clock

    def make(
        self,
        owner: tuple[TenantId, AgentId],
        token_id: TokenId,
        *,
        permissions: tuple[str, ...],
    ) -> tuple[str, TokenRecord]:
        """Sign a token with the current key; it is valid once its record is written."""
        tenant_id, agent_id = owner
        grant = TokenGrant(
            tenant_id=tenant_id,
            agent_id=agent_id,
            token_id=token_id,
            issued_at_s=self._clock.now_ms() // 1000,
            permissions=permissions,
        )
        return issue(grant, self._keyring.load())

    def rotate_token(self, fields: Fields) -> Fact:
        """Replace an agent's token, shown this once; the old one stops at once.

        The new one may do what the old one might, unless `permissions` says otherwise.

        Raises:
            InvalidRequest: fields are wrong.
            NotFound: there is no such agent.
        """
        owner = read_owner(fields)
        wanted = read_permissions(fields) if fields.has("permissions") else None
        fields.check()
        known = self._known(owner)
        token_id, permissions = known.token_id, known.permissions if wanted is None else wanted
        token, record = self.make(owner, token_id, permissions=permissions)
        self._switch(record, record.token_hash)
        facts: dict[str, object] = {"agent_id": record.agent_id, "token_id": token_id}
        shown = {**facts, "ic_token": token}
        return Fact(shown, "ic_token_regenerated", *owner, changes=facts)

    def revoke_token(self, fields: Fields) -> Fact:
        """Revoke an agent's token; a rotation gives it a new one.

        Raises:
            InvalidRequest: fields are wrong.
            NotFound: there is no such agent.
        """
        owner = read_owner(fields)
        fields.check()
        record = replace(self._known(owner), is_revoked=True)
        self._switch(record, NOBODY)
        facts: dict[str, object] = {"agent_id": record.agent_id, "token_id": record.token_id}
        return Fact(facts, "ic_token_revoked", *owner, changes=facts)

    def _known(self, owner: tuple[TenantId, AgentId]) -> TokenRecord:
        record = self._records.find(*owner)
        if record is None:
            raise NotFound(agent_id=owner[1])
        return record

    def _switch(self, record: TokenRecord, spends_with: str) -> None:
        if not self._switchboard.switch(record, spends_with):
            raise NotFound(agent_id=record.agent_id)


def read_owner(fields: Fields) -> tuple[TenantId, AgentId]:
    """Read whose agent an operation is about."""
    tenant_id = TenantId(fields.identifier("tenant_id", "tenant"))
    return tenant_id, AgentId(fields.identifier("agent_id", "agent"))


def read_permissions(fields: Fields) -> tuple[str, ...]:
    """Read what a token may do; by default, call models."""
    names = fields.texts("permissions", default=DEFAULT_PERMISSIONS)
    if len(names) > MAX_PERMISSIONS or not all(map(is_permission, names)):
        fields.note("permissions", f"must hold at most {MAX_PERMISSIONS} such as llm:call")
    return tuple(names)
