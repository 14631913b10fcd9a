"""A batch of texts that takes several calls: its pieces, and what came of all of them together."""

from collections.abc import Sequence
from dataclasses import dataclass

from ironcage.core.errors import DeadlineExceeded, IronCageError, ProviderUnavailable
from ironcage.gateway.model import EmbeddingAnswer


@dataclass(frozen=True, slots=True)
class Piece:
    """One call of a batch: `first` is the place of its first text in the request."""

    first: int
    texts: Sequence[str]
    body: bytes

    @property
    def places(self) -> range:
        """The places of its texts in the request."""
        return range(self.first, self.first + len(self.texts))


@dataclass(frozen=True, slots=True)
class EmbeddedPiece:
    """What came back for one piece; `tokens` is None where nothing counted them."""

    vectors: Sequence[bytes]
    tokens: int | None


Result = EmbeddedPiece | IronCageError | None


def gather(pieces: Sequence[Piece], results: Sequence[Result]) -> EmbeddingAnswer:
    """Join what came of each piece; None stands for a piece that was never asked for.

    Raises:
        IronCageError: the failure of a batch of which nothing was done.
    """
    done = [result for result in results if isinstance(result, EmbeddedPiece)]
    failures = [result for result in results if isinstance(result, IronCageError)]
    # If one may have been paid, the whole batch may: its error decides what becomes of the hold.
    failure = next((f for f in failures if may_be_paid(f)), next(iter(failures), None))
    if failure is not None and not done:
        raise failure
    uncounted = [piece.places for piece, r in zip(pieces, results, strict=True) if _lacks_count(r)]
    return EmbeddingAnswer(
        vectors=[] if failure else [vector for part in done for vector in part.vectors],
        tokens=sum(part.tokens or 0 for part in done),
        uncounted=[place for places in uncounted for place in places],
        failure=failure,
    )


def may_be_paid(error: IronCageError) -> bool:
    """Tell whether the provider may have worked, and so may charge, although it failed."""
    if isinstance(error, DeadlineExceeded):
        return bool(error.details.get("sent", True))
    return isinstance(error, ProviderUnavailable) and error.sent


def _lacks_count(result: Result) -> bool:
    if isinstance(result, EmbeddedPiece):
        return result.tokens is None
    return result is not None and may_be_paid(result)
