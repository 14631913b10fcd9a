"""What arrives at the authorizer and what leaves it: two pure functions."""

from collections.abc import Iterator, Mapping
from typing import Any

from ironcage.core.errors import TokenInvalid
from ironcage.tokens import VerifiedToken

_SCHEME = "bearer"
_AUTHORIZATION = "authorization"
_API_KEY = "x-api-key"


def presented_token(event: Mapping[str, Any]) -> str:
    """Read the one token of a request, from `Authorization: Bearer` or `x-api-key`.

    Raises:
        TokenInvalid: there is none, another scheme, or two different ones.
    """
    found = set(_tokens(event))
    if len(found) != 1:
        raise TokenInvalid
    return found.pop()


def allow(caller: VerifiedToken, method_arn: str) -> dict[str, object]:
    """Let a proven caller reach every route of this stage of this API; the gateway decides more."""
    api, stage, *_ = method_arn.split("/")
    statement = {
        "Action": "execute-api:Invoke",
        "Effect": "Allow",
        "Resource": f"{api}/{stage}/*",
    }
    return {
        "principalId": caller.agent_id,
        "policyDocument": {"Version": "2012-10-17", "Statement": [statement]},
        "context": {
            "tenant_id": caller.tenant_id,
            "agent_id": caller.agent_id,
            "token_id": caller.token_id,
            "token_hash": caller.token_hash,
            "permissions": " ".join(caller.permissions),
        },
    }


def _tokens(event: Mapping[str, Any]) -> Iterator[str]:
    for name, value in _headers(event):
        if name == _API_KEY:
            yield value.strip()
        elif name == _AUTHORIZATION:
            scheme, _, token = value.strip().partition(" ")
            # An unknown scheme counts as a (never valid) token: it must not hide behind the other.
            yield token.strip() if scheme.lower() == _SCHEME else ""


def _headers(event: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """List every header with every value it came with, names in lower case."""
    for name, value in (event.get("headers") or {}).items():
        yield name.lower(), value
    for name, values in (event.get("multiValueHeaders") or {}).items():
        for value in values:
            yield name.lower(), value
