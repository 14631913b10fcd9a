"""Requests that stop before their body is read, as data: tokens, paths, methods, headers."""

import gzip
import json
from dataclasses import dataclass, replace

CHAT, MESSAGES, MODELS = "/v1/chat/completions", "/v1/messages", "/v1/models"
EMBEDDINGS, RESPONSES = "/v1/embeddings", "/v1/responses"
FIREWALLS = ("/v1/firewall/input", "/v1/firewall/output")
OURS = "<ours>"  # stands for the token of the agent under test
GOOD_BODY = json.dumps(
    {"model": "scripted", "messages": [{"role": "user", "content": "Say hello."}]}
).encode()
UNSIGNED = "eyJhbGciOiJub25lIn0.eyJhZ2VudF9pZCI6ImFnZW50X2xvY2FsIn0."

Headers = tuple[tuple[str, str], ...]
JSON: Headers = (("content-type", "application/json"),)
TOKEN: Headers = (("authorization", f"Bearer {OURS}"),)


@dataclass(frozen=True, slots=True)
class Knock:
    """One request, and how it must be refused."""

    id: str
    status: int
    code: str
    method: str = "POST"
    path: str = CHAT
    body: bytes = GOOD_BODY
    headers: Headers = JSON
    tokens: Headers = TOKEN

    def with_token(self, token: str) -> "Knock":
        """Fill the agent's token in."""
        tokens = tuple((name, value.replace(OURS, token)) for name, value in self.tokens)
        return replace(self, tokens=tokens)


def _unproven(name: str, *tokens: tuple[str, str], path: str = CHAT) -> Knock:
    return Knock(name, 401, "TOKEN_INVALID", path=path, tokens=tokens)


def _nowhere(name: str, path: str, method: str = "POST") -> Knock:
    return Knock(name, 404, "NOT_FOUND", method=method, path=path)


def _wrong_method(method: str, path: str) -> Knock:
    return Knock(f"{method} {path}", 405, "METHOD_NOT_ALLOWED", method=method, path=path)


def _no_json(name: str, *headers: tuple[str, str]) -> Knock:
    return Knock(name, 415, "UNSUPPORTED_MEDIA_TYPE", headers=headers)


TOKENS = (
    _unproven("no token"),
    _unproven("empty header", ("authorization", "")),
    _unproven("scheme alone", ("authorization", "Bearer ")),
    _unproven("token without a scheme", ("authorization", OURS)),
    _unproven("another scheme", ("authorization", f"Basic {OURS}")),
    _unproven("cut token", ("authorization", f"Bearer {OURS}"[:-1])),
    _unproven("token with a tail", ("authorization", f"Bearer {OURS}x")),
    _unproven("token twice in one header", ("authorization", f"Bearer {OURS} {OURS}")),
    _unproven("unsigned token", ("authorization", f"Bearer {UNSIGNED}")),
    _unproven("oversized token", ("authorization", "Bearer " + "a" * 7_000)),
    _unproven("two tokens that differ", TOKEN[0], ("x-api-key", "another")),
    _unproven("two headers that differ", TOKEN[0], ("authorization", "Bearer another")),
    _unproven("token behind another scheme", ("authorization", "Basic eDp5"), ("x-api-key", OURS)),
    _unproven("token in a cookie", ("cookie", f"token={OURS}")),
    _unproven("token in the query", path=f"{CHAT}?access_token={OURS}"),
    _unproven("identity by header", ("x-tenant-id", "tenant_local"), ("x-agent-id", "agent_local")),
    *(_unproven(f"no token at {path}", path=path) for path in (RESPONSES, *FIREWALLS)),
    _unproven("unknown path without a token", path="/v1/nothing"),
)

PATHS = (
    _nowhere("unknown path", "/v1/nothing"),
    _nowhere("below a path", f"{CHAT}/more"),
    _nowhere("version alone", "/v1"),
    _nowhere("above the firewalls", "/v1/firewall"),
    _nowhere("below a firewall", f"{FIREWALLS[0]}/more"),
    _nowhere("root", "/"),
    _nowhere("outside of the version", "/admin"),
    _nowhere("version in capitals", "/V1/chat/completions"),
    _nowhere("climbing path", "/v1/../admin"),
    _nowhere("climbing path in disguise", "/v1/%2e%2e/admin"),
    _nowhere("writing to health", "/api/health"),
    *(_wrong_method(method, CHAT) for method in ("GET", "PUT", "PATCH", "DELETE", "OPTIONS")),
    *(_wrong_method(method, MESSAGES) for method in ("GET", "PUT")),
    _wrong_method("GET", EMBEDDINGS),
    *(_wrong_method(method, RESPONSES) for method in ("GET", "DELETE")),
    _nowhere("stored response", f"{RESPONSES}/resp_1", "GET"),
    *(_wrong_method("GET", path) for path in FIREWALLS),
    *(_wrong_method(method, MODELS) for method in ("POST", "DELETE")),
)

CLASHES = (
    _no_json("two media types", *JSON, ("content-type", "text/plain")),
    _no_json("media type in two parts", ("content-type", "application/json, text/plain")),
    _no_json("another json", ("content-type", "application/json-seq")),
    Knock("compressed body", 400, "INVALID_FORMAT", body=gzip.compress(GOOD_BODY, mtime=0),
          headers=(*JSON, ("content-encoding", "gzip"))),
    Knock("body over every limit", 413, "BODY_TOO_LARGE", body=b"[" + b"1," * 3_500_000 + b"1]"),
    Knock("form in a json dress", 400, "INVALID_FORMAT", body=b"model=scripted&messages=hi"),
)  # fmt: skip

FRONT_DOOR = (*TOKENS, *PATHS, *CLASHES)
