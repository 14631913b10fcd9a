"""One request on its way through the steps: what is known so far, and what it has cost."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum

from ironcage.budgets import Granted, Reservation
from ironcage.core import Clock
from ironcage.core.errors import DeadlineExceeded
from ironcage.gateway.faces import Face
from ironcage.gateway.model import GatewayCall, InteractionRecord
from ironcage.gateway.ports import Tracer
from ironcage.gateway.pricing import Price
from ironcage.gateway.requests import ModelRequest
from ironcage.gateway.verdicts import Screen
from ironcage.gateway.wire.embeddings import EmbeddingRequest
from ironcage.gateway.wire.openai import ChatRequest
from ironcage.tenancy import AgentView, Provider

SETTLE_SECONDS = 2.0


class Outcome(StrEnum):
    """How a request ended, as the record says it."""

    REFUSED = "refused"
    ANSWERED = "answered"
    FAILED = "failed"
    BROKEN = "broken"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Route:
    """One provider that serves the model, and the price that it has there."""

    provider: Provider
    model: str
    price: Price


@dataclass(slots=True)
class Exchange:
    """The state of one request; `hold` is set from RESERVE on."""

    call: GatewayCall
    record: InteractionRecord
    clock: Clock
    tracer: Tracer
    started: float
    face: Face
    view: AgentView | None = None
    output_screen: Screen | None = None
    request: ModelRequest | None = None
    routes: tuple[Route, ...] = ()
    input_bytes: int = 0
    max_tokens: int = 0
    ask: Reservation | None = None
    hold: Granted | None = None
    facts: list[str] = field(default_factory=list)

    @property
    def chat(self) -> ChatRequest | None:
        """The request, if it is a chat."""
        return self.request if isinstance(self.request, ChatRequest) else None

    @property
    def embedding(self) -> EmbeddingRequest | None:
        """The request, if it wants texts embedded."""
        return self.request if isinstance(self.request, EmbeddingRequest) else None

    @contextmanager
    def timed(self, step: str) -> Iterator[None]:
        """Add the time of a step to the record, and open a span of its name around it."""
        begun = self.clock.monotonic()
        try:
            with self.tracer.span(step):
                yield
        finally:
            self.add_time(step, begun)

    def add_time(self, step: str, begun: float) -> None:
        """Add the time since `begun` (monotonic) to a step of the record, in milliseconds."""
        spent = (self.clock.monotonic() - begun) * 1000
        timings = self.record.timings_ms
        timings[step] = round(timings.get(step, 0.0) + spent, 3)

    def provider_seconds(self) -> float:
        """Tell how long a provider may take, leaving time to settle.

        Raises:
            DeadlineExceeded: too little time is left to ask anybody.
        """
        seconds = self.seconds_left()
        if seconds <= 0:
            raise DeadlineExceeded(sent=False)
        return seconds

    def seconds_left(self) -> float:
        """Tell the time that is left before the settlement must begin."""
        return self.call.remaining_seconds() - SETTLE_SECONDS

    def tokens_for(self, route: Route) -> int:
        """Tell the token limit that a route is sent: the request's, or its model's if lower."""
        return min(self.max_tokens, route.price.max_output_tokens)

    def price(self) -> Price:
        """Tell the price at the provider that was asked last."""
        asked = self.record.provider_id
        return next(r.price for r in self.routes if r.provider.provider_id == asked)

    def overhead_ms(self) -> float:
        """Tell the time that was ours: everything but the provider's."""
        whole = (self.clock.monotonic() - self.started) * 1000
        return max(0.0, whole - self.record.timings_ms.get("llm_gateway", 0.0))

    def remaining_budget(self) -> int:
        """Tell what the agent has left once this request is settled, in micro-dollars."""
        if self.hold is None:
            return 0
        return self.hold.available_after + self.hold.amount - self.record.cost_micros

    def charge(self, cost: int, outcome: Outcome, *, is_estimated: bool = False) -> None:
        """Say what the request cost and how it ended."""
        self.record.cost_micros = cost
        self.record.outcome = outcome
        self.record.is_usage_estimated = is_estimated
