"""The public bodies of both firewalls: inputs to judge, and a result for each in its place."""

from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema, model_validator

from ironcage.firewall import Origin
from ironcage.gateway import (
    ConversationInput,
    ScanInput,
    TextInput,
)

MAX_INPUTS = 64
_ORIGINS = {
    "user": Origin.USER,
    "document": Origin.DOCUMENT,
    "tool": Origin.DOCUMENT,
    "system": Origin.SYSTEM,
}


class InputBody(BaseModel):
    """One text, or one conversation as a chat request has it."""

    model_config = ConfigDict(extra="forbid", strict=True)

    text: str | None = Field(None, description="A text. Give either this or `messages`.")
    messages: list[dict[str, Any]] | None = Field(
        None, description="Messages of a chat; each one's role says where it comes from."
    )
    origin: Literal["user", "document", "tool", "system"] | None = Field(
        None, description="Where the text comes from; a tool's output is a document."
    )

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.text is None) == (self.messages is None):
            raise ValueError("must have either text or messages")
        return self

    def to_input(self, default: Origin) -> ScanInput:
        """Read it as the scanner does."""
        if self.messages is not None:
            return ConversationInput(self.messages)
        origin = _ORIGINS[self.origin] if self.origin else default
        return TextInput(self.text or "", origin)


# Read one by one, so that a bad input is an error in its place and not the end of the batch.
AnyInput = Annotated[Any, WithJsonSchema(InputBody.model_json_schema())]


class ScanBatch(BaseModel):
    """What is to be judged."""

    model_config = ConfigDict(extra="forbid", strict=True)

    inputs: Annotated[list[AnyInput], Field(min_length=1, max_length=MAX_INPUTS)]


ActionWord = Literal["allow", "redact", "escalate", "block"]


class FindingBody(BaseModel):
    """What was seen, and where: offsets count characters of the original text."""

    type: str
    detector: str
    start: int
    end: int
    score: float
    action: ActionWord


class PlacedFindingBody(FindingBody):
    """What was seen in a conversation: its offsets count in the text at `path`."""

    message: int | None = Field(description="The index of the message, if it is in one.")
    path: str


class ResultBody(BaseModel):
    """The verdict on one input."""

    flagged: bool = Field(description="Whether the policy wants anything done.")
    score: float
    action: ActionWord
    findings: list[PlacedFindingBody | FindingBody]
    redacted: str | list[dict[str, Any]] | None = Field(
        description="The input as it may pass on; null when it cannot be cleaned."
    )
    policy_version: str
    timings_ms: dict[str, float]
    detectors: dict[str, str] = Field(
        description="Which detectors looked at all of the input, each with its version."
    )
    unscanned: dict[str, str] = Field(
        description="What did not look (a detector, where the policy lets texts pass then) or"
        " cannot be seen (`image`), and why. Empty when everything was looked at."
    )


class RefusedBody(BaseModel):
    """Why one input has no verdict."""

    error: dict[str, Any]


class ScanAnswer(BaseModel):
    """A result for each input, in order."""

    results: list[ResultBody | RefusedBody]
