"""What an agent asks of a model, as the steps see it: a chat, or texts to embed."""

from typing import Protocol, Self

from ironcage.gateway.model import JsonObject
from ironcage.gateway.pricing import Price, PriceTable
from ironcage.gateway.wire.texts import Path, PromptText


class ModelRequest(Protocol):
    """A valid request: the firewall reads its texts, the ledger bounds it, a provider gets it."""

    @property
    def model(self) -> str:
        """The model, by our name."""
        ...

    @property
    def stream(self) -> bool:
        """Whether the answer comes in pieces."""
        ...

    @property
    def n(self) -> int:
        """How many answers may be paid for."""
        ...

    @property
    def images(self) -> tuple[str, ...]:
        """The paths of its images, into which no firewall sees."""
        ...

    @property
    def image_bytes(self) -> int:
        """How many bytes of the body its images take."""
        ...

    def texts(self) -> list[PromptText]:
        """List every text that a provider would see."""
        ...

    def with_text(self, path: Path, new: str) -> Self:
        """Copy the request with one text replaced."""
        ...

    def list_price(self, prices: PriceTable, model: str) -> Price | None:
        """Find what a model costs for such a request; `model` is the provider's name."""
        ...

    def priced(self, price: Price) -> Price:
        """Add to a model's price what this request may make dearer.

        Raises:
            UnsupportedParameter: nobody has said what a parameter of it costs at most.
        """
        ...

    def answer_tokens(self, default: int) -> int:
        """Tell how long an answer may be; `default` stands where the request sets no limit."""
        ...

    def body_for(self, model: str, max_tokens: int) -> JsonObject:
        """Write the body for a provider; `model` is the provider's name."""
        ...
