"""The gateway: access, firewalls, budget, routing, providers, records (steps 1 to 9)."""

from ironcage.gateway.accounting import Accountant
from ironcage.gateway.admission import Admission
from ironcage.gateway.answers import Answers
from ironcage.gateway.breakers import Breakers
from ironcage.gateway.conversations import Judged, Place, Sighted
from ironcage.gateway.embeddings import Embeddings
from ironcage.gateway.model import (
    Attempt,
    Body,
    Caller,
    EmbeddingAnswer,
    Event,
    GatewayCall,
    Head,
    InteractionRecord,
    JsonObject,
    ProviderAnswer,
    ProviderCall,
    ProviderChunk,
    Usage,
)
from ironcage.gateway.ports import (
    BreakerStore,
    ChatProvider,
    EmbeddingProvider,
    InteractionObserver,
    RecordPublisher,
    TextHasher,
)
from ironcage.gateway.pricing import Price, PriceTable, Rates, cost, tokens_affordable, worst_case
from ironcage.gateway.routing import CLOSED, Circuit, Deployment
from ironcage.gateway.scan_events import ScanTally
from ironcage.gateway.scans import (
    AgentTerms,
    ConversationInput,
    ScanInput,
    Scanned,
    Scanner,
    StandardTerms,
    Terms,
    TermsSource,
    TextInput,
)
from ironcage.gateway.service import Gateway, internal_error, json_events, refusal_of
from ironcage.gateway.streams import Streams
from ironcage.gateway.upstream import Upstream

__all__ = [
    "CLOSED",
    "Accountant",
    "Admission",
    "AgentTerms",
    "Answers",
    "Attempt",
    "Body",
    "BreakerStore",
    "Breakers",
    "Caller",
    "ChatProvider",
    "Circuit",
    "ConversationInput",
    "Deployment",
    "EmbeddingAnswer",
    "EmbeddingProvider",
    "Embeddings",
    "Event",
    "Gateway",
    "GatewayCall",
    "Head",
    "InteractionObserver",
    "InteractionRecord",
    "JsonObject",
    "Judged",
    "Place",
    "Price",
    "PriceTable",
    "ProviderAnswer",
    "ProviderCall",
    "ProviderChunk",
    "Rates",
    "RecordPublisher",
    "ScanInput",
    "ScanTally",
    "Scanned",
    "Scanner",
    "Sighted",
    "StandardTerms",
    "Streams",
    "Terms",
    "TermsSource",
    "TextHasher",
    "TextInput",
    "Upstream",
    "Usage",
    "cost",
    "internal_error",
    "json_events",
    "refusal_of",
    "tokens_affordable",
    "worst_case",
]
