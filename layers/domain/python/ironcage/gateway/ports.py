"""What the gateway asks of the outside."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from ironcage.core import TenantId
from ironcage.firewall import Moderator
from ironcage.gateway.model import (
    EmbeddingAnswer,
    InteractionRecord,
    ProviderAnswer,
    ProviderCall,
    ProviderChunk,
)
from ironcage.gateway.routing import Circuit, Deployment
from ironcage.tenancy import AgentView


class ChatProvider(Protocol):
    """One wire format of a model provider (step 7).

    Raises, from both methods:
        ProviderUnavailable: no answer, a broken one, or an error that is not the caller's; `sent`
            tells whether the provider may have worked for us, and so may charge for it.
        ProviderLimited: the provider answered 429.
        ProviderRejected: the provider refused the request as malformed.
        DeadlineExceeded: `timeout_seconds` ran out.
    """

    def complete(self, call: ProviderCall) -> ProviderAnswer:
        """Ask for a whole answer."""
        ...

    def stream(self, call: ProviderCall) -> Iterator[ProviderChunk]:
        """Ask for a streamed answer; closing the iterator hangs up on the provider."""
        ...


class EmbeddingProvider(Protocol):
    """One wire format of a provider of embeddings (step 7)."""

    def embed(self, call: ProviderCall) -> EmbeddingAnswer:
        """Ask for the vectors of all texts; a failure half-way is part of the answer.

        Raises:
            ProviderUnavailable, ProviderLimited, ProviderRejected, DeadlineExceeded: as for a
                chat, and nothing was done that is known to cost.
            UnsupportedParameter: the model cannot do what is asked.
            InvalidRequest: the model takes other values.
        """
        ...


class BreakerStore(Protocol):
    """Where the circuits of all environments meet; one that nobody has written is closed.

    Raises, from both methods:
        StoreUnavailable: the store did not answer.
    """

    def read(self, tenant_id: TenantId) -> Mapping[Deployment, Circuit]:
        """Read every circuit of a tenant that is not closed; it may be a moment old."""
        ...

    def swap(self, deployment: Deployment, *, old: Circuit, new: Circuit) -> tuple[bool, Circuit]:
        """Replace a circuit if it still is `old`: (True, `new`), or (False, what stands there)."""
        ...


class RecordPublisher(Protocol):
    """Where interaction records go (PUBLISH): topic, else spool, else the log; it never raises."""

    def publish(self, record: Mapping[str, object]) -> str:
        """Send a record and say where it went: `topic`, `spool` or `log`."""
        ...


class TextHasher(Protocol):
    """HMAC under the tenant's own key."""

    def hash_text(self, tenant_id: str, text: str) -> str:
        """Hash a prompt or an answer (hex); an empty string when the key cannot be had."""
        ...

    def key_of(self, tenant_id: str) -> bytes:
        """Derive the tenant's key for hashed redactions; empty when it cannot be had."""
        ...


class ModeratorSource(Protocol):
    """Who knows the moderator that a tenant has at a provider of its own."""

    def moderator_for(self, view: AgentView, *, seconds_left: Callable[[], float]) -> Moderator:
        """Open the moderator of an agent's tenant; one that cannot be had fails when it is asked.

        Args:
            view: the agent, with its providers.
            seconds_left: tells how long the request may still take.
        """
        ...


class Tracer(Protocol):
    """Spans around the steps of a request."""

    def span(self, name: str) -> AbstractContextManager[None]:
        """Open a span around a block."""
        ...


class InteractionObserver(Protocol):
    """Who wants to know how a request ended: logs and metrics, at the edge."""

    def closed(self, record: InteractionRecord, facts: Sequence[str]) -> None:
        """Take a finished record and what was remarkable, such as `settled_late`."""
        ...
