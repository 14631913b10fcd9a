"""Embeddings on Bedrock through InvokeModel: signed by the function's own role, no key."""

import json
from collections.abc import Callable, Mapping, Sequence
from threading import Event
from typing import Any

from ironcage.adapters.providers.bedrock import (
    OpenClient,
    open_bedrock,
    open_in_time,
    translated,
)
from ironcage.core import Clock
from ironcage.core.errors import (
    DeadlineExceeded,
    ProviderLimited,
    ProviderRejected,
    ProviderUnavailable,
)
from ironcage.gateway import EmbeddingAnswer, ProviderCall
from ironcage.gateway.wire.bedrock_embeddings import cut, read_piece
from ironcage.gateway.wire.embedding_batches import EmbeddedPiece, Piece, Result, gather

# Titan takes one text a call: eight at a time embed some hundred texts within one request.
WORKERS = 8
_FAILURES = (ProviderUnavailable, ProviderLimited, ProviderRejected, DeadlineExceeded)


class BedrockEmbeddings:
    """Asks models on Bedrock; `open_client` makes a client for a read time-out in seconds."""

    def __init__(self, clock: Clock, open_client: OpenClient = open_bedrock) -> None:
        self._clock = clock
        self._open_client = open_client

    def embed(self, call: ProviderCall) -> EmbeddingAnswer:
        """Ask for the vectors of all texts, a few calls at a time; the first failure ends it."""
        pieces = cut(call.body)
        ends, failed = self._clock.monotonic() + call.timeout_seconds, Event()

        def ask(piece: Piece) -> Result:
            if failed.is_set():
                return None
            try:
                return self._invoke(str(call.body["model"]), piece, ends=ends)
            except _FAILURES as error:
                failed.set()
                return error

        return gather(pieces, _run(ask, pieces))

    def _invoke(self, model: str, piece: Piece, *, ends: float) -> EmbeddedPiece:
        client = open_in_time(self._open_client, ends - self._clock.monotonic())
        headers, body = translated(lambda: _invoke_model(client, model, piece.body))
        return read_piece(model, piece, answer=_decode(body), headers=headers)


def _run(ask: Callable[[Piece], Result], pieces: Sequence[Piece]) -> list[Result]:
    """Ask for every piece, in their order if there is one, else side by side."""
    if len(pieces) == 1:
        return [ask(pieces[0])]
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 - most requests are one call

    with ThreadPoolExecutor(min(WORKERS, len(pieces))) as pool:
        return list(pool.map(ask, pieces))


def _invoke_model(client: Any, model: str, body: bytes) -> tuple[Mapping[str, str], bytes]:
    """Ask and read: the body of an answer can break after its head has come."""
    response = client.invoke_model(
        modelId=model, body=body, contentType="application/json", accept="application/json"
    )
    return response["ResponseMetadata"]["HTTPHeaders"], response["body"].read()


def _decode(body: bytes) -> Mapping[str, object]:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError) as exc:
        raise ProviderUnavailable(sent=True, reason="bad_answer") from exc
    if not isinstance(value, dict):
        raise ProviderUnavailable(sent=True, reason="bad_answer")
    return value
