"""A gateway whose every dependency is in memory and does what the test says."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field

from ironcage.budgets import LedgerService
from ironcage.core import AgentId, Clock, Micros, ProviderId, RequestId, TenantId
from ironcage.core.errors import StoreUnavailable
from ironcage.firewall import Firewall
from ironcage.gateway import (
    Accountant,
    Admission,
    Answers,
    Body,
    Breakers,
    Caller,
    EmbeddingAnswer,
    Embeddings,
    Gateway,
    GatewayCall,
    Head,
    InteractionRecord,
    JsonObject,
    PriceTable,
    ProviderAnswer,
    ProviderCall,
    ProviderChunk,
    Streams,
    Upstream,
    Usage,
)
from ironcage.tenancy import Agent, AgentView, Provider, ProviderKind
from ironcage.tokens import ProviderKey
from support.builders_budgets import KEY, TOKEN_HASH
from support.fakes_breakers import MemoryBreakerStore
from support.fakes_firewall import FixedModerators
from support.fakes_ledger import FailingPotStore, ManualClock
from support.fakes_scanner import a_firewall

MODEL = "gpt-4o-mini"
CHAT = "/v1/chat/completions"
EMBED = "/v1/embeddings"
RESPOND = "/v1/responses"
EMBEDDER = "text-embedding-3-small"
SMALL = Usage(12, 4)
KEY_VERSION = "version-1"


class FixedDirectory:
    """A directory with one view, or none that answers."""

    def __init__(self, view: AgentView) -> None:
        self.current = view
        self.is_down = False

    def view(self, tenant_id: TenantId, agent_id: AgentId) -> AgentView:
        """Give the view."""
        if self.is_down:
            raise StoreUnavailable(store="control")
        return self.current


class FixedVault:
    """A vault with one version of the same key for everybody."""

    def __init__(self) -> None:
        self.is_down = False
        self.crash: Exception | None = None

    def key_for(self, tenant_id: TenantId, provider_id: ProviderId, *, version: str) -> ProviderKey:
        """Give the key."""
        if self.crash is not None:
            raise self.crash
        if self.is_down or version != KEY_VERSION:
            raise StoreUnavailable(store="vault")
        return ProviderKey("sk-test")


Step = ProviderAnswer | Sequence[ProviderChunk | Exception] | Exception


class ScriptedChat:
    """A `ChatProvider` that answers its script, step by step, the last one for ever."""

    def __init__(self, *steps: Step) -> None:
        self.steps = list(steps)
        self.calls: list[ProviderCall] = []
        self.hung_up = 0
        self.before: Callable[[], None] = lambda: None

    def complete(self, call: ProviderCall) -> ProviderAnswer:
        """Answer whole."""
        step = self._next(call)
        if isinstance(step, Exception):
            raise step
        assert isinstance(step, ProviderAnswer)
        return step

    def stream(self, call: ProviderCall) -> Iterator[ProviderChunk]:
        """Answer piece by piece."""
        step = self._next(call)
        if isinstance(step, Exception):
            raise step
        assert not isinstance(step, ProviderAnswer)
        try:
            for chunk in step:
                if isinstance(chunk, Exception):
                    raise chunk
                yield chunk
        except GeneratorExit:
            self.hung_up += 1
            raise

    def _next(self, call: ProviderCall) -> Step:
        self.before()
        self.calls.append(call)
        return self.steps.pop(0) if len(self.steps) > 1 else self.steps[0]


class ScriptedEmbedder:
    """An `EmbeddingProvider` that answers its script, step by step, the last one for ever."""

    def __init__(self, *steps: EmbeddingAnswer | Exception) -> None:
        self.steps = list(steps)
        self.calls: list[ProviderCall] = []

    def embed(self, call: ProviderCall) -> EmbeddingAnswer:
        """Answer with vectors."""
        self.calls.append(call)
        step = self.steps.pop(0) if len(self.steps) > 1 else self.steps[0]
        if isinstance(step, Exception):
            raise step
        return step


@dataclass
class KeptRecords:
    """A publisher that keeps what it is given and says where it would have gone."""

    went_to: str = "topic"
    records: list[Mapping[str, object]] = field(default_factory=list)

    def publish(self, record: Mapping[str, object]) -> str:
        """Keep a record."""
        json.dumps(record)
        self.records.append(record)
        return self.went_to


class PlainHasher:
    """A hasher whose hashes can be read."""

    def hash_text(self, tenant_id: str, text: str) -> str:
        """Tell the length only."""
        return f"{tenant_id}:{len(text)}"

    def key_of(self, tenant_id: str) -> bytes:
        """Give the name as the key."""
        return tenant_id.encode()


class NoTracer:
    """Spans that do nothing."""

    def span(self, name: str) -> AbstractContextManager[None]:
        """Do nothing."""
        return nullcontext()


@dataclass
class KeptClosings:
    """An observer that keeps what it hears."""

    closings: list[tuple[InteractionRecord, list[str]]] = field(default_factory=list)
    crash: Exception | None = None

    def closed(self, record: InteractionRecord, facts: Sequence[str]) -> None:
        """Keep a closing."""
        if self.crash is not None:
            raise self.crash
        self.closings.append((record, list(facts)))


def a_provider(name: str = "ip_openai_001", **changes: object) -> Provider:
    facts: dict[str, object] = {
        "provider_id": ProviderId(name),
        "kind": ProviderKind.OPENAI,
        "endpoint": "https://api.example.test/v1",
        "models": {MODEL: MODEL},
        "key_version": KEY_VERSION,
    }
    return Provider(**(facts | changes))  # type: ignore[arg-type]  # a builder's keywords


def a_view(
    *providers: Provider, policy: Mapping[str, object] | None = None, **changes: object
) -> AgentView:
    chosen = providers or (a_provider(),)
    facts: dict[str, object] = {
        "tenant_id": KEY.tenant_id,
        "agent_id": KEY.agent_id,
        "name": "writer",
        "owner": "user_owner",
        "providers": tuple(p.provider_id for p in chosen),
    }
    agent = Agent(**(facts | changes))  # type: ignore[arg-type]  # a builder's keywords
    return AgentView(agent, chosen, policy or {})


def an_answer(text: str | None = "Hello.", usage: Usage | None = SMALL) -> ProviderAnswer:
    message: JsonObject = {"role": "assistant", "content": text, "refusal": None}
    body: JsonObject = {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": "gpt-4o-mini-2024",
        "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}],
    }
    return ProviderAnswer(body, usage)


def a_chunk(
    delta: JsonObject | None = None,
    *,
    finish: str | None = None,
    usage: Usage | None = None,
    index: int = 0,
) -> ProviderChunk:
    choice = {"index": index, "delta": delta or {}, "logprobs": None, "finish_reason": finish}
    choices = [] if delta is None and finish is None else [choice]
    body: JsonObject = {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": "gpt-4o-mini-2024",
        "choices": choices,
    }
    return ProviderChunk(body, usage)


def a_stream(*texts: str, usage: Usage | None = SMALL) -> list[ProviderChunk | Exception]:
    told: list[ProviderChunk | Exception] = [a_chunk({"content": text}) for text in texts]
    return [a_chunk({"role": "assistant", "content": ""}), *told, a_chunk(finish="stop"),
            a_chunk(usage=usage)]  # fmt: skip


@dataclass
class GatewayRig:
    """A gateway and everything behind it."""

    chat: ScriptedChat
    embedder: ScriptedEmbedder = field(default_factory=ScriptedEmbedder)
    directory: FixedDirectory = field(default_factory=lambda: FixedDirectory(a_view()))
    pots: FailingPotStore = field(default_factory=FailingPotStore)
    clock: Clock = field(default_factory=ManualClock)
    vault: FixedVault = field(default_factory=FixedVault)
    records: KeptRecords = field(default_factory=KeptRecords)
    observer: KeptClosings = field(default_factory=KeptClosings)
    firewall: Firewall = field(default_factory=a_firewall)
    seconds_left: float = 60.0
    breakers: MemoryBreakerStore = field(default_factory=MemoryBreakerStore)
    moderators: FixedModerators = field(default_factory=FixedModerators)

    def __post_init__(self) -> None:
        self.ledger = LedgerService(self.pots, self.clock)
        self.ledger.open_pot(KEY, limit=Micros(1_000_000), token_hash=TOKEN_HASH)
        upstream = Upstream(
            self.vault,
            dict.fromkeys(ProviderKind, self.chat),
            breakers=Breakers(self.breakers, self.clock),
            draw=lambda longest: longest,
        )
        self.gateway = Gateway(
            Admission(
                self.directory,
                firewall=self.firewall,
                ledger=self.ledger,
                hasher=PlainHasher(),
                prices=PriceTable.load(),
                moderators=self.moderators,
            ),
            Answers(upstream, PlainHasher()),
            Streams(upstream, PlainHasher()),
            embeddings=Embeddings(
                upstream, PlainHasher(), providers={ProviderKind.OPENAI: self.embedder}
            ),
            accountant=Accountant(self.ledger, self.records, self.observer),
            tracer=NoTracer(),
            clock=self.clock,
        )

    def call(self, body: object, **changes: object) -> GatewayCall:
        """Make a request; `body` goes out as JSON, or as it is if it is bytes."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        facts: dict[str, object] = {
            "request_id": RequestId("req_000001"),
            "caller": Caller(
                KEY.tenant_id, KEY.agent_id, TOKEN_HASH, permissions=frozenset({"llm:call"})
            ),
            "method": "POST",
            "path": CHAT,
            "content_type": "application/json",
            "body": data,
            "remaining_seconds": lambda: self.seconds_left,
        }
        return GatewayCall(**(facts | changes))  # type: ignore[arg-type]  # a builder's keywords

    def ask(self, body: object = None, **changes: object) -> "Response":
        """Send a request and take the whole answer."""
        return collect(
            self.gateway.answer(self.call(a_body() if body is None else body, **changes))
        )


