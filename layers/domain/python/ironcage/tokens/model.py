"""IC tokens (ours, given to an agent) and provider keys (never leave us)."""

from collections.abc import Mapping
from dataclasses import dataclass

from ironcage.core import AgentId, TenantId, TokenId

ISSUER = "iron-control-panel"
MAX_TOKEN_BYTES = 4_096
DEFAULT_PERMISSIONS = ("llm:call",)


@dataclass(frozen=True, slots=True)
class TokenRecord:
    """What we keep of an agent's one token: never the token, only its SHA-256 in hex."""

    tenant_id: TenantId
    agent_id: AgentId
    token_id: TokenId
    token_hash: str
    is_revoked: bool = False
    permissions: tuple[str, ...] = DEFAULT_PERMISSIONS


@dataclass(frozen=True, slots=True)
class VerifiedToken:
    """Who is calling, proven: the claims agree with the record of this very token."""

    tenant_id: TenantId
    agent_id: AgentId
    token_id: TokenId
    token_hash: str
    permissions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SigningKeys:
    """The HS256 keys by `kid`; `current` signs, every key in `keys` verifies (24 h overlap)."""

    current: str
    keys: Mapping[str, bytes]

    def __repr__(self) -> str:
        return f"SigningKeys(current={self.current!r}, keys=***)"


class ProviderKey:
    """A provider's secret key, which cannot be printed, compared, pickled or serialised."""

    __slots__ = ("__value",)

    def __init__(self, value: str) -> None:
        self.__value = value

    def reveal(self) -> str:
        """Hand out the key; provider adapters alone may call this."""
        return self.__value

    def __repr__(self) -> str:
        return "ProviderKey(***)"

    __str__ = __repr__

    def __reduce__(self) -> str:
        raise TypeError("a provider key cannot be serialised")
