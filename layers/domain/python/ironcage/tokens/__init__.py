"""IC tokens and provider keys."""

from ironcage.tokens.claims import MAX_PERMISSIONS, is_permission
from ironcage.tokens.model import (
    ISSUER,
    MAX_TOKEN_BYTES,
    ProviderKey,
    SigningKeys,
    TokenRecord,
    VerifiedToken,
)
from ironcage.tokens.ports import KeyVault, KeyVaultWriter, SigningKeyring, TokenRecords
from ironcage.tokens.service import TokenGrant, TokenVerifier, budget_of, issue

__all__ = [
    "ISSUER",
    "MAX_PERMISSIONS",
    "MAX_TOKEN_BYTES",
    "KeyVault",
    "KeyVaultWriter",
    "ProviderKey",
    "SigningKeyring",
    "SigningKeys",
    "TokenGrant",
    "TokenRecord",
    "TokenRecords",
    "TokenVerifier",
    "VerifiedToken",
    "budget_of",
    "is_permission",
    "issue",
]
