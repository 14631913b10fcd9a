"""Embeddings on Bedrock: a batch cut into calls of InvokeModel, and their answers, without I/O.

Each family of models has a format of its own. Titan takes one text a call and counts its tokens
in the answer; Cohere takes 96 texts a call, and Bedrock counts them in a header of its own.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

from ironcage.core.errors import InvalidRequest, ProviderUnavailable, UnsupportedParameter
from ironcage.gateway.model import JsonObject
from ironcage.gateway.wire.embedding_batches import EmbeddedPiece, Piece
from ironcage.gateway.wire.strict_json import encode_json
from ironcage.gateway.wire.vectors import read_vectors, token_count

TOKEN_COUNT_HEADER = "x-amzn-bedrock-input-token-count"  # noqa: S105 - a header, not a secret
DEFAULT_INPUT_TYPE = "search_document"

# Written in every request, and without a meaning for a model on Bedrock.
_IGNORED = frozenset({"model", "input", "encoding_format", "user"})
_MOST_DIGITS = 9


@dataclass(frozen=True, slots=True)
class Family:
    """Models with one format: how many texts a call takes, and which parameters it knows."""

    texts_per_call: int
    dimensions: frozenset[int]
    write: Callable[[Sequence[str], Mapping[str, object]], JsonObject]
    vectors_of: Callable[[Mapping[str, object]], Sequence[object]]
    parameters: frozenset[str] = field(default_factory=frozenset)

    def check(self, body: Mapping[str, object]) -> None:
        """Refuse what a model of this family cannot do.

        Raises:
            UnsupportedParameter: it has no such parameter.
            InvalidRequest: it has no vectors of that size.
        """
        unknown = sorted(body.keys() - _IGNORED - self.parameters)
        if unknown:
            raise UnsupportedParameter(dict.fromkeys(unknown, "is not supported by this model"))
        if "dimensions" in body and body["dimensions"] not in self.dimensions:
            sizes = ", ".join(map(str, sorted(self.dimensions)))
            raise InvalidRequest({"dimensions": f"must be one of: {sizes}"})


def cut(body: Mapping[str, object]) -> list[Piece]:
    """Cut a request into the calls that its model takes.

    Raises:
        UnsupportedParameter: the model has no such parameter, or embeds nothing.
        InvalidRequest: the model has no vectors of that size.
    """
    family = family_of(str(body["model"]))
    family.check(body)
    texts = cast("Sequence[str]", body["input"])
    size = family.texts_per_call
    parts = [(at, texts[at : at + size]) for at in range(0, len(texts), size)]
    return [Piece(at, part, encode_json(family.write(part, body))) for at, part in parts]


def read_piece(
    model: str, piece: Piece, *, answer: Mapping[str, object], headers: Mapping[str, str]
) -> EmbeddedPiece:
    """Read the answer to one piece.

    Raises:
        ProviderUnavailable: it is not one.
    """
    vectors = read_vectors(family_of(model).vectors_of(answer), count=len(piece.texts))
    counted = token_count(answer.get("inputTextTokenCount"))
    header = headers.get(TOKEN_COUNT_HEADER, "")
    if counted is None and header.isascii() and header.isdigit() and len(header) <= _MOST_DIGITS:
        counted = token_count(int(header))
    return EmbeddedPiece(vectors, counted)


def family_of(model: str) -> Family:
    """Find the format of a model by its name, with or without the region of a profile.

    Raises:
        UnsupportedParameter: we know no such model.
    """
    for name, family in _FAMILIES.items():
        if name in model:
            return family
    raise UnsupportedParameter({"model": "is no model for embeddings that we know on Bedrock"})


def _write_titan(texts: Sequence[str], body: Mapping[str, object]) -> JsonObject:
    """Write one text for Titan V2; vectors have length one, as OpenAI's, unless told otherwise."""
    out: JsonObject = {"inputText": texts[0], "normalize": body.get("normalize", True)}
    if "dimensions" in body:
        out["dimensions"] = body["dimensions"]
    return out


def _write_titan_g1(texts: Sequence[str], _body: Mapping[str, object]) -> JsonObject:
    return {"inputText": texts[0]}


def _write_cohere(texts: Sequence[str], body: Mapping[str, object]) -> JsonObject:
    """Write texts for Cohere; a text that is too long is refused there, never cut in silence."""
    out: JsonObject = {
        "texts": list(texts),
        "input_type": body.get("input_type", DEFAULT_INPUT_TYPE),
        "embedding_types": ["float"],
        "truncate": "NONE",
    }
    if "dimensions" in body:
        out["output_dimension"] = body["dimensions"]
    return out


def _titan_vectors(answer: Mapping[str, object]) -> Sequence[object]:
    return [answer.get("embedding")]


def _cohere_vectors(answer: Mapping[str, object]) -> Sequence[object]:
    """Find the vectors: by type where types were asked for, else a plain list."""
    found = answer.get("embeddings")
    if isinstance(found, dict):
        found = found.get("float")
    if not isinstance(found, list):
        raise ProviderUnavailable(sent=True, reason="bad_answer")
    return found


_TITAN = Family(
    1,
    frozenset({256, 512, 1024}),
    _write_titan,
    _titan_vectors,
    frozenset({"dimensions", "normalize"}),
)
_COHERE_V4 = Family(
    96,
    frozenset({256, 512, 1024, 1536}),
    _write_cohere,
    _cohere_vectors,
    frozenset({"dimensions", "input_type"}),
)
_COHERE_V3 = Family(96, frozenset(), _write_cohere, _cohere_vectors, frozenset({"input_type"}))
_FAMILIES: Mapping[str, Family] = {
    "amazon.titan-embed-text-v2": _TITAN,
    "amazon.titan-embed-text-v1": Family(1, frozenset(), _write_titan_g1, _titan_vectors),
    "cohere.embed-v4": _COHERE_V4,
    "cohere.embed-english-v3": _COHERE_V3,
    "cohere.embed-multilingual-v3": _COHERE_V3,
}
