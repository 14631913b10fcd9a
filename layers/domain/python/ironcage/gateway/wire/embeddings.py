"""An embeddings request: read from a client once, written for each provider that is asked.

Vectors are little-endian float32 on the whole way, the form that OpenAI's base64 carries: it is
exact, needs no parsing of numbers, and is what official SDKs ask for.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Self, cast

from ironcage.gateway.embedding_parameters import EMBEDDING_PARAMETERS, MAX_INPUTS
from ironcage.gateway.model import JsonObject
from ironcage.gateway.parameters import check_fields
from ironcage.gateway.pricing import Price, PriceTable
from ironcage.gateway.wire.checks import Problems
from ironcage.gateway.wire.strict_json import decode_fields
from ironcage.gateway.wire.texts import Path, PromptText, replaced_in, user_texts
from ironcage.gateway.wire.vectors import numbers_of, text_of

REQUIRED = ("model", "input")

# A buffered Lambda answers with 6 MB at most; more would be lost after it was paid.
MAX_ANSWER_BYTES = 5_500_000
_VECTOR_ENVELOPE = 64  # bytes around each vector in an answer
_LONGEST_NUMBER = 24  # bytes of a float32 and its comma: -1.1754943508222875e-38,
_OURS = frozenset({"model", "input", "encoding_format"})


@dataclass(frozen=True, slots=True)
class EmbeddingRequest:
    """A valid request. `body` holds what may be passed on, its `input` always a list of texts."""

    model: str
    body: Mapping[str, object]
    is_base64: bool = False
    extras: tuple[str, ...] = ()
    stream: bool = False
    n: int = 1
    images: tuple[str, ...] = ()
    image_bytes: int = 0

    @property
    def inputs(self) -> list[str]:
        """The texts to embed."""
        return cast("list[str]", self.body["input"])

    def most_texts(self, dimensions: int | None) -> int:
        """Tell how many texts of a request fit into one answer, by the size of the vectors.

        Args:
            dimensions: the model's own size, None if unknown; the request may name another.
        """
        size = cast("int | None", self.body.get("dimensions")) or dimensions
        if size is None:
            return MAX_INPUTS
        written = 4 * -(-4 * size // 3) if self.is_base64 else _LONGEST_NUMBER * size
        return MAX_ANSWER_BYTES // (written + _VECTOR_ENVELOPE)

    def texts(self) -> list[PromptText]:
        """List every text of the request; all of them are the user's."""
        return user_texts(self.body, ("input", "user", *self.extras))

    def with_text(self, path: Path, new: str) -> Self:
        """Copy the request with one text replaced."""
        return replace(self, body=replaced_in(self.body, path, new))

    def list_price(self, prices: PriceTable, model: str) -> Price | None:
        """Find what a model costs for embeddings."""
        return prices.embedding_price_of(model)

    def priced(self, price: Price) -> Price:
        """Add what each text may cost beside its bytes, and the surcharge of unknown parameters.

        Raises:
            UnsupportedParameter: nobody has said what such a parameter costs at most.
        """
        return price.with_extras(self.extras).for_inputs(len(self.inputs))

    def answer_tokens(self, default: int) -> int:  # noqa: ARG002 - nothing sets a limit on vectors
        """Tell how long an answer may be: a vector has no tokens."""
        return 0

    def body_for(self, model: str, max_tokens: int) -> JsonObject:  # noqa: ARG002 - as above
        """Write the body for a provider; it always asks for the exact form of a vector."""
        return {"model": model, **self.body, "encoding_format": "base64"}


def parse_embeddings(
    body: bytes, *, extra_parameters: frozenset[str] | set[str] = frozenset()
) -> EmbeddingRequest:
    """Read an embeddings request, or say everything that is wrong with it.

    Args:
        body: the bytes that came.
        extra_parameters: names outside our table that the agent's policy lets through.

    Raises:
        BodyTooLarge: more bytes than we accept.
        MalformedBody: not one clean JSON object.
        UnsupportedParameter: token ids or parameters without a known price, and nothing else.
        InvalidRequest: at least one field breaks a rule.
    """
    given = decode_fields(body)
    problems = Problems()
    check_fields(given, EMBEDDING_PARAMETERS, problems, required=REQUIRED, extras=extra_parameters)
    problems.raise_if_any()
    return _request(given)


def embeddings_body(
    vectors: Sequence[bytes], *, model: str, input_tokens: int, is_base64: bool
) -> JsonObject:
    """Write an answer as OpenAI does."""
    write = text_of if is_base64 else numbers_of
    data = [
        {"object": "embedding", "index": at, "embedding": write(vector)}
        for at, vector in enumerate(vectors)
    ]
    usage = {"prompt_tokens": input_tokens, "total_tokens": input_tokens}
    return {"object": "list", "data": data, "model": model, "usage": usage}


def _request(given: JsonObject) -> EmbeddingRequest:
    texts = given["input"]
    body: JsonObject = {"input": [texts] if isinstance(texts, str) else texts}
    body |= {name: value for name, value in given.items() if name not in _OURS}
    return EmbeddingRequest(
        model=str(given["model"]),
        body=body,
        is_base64=given.get("encoding_format") == "base64",
        extras=tuple(sorted(name for name in given if name not in EMBEDDING_PARAMETERS)),
    )
