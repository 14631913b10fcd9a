"""What flows through the gateway: calls, usage, answers and the one record of each request."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from ironcage.core import AgentId, RequestId, TenantId
from ironcage.core.errors import IronCageError, TokenInvalid
from ironcage.tenancy import Provider
from ironcage.tokens import ProviderKey

JsonObject = dict[str, object]


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens as the provider counted them.

    `input_tokens` includes cached and cache-write tokens; `output_tokens` includes reasoning.
    """

    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0
    cache_write_tokens: int = 0
    reasoning_tokens: int = 0


@dataclass(frozen=True, slots=True)
class ProviderCall:
    """One attempt at one provider: a body in OpenAI's format, `model` by the provider's name.

    `timeout_seconds` is all the time the call may take, from connect to the last byte.
    """

    provider: Provider
    body: Mapping[str, object]
    key: ProviderKey | None
    timeout_seconds: float


@dataclass(frozen=True, slots=True)
class ProviderAnswer:
    """A whole answer as an OpenAI `chat.completion` object, and its usage (None: not reported)."""

    body: JsonObject
    usage: Usage | None


@dataclass(frozen=True, slots=True)
class ProviderChunk:
    """One OpenAI `chat.completion.chunk` object; `usage` is set where the provider reported it."""

    body: JsonObject
    usage: Usage | None = None


@dataclass(frozen=True, slots=True)
class EmbeddingAnswer:
    """The vectors of texts, in their order, each as little-endian float32.

    `tokens` is what the provider counted; the texts at `uncounted` are not in it, since no count
    came for them. `failure` says why vectors are missing: what was done until then is paid.
    """

    vectors: Sequence[bytes]
    tokens: int
    uncounted: Sequence[int] = ()
    failure: IronCageError | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try at one route, as the record keeps it; `reason` is `answered` or why it failed."""

    provider_id: str
    reason: str
    ms: float

    def to_json(self) -> JsonObject:
        """Write the attempt as part of a record."""
        return {"provider_id": self.provider_id, "reason": self.reason, "ms": self.ms}


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls: what the authorizer proved (step 0)."""

    tenant_id: TenantId
    agent_id: AgentId
    token_hash: str
    permissions: frozenset[str] = frozenset()

    @classmethod
    def proven_by(cls, context: object) -> "Caller":
        """Read what the authorizer put beside a request.

        Raises:
            TokenInvalid: the request passed no authorizer.
        """
        proven = context if isinstance(context, Mapping) else {}
        facts = [proven.get(n) for n in ("tenant_id", "agent_id", "token_hash", "permissions")]
        tenant_id, agent_id, token_hash, permissions = (
            f if isinstance(f, str) else "" for f in facts
        )
        if not (tenant_id and agent_id and token_hash):
            raise TokenInvalid()
        granted = frozenset(permissions.split())
        return cls(TenantId(tenant_id), AgentId(agent_id), token_hash, permissions=granted)


@dataclass(frozen=True, slots=True)
class GatewayCall:
    """One HTTP request; `remaining_seconds` tells how long this invocation may still run."""

    request_id: RequestId
    caller: Caller
    method: str
    path: str
    content_type: str
    body: bytes
    remaining_seconds: Callable[[], float]
    traceparent: str = ""
    linked_trace_id: str = ""


@dataclass(frozen=True, slots=True)
class Head:
    """The first event of an answer: status and headers."""

    status: int
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Body:
    """A piece of the answer's body."""

    data: bytes


Event = Head | Body


@dataclass(slots=True)
class InteractionRecord:
    """The one record of a request (steps 7a and 9): facts, hashes and counts, never text."""

    request_id: RequestId
    tenant_id: str
    agent_id: str
    started_at_ms: int
    model: str = ""
    provider_id: str = ""
    outcome: str = "refused"
    error_code: str = ""
    held_micros: int = 0
    cost_micros: int = 0
    usage: Usage = field(default_factory=Usage)
    is_usage_estimated: bool = False
    is_stream: bool = False
    prompt_hmac: str = ""
    answer_hmac: str = ""
    trace_id: str = ""
    linked_trace_id: str = ""
    timings_ms: dict[str, float] = field(default_factory=dict)
    input_verdict: JsonObject = field(default_factory=dict)
    output_verdict: JsonObject = field(default_factory=dict)
    attempts: Sequence[Attempt] = ()
    home_region: str = ""

    def to_json(self) -> JsonObject:
        """Write the record as the JSON object that the queues carry."""
        out: JsonObject = {
            name: getattr(self, name) for name in type(self).__slots__ if name != "usage"
        }
        out["usage"] = {name: getattr(self.usage, name) for name in Usage.__slots__}
        out["attempts"] = [attempt.to_json() for attempt in self.attempts]
        return out
