"""What an IC token says: strict readers of its header and its claims.

Everything that is not exactly as we write it is `TokenInvalid`; no reader says what was wrong.
"""

import json
import re
from binascii import Error as Base64Error
from binascii import a2b_base64
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from ironcage.core import AgentId, BudgetId, TenantId, has_prefix
from ironcage.core.errors import TokenInvalid
from ironcage.tokens.model import ISSUER

ALGORITHM = "HS256"
TOKEN_TYPE = "ic+jwt"  # noqa: S105 - a media type (RFC 8725, 3.11), not a secret
CLOCK_SKEW_SECONDS = 60
MAX_PERMISSIONS = 32
_HEADER_NAMES = frozenset({"alg", "kid", "typ"})
_KEY_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_SEGMENT = re.compile(r"[A-Za-z0-9_-]{2,512}")
_PERMISSION = re.compile(r"[a-z][a-z_]{0,31}:[a-z][a-z_]{0,31}")


@dataclass(frozen=True, slots=True)
class Claims:
    """The claims of a token that passed every check that needs no record."""

    tenant_id: TenantId
    agent_id: AgentId
    budget_id: BudgetId
    permissions: tuple[str, ...]


@lru_cache(maxsize=64)
def read_key_id(header_segment: str) -> str:
    """Read the `kid` of a token's first segment: three known names, our type, one algorithm.

    Raises:
        TokenInvalid: any other header (`alg`, `crit`, `jku`, `jwk`, `x5u`, `b64`, a name twice…).
    """
    if not _SEGMENT.fullmatch(header_segment):
        raise TokenInvalid
    header = _read_object(_decode_segment(header_segment))
    key_id = header.get("kid")
    is_ours = header.keys() == _HEADER_NAMES and header["typ"] == TOKEN_TYPE
    if not is_ours or header["alg"] != ALGORITHM:
        raise TokenInvalid
    if not isinstance(key_id, str) or not _KEY_ID.fullmatch(key_id):
        raise TokenInvalid
    return key_id


def read_claims(payload: bytes, now_s: int) -> Claims:
    """Read the claims of a payload whose signature is proven, at this moment.

    Raises:
        TokenInvalid: a claim is missing, repeated, of a wrong type, expired or from the future.
    """
    data = _read_object(payload)
    _id(data, "jti", "jti")
    _check_times(data, now_s)
    if data.get("iss") != ISSUER:
        raise TokenInvalid
    return Claims(
        tenant_id=TenantId(_id(data, "tenant_id", "tenant")),
        agent_id=AgentId(_id(data, "agent_id", "agent")),
        budget_id=BudgetId(_id(data, "budget_id", "budget")),
        permissions=_permissions(data.get("permissions")),
    )


def is_permission(text: str) -> bool:
    """Tell whether a text is a permission, such as `llm:call`."""
    return bool(_PERMISSION.fullmatch(text))


def _check_times(data: Mapping[str, object], now_s: int) -> None:
    issued, expires = data.get("iat"), data.get("exp")
    not_before = data.get("nbf", issued)
    latest = now_s + CLOCK_SKEW_SECONDS
    if not _is_moment(issued, latest) or not _is_moment(not_before, latest):
        raise TokenInvalid
    if expires is not None and (type(expires) is not int or expires <= now_s):
        raise TokenInvalid


def _is_moment(value: object, latest: int) -> bool:
    # `type() is int`: a JSON `true` must not pass as the second 1.
    return type(value) is int and 0 < value <= latest


def _id(data: Mapping[str, object], name: str, prefix: str) -> str:
    value = data.get(name)
    if not isinstance(value, str) or not has_prefix(value, prefix):
        raise TokenInvalid
    return value


def _permissions(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or len(value) > MAX_PERMISSIONS:
        raise TokenInvalid
    if not all(isinstance(item, str) and is_permission(item) for item in value):
        raise TokenInvalid
    return tuple(value)


def _decode_segment(segment: str) -> bytes:
    standard = segment.replace("-", "+").replace("_", "/") + "=" * (-len(segment) % 4)
    try:
        return a2b_base64(standard)
    except Base64Error as exc:
        raise TokenInvalid from exc


def _read_object(data: bytes) -> dict[str, object]:
    try:
        found: object = _DECODER.decode(data.decode("utf-8"))
    except (ValueError, RecursionError) as exc:
        raise TokenInvalid from exc
    if not isinstance(found, dict):
        raise TokenInvalid
    return found


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name is repeated")
    return found


def _refuse_constant(name: str) -> object:
    raise ValueError(name)


_DECODER = json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_refuse_constant)
