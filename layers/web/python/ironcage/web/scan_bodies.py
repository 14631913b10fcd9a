"""The public bodies of both firewalls: inputs to judge, and a result for each in its place."""

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any, Literal, Self

from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field, ValidationError, WithJsonSchema, model_validator

from ironcage.core.errors import DeadlineExceeded, InvalidRequest, IronCageError
from ironcage.firewall import Action, Origin, raw_finding
from ironcage.gateway import (
    ConversationInput,
    ScanInput,
    Scanned,
    Scanner,
    Sighted,
    Terms,
    TextInput,
)
from ironcage.gateway.wire.bodies import error_body
from ironcage.web.errors import ReportRefusals, problems_of

MAX_INPUTS = 64
# Lambda answers with 6 MB at most, in which the body is one JSON string; the rest is for errors.
MAX_ANSWER_BYTES = 5_500_000
# So long the detector that is at work may still read, and the answer be written and sent.
_LAST_SECONDS = 3.0
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


def scan_batch(
    batch: ScanBatch,
    terms: Terms,
    *,
    scanner: Scanner,
    default: Origin,
    request_id: str,
    seconds_left: Callable[[], float],
    refused: ReportRefusals,
) -> Response:
    """Judge every input of a batch; one that there is no time left to begin has no verdict.

    The answer is a `ScanAnswer`, written result by result, since each one is measured so.

    Raises:
        FirewallUnavailable: a detector that the policy asks for is not here.
    """
    scanner.check(terms)

    def to_scan() -> float:
        return seconds_left() - _LAST_SECONDS

    room = MAX_ANSWER_BYTES
    results: list[bytes] = []
    errors: list[IronCageError] = []
    for at, given in enumerate(batch.inputs):
        try:
            if to_scan() <= 0:
                raise DeadlineExceeded
            read = read_input(given).to_input(default)
            result = _result(scanner.scan(read, terms, seconds_left=to_scan))
            written = result.model_dump_json().encode()
            room = _room_after(written, room)
        except IronCageError as error:
            errors.append(error)
            body = RefusedBody(error=_refusal(_placed(error, at), request_id))
            written = body.model_dump_json().encode()
        results.append(written)
    refused(request_id, errors)
    return Response(b'{"results":[' + b",".join(results) + b"]}", media_type="application/json")


def read_input(given: object) -> InputBody:
    """Read one input.

    Raises:
        InvalidRequest: it breaks rules; every problem is named by its path.
    """
    try:
        return InputBody.model_validate(given)
    except ValidationError as exc:
        found: Sequence[Any] = exc.errors(include_url=False, include_input=False)
        raise problems_of(found) from exc


def _placed(error: IronCageError, at: int) -> IronCageError:
    """Name the fields of one input as they stand in the body."""
    if not isinstance(error, InvalidRequest):
        return error
    fields = {f"inputs[{at}]{_below(path)}": text for path, text in error.fields.items()}
    return type(error)(fields)


def _below(path: str) -> str:
    return f".{path}" if path and not path.startswith("[") else path


def _refusal(error: IronCageError, request_id: str) -> dict[str, Any]:
    body: Mapping[str, Any] = error_body(error, request_id)
    return dict(body["error"])


def _result(scanned: Scanned) -> ResultBody:
    judged = scanned.judged
    return ResultBody.model_construct(
        flagged=judged.action > Action.ALLOW,
        score=scanned.score,
        action=_word(judged.action),
        findings=[_finding(sighted) for sighted in judged.sightings],
        redacted=judged.clean,
        policy_version=scanned.policy_version,
        timings_ms=dict(scanned.timings_ms),
        detectors=dict(scanned.detectors),
        unscanned=dict(scanned.unscanned),
    )


def _room_after(written: bytes, room: int) -> int:
    """Tell how many bytes of the answer are left behind a result.

    Lambda's answer holds it inside a JSON string, where each quote and backslash is two bytes.

    Raises:
        InvalidRequest: it does not fit.
    """
    left = room - len(written) - written.count(b'"') - written.count(b"\\")
    if left < 0:
        raise InvalidRequest({"": "has more findings than one answer can hold: send it in parts"})
    return left


def _finding(sighted: Sighted) -> FindingBody:
    found, place = sighted.finding, sighted.place
    seen: dict[str, Any] = {**raw_finding(found), "action": _word(found.action)}
    if place is None:
        return FindingBody(**seen)
    return PlacedFindingBody(**seen, message=place.message, path=place.path)


def _word(action: Action) -> ActionWord:
    words: dict[Action, ActionWord] = {
        Action.ALLOW: "allow",
        Action.REDACT: "redact",
        Action.ESCALATE: "escalate",
        Action.BLOCK: "block",
    }
    return words[action]
