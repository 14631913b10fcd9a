"""Texts embedded: asked, priced, sent (steps 7, 7a); vectors carry no text for step 8 to scan."""

from collections.abc import Iterator, Mapping

from ironcage.core.errors import InvalidRequest, ProviderUnavailable
from ironcage.gateway.exchange import Exchange, Outcome
from ironcage.gateway.headers import answer_headers
from ironcage.gateway.model import Body, EmbeddingAnswer, Event, Head, ProviderCall, Usage
from ironcage.gateway.ports import ChatProvider, EmbeddingProvider, TextHasher
from ironcage.gateway.pricing import INPUT_OVERHEAD_TOKENS, cost
from ironcage.gateway.upstream import Upstream
from ironcage.gateway.wire.embeddings import MAX_ANSWER_BYTES, EmbeddingRequest, embeddings_body
from ironcage.gateway.wire.openai import encode_json
from ironcage.tenancy import ProviderKind

TOO_MUCH = "has more vectors than fit into one answer"
NOT_SCANNED = {"action": "not_scanned", "reason": "vectors carry no text"}


class Embeddings:
    """Answers with vectors."""

    def __init__(
        self,
        upstream: Upstream,
        hasher: TextHasher,
        *,
        providers: Mapping[ProviderKind, EmbeddingProvider],
    ) -> None:
        self._upstream = upstream
        self._hasher = hasher
        self._providers = providers

    def answer(self, x: Exchange, request: EmbeddingRequest) -> Iterator[Event]:
        """Ask a provider for the vectors of all texts, and charge what it counted.

        A batch that fails half-way is charged for what was done, and answered with its failure.

        Raises:
            InvalidRequest: the vectors do not fit into one answer.
        """
        prompt = "\n".join(text.text for text in request.texts())
        x.record.prompt_hmac = self._hasher.hash_text(x.call.caller.tenant_id, prompt)
        x.record.output_verdict = dict(NOT_SCANNED)
        _refuse_too_much(x, request)
        answer = self._upstream.ask(x, self._embed)
        self._charge(x, request, answer)
        if answer.failure is not None:
            raise answer.failure
        data = _written(x, request, answer)
        yield Head(200, answer_headers(x, "application/json"))
        yield Body(data)

    def _embed(self, _chat: ChatProvider, call: ProviderCall) -> EmbeddingAnswer:
        provider = self._providers.get(call.provider.kind)
        if provider is None:
            raise ProviderUnavailable(sent=False, reason="no_embeddings")
        return provider.embed(call)

    @staticmethod
    def _charge(x: Exchange, request: EmbeddingRequest, answer: EmbeddingAnswer) -> None:
        """Take the provider's count; a text without one is bounded by its bytes."""
        bound = sum(_token_bound(request.inputs[at]) for at in answer.uncounted)
        x.record.usage = Usage(input_tokens=answer.tokens + bound)
        outcome = Outcome.ANSWERED if answer.failure is None else Outcome.BROKEN
        x.charge(cost(x.price(), x.record.usage), outcome, is_estimated=bool(answer.uncounted))


def _refuse_too_much(x: Exchange, request: EmbeddingRequest) -> None:
    """Refuse before anything is paid what could not be delivered."""
    most = min(request.most_texts(route.price.dimensions) for route in x.routes)
    if len(request.inputs) > most:
        raise InvalidRequest({"input": f"{TOO_MUCH}: send at most {most} texts at a time"})


def _written(x: Exchange, request: EmbeddingRequest, answer: EmbeddingAnswer) -> bytes:
    body = embeddings_body(
        answer.vectors,
        model=x.record.model,
        input_tokens=x.record.usage.input_tokens,
        is_base64=request.is_base64,
    )
    data = encode_json(body)
    if len(data) > MAX_ANSWER_BYTES:  # only vectors whose size nobody knew
        raise InvalidRequest({"input": TOO_MUCH})
    return data


def _token_bound(text: str) -> int:
    return len(text.encode()) + INPUT_OVERHEAD_TOKENS
