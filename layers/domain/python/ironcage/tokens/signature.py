"""The signature of an IC token: PyJWT with the one algorithm fixed.

PyJWT is imported on first use: the gateway reads this package for `ProviderKey` alone and must not
pay for it.
"""

from functools import cache, lru_cache
from hashlib import sha256
from typing import TYPE_CHECKING

from ironcage.core.errors import TokenInvalid
from ironcage.tokens.claims import ALGORITHM, TOKEN_TYPE

if TYPE_CHECKING:
    from jwt import PyJWS


def sign(payload: bytes, key: bytes, key_id: str) -> str:
    """Make the compact form of a token over this payload."""
    headers = {"typ": TOKEN_TYPE, "kid": key_id}
    return _signer().encode(payload, key, algorithm=ALGORITHM, headers=headers)


def open_signed(token: str, key: bytes) -> bytes:
    """Hand out the payload of a token whose signature this key proves.

    Raises:
        TokenInvalid: any other token.
    """
    from jwt import PyJWTError  # noqa: PLC0415 - see the module's docstring

    try:
        found: bytes = _signer().decode(token, key, algorithms=[ALGORITHM])
    except PyJWTError as exc:
        raise TokenInvalid from exc
    return found


def hash_of(token: str) -> str:
    """Hash a whole token: SHA-256 in hex, all that we ever keep of it."""
    return sha256(token.encode("utf-8")).hexdigest()


@cache
def _signer() -> "PyJWS":
    from jwt import PyJWS  # noqa: PLC0415 - see the module's docstring
    from jwt.algorithms import HMACAlgorithm  # noqa: PLC0415

    class OnceCheckedKeys(HMACAlgorithm):
        """PyJWT's HMAC; it asks each key once, not at each token, whether it is a PEM or a JWK."""

        _checked = staticmethod(lru_cache(maxsize=8)(HMACAlgorithm.prepare_key))

        def prepare_key(self, key: str | bytes) -> bytes:
            return self._checked(self, key)

    signer = PyJWS(algorithms=[], options={"enforce_minimum_key_length": True})
    signer.register_algorithm(ALGORITHM, OnceCheckedKeys(HMACAlgorithm.SHA256))
    return signer