@dataclass
class Response:
    """A whole answer."""

    status: int
    headers: Mapping[str, str]
    data: bytes

    @property
    def json(self) -> dict[str, object]:
        """Read the body as JSON."""
        value = json.loads(self.data)
        assert isinstance(value, dict)
        return value

    @property
    def code(self) -> object:
        """Read the code of an error."""
        error = self.json["error"]
        assert isinstance(error, dict)
        return error["code"]

    def events(self) -> list[dict[str, object]]:
        """Read a stream's events, without the closing word."""
        lines = [line for line in self.data.decode().split("\n\n") if line]
        return [json.loads(x.removeprefix("data: ")) for x in lines if x != "data: [DONE]"]


def collect(events: Iterator[Head | Body]) -> Response:
    """Drain a generator of events."""
    head, pieces = Head(0, {}), []
    for event in events:
        match event:
            case Head():
                head = event
            case Body():
                pieces.append(event.data)
    return Response(head.status, head.headers, b"".join(pieces))


def a_body(text: str = "Say hello.", **more: object) -> dict[str, object]:
    return {"model": MODEL, "messages": [{"role": "user", "content": text}], **more}


__all__ = [
    "CHAT",
    "EMBED",
    "EMBEDDER",
    "MODEL",
    "AgentId",
    "GatewayRig",
    "Response",
    "ScriptedChat",
    "ScriptedEmbedder",
    "a_body",
    "a_chunk",
    "a_provider",
    "a_stream",
    "a_view",
    "an_answer",
    "collect",
]
