"""HMAC of prompts and answers under a key of the tenant's own: never their text."""

import hmac
import json
from base64 import b64decode
from hashlib import sha256

from ironcage.adapters.secrets import CACHE_SECONDS, MIN_KEY_BYTES, SecretReader
from ironcage.core import Clock, ExpiringCache
from ironcage.core.errors import StoreUnavailable

_ONLY = "only"
_FAILURE_SECONDS = 10.0


class SecretTextHasher:
    """`TextHasher`: one master key in a secret; a tenant's key is HMAC(master, tenant)."""

    def __init__(self, reader: SecretReader, name: str, clock: Clock) -> None:
        self._reader = reader
        self._name = name
        self._master = ExpiringCache[str, bytes](clock, seconds=CACHE_SECONDS, size=1)
        self._failed = ExpiringCache[str, bool](clock, seconds=_FAILURE_SECONDS, size=1)

    def hash_text(self, tenant_id: str, text: str) -> str:
        """Hash a prompt or an answer (hex); an empty string when the key cannot be had."""
        own = self.key_of(tenant_id)
        if not own:
            return ""
        return hmac.digest(own, text.encode("utf-8", "surrogatepass"), sha256).hex()

    def key_of(self, tenant_id: str) -> bytes:
        """Derive the tenant's key for hashed redactions; empty when it cannot be had."""
        try:
            return hmac.digest(self._key(), tenant_id.encode(), sha256)
        except StoreUnavailable:
            return b""

    def _key(self) -> bytes:
        kept = self._master.get(_ONLY)
        if kept is not None:
            return kept
        if self._failed.get(_ONLY):
            # A hash is not worth a time-out in every request.
            raise StoreUnavailable(store="hashing")
        self._failed.put(_ONLY, value=True)
        key = _parse_key(self._reader.read(self._name))
        self._failed.drop(_ONLY)
        self._master.put(_ONLY, key)
        return key


def _parse_key(text: str) -> bytes:
    try:
        key = b64decode(json.loads(text)["key"], validate=True)
    except (ValueError, KeyError, TypeError) as exc:
        raise StoreUnavailable(store="hashing") from exc
    if len(key) < MIN_KEY_BYTES:
        raise StoreUnavailable(store="hashing")
    return key
