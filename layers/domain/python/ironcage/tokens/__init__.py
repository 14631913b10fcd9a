"""IC tokens and provider keys."""

from ironcage.tokens.model import (
    ISSUER,
    MAX_TOKEN_BYTES,
    ProviderKey,
    SigningKeys,
    TokenRecord,
    VerifiedToken,
)
from ironcage.tokens.ports import KeyVault, SigningKeyring, TokenRecords

__all__ = [
    "ISSUER",
    "MAX_TOKEN_BYTES",
    "KeyVault",
    "ProviderKey",
    "SigningKeyring",
    "SigningKeys",
    "TokenRecord",
    "TokenRecords",
    "VerifiedToken",
]
