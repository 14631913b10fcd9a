"""Answering a request to a firewall alone: a result for each input, in its place and in time."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from fastapi.responses import Response
from pydantic import ValidationError

from ironcage.core.errors import DeadlineExceeded, InvalidRequest, IronCageError
from ironcage.firewall import Action, Origin, raw_finding
from ironcage.gateway import Scanned, Scanner, ScanTally, Sighted, Terms
from ironcage.gateway.wire.bodies import error_body
from ironcage.web.errors import ReportRefusals, problems_of
from ironcage.web.scan_bodies import (
    ActionWord,
    FindingBody,
    InputBody,
    PlacedFindingBody,
    RefusedBody,
    ResultBody,
    ScanBatch,
)

# Lambda answers with 6 MB at most, in which the body is one JSON string; the rest is for errors.
MAX_ANSWER_BYTES = 5_500_000
# So long the detector that is at work may still read, and the answer be written and sent.
_LAST_SECONDS = 3.0


def scan_batch(
    batch: ScanBatch,
    terms: Terms,
    *,
    scanner: Scanner,
    default: Origin,
    request_id: str,
    seconds_left: Callable[[], float],
    refused: ReportRefusals,
    tell: Callable[[ScanTally], None],
) -> Response:
    """Judge every input of a batch; one that there is no time left to begin has no verdict.

    Args:
        batch: the inputs.
        terms: what they are judged by.
        scanner: who judges.
        default: the origin of a text that names none.
        request_id: ours.
        seconds_left: tells how long somebody still waits for the answer, a `ScanAnswer`.
        refused: told why inputs have no verdict.
        tell: told what was done, also where something ends it early.

    Raises:
        FirewallUnavailable: a detector that the policy asks for is not here.
    """
    answering = _Answering(
        terms, scanner, default=default, request_id=request_id, seconds_left=seconds_left
    )
    try:
        answering.check(len(batch.inputs))
        results = [answering.result_of(given, at) for at, given in enumerate(batch.inputs)]
        refused(request_id, answering.errors)
    finally:
        tell(answering.tally)
    return Response(b'{"results":[' + b",".join(results) + b"]}", media_type="application/json")


class _Answering:
    """One batch while it is answered. A result is written once, and measured as it is written."""

    def __init__(
        self,
        terms: Terms,
        scanner: Scanner,
        *,
        default: Origin,
        request_id: str,
        seconds_left: Callable[[], float],
    ) -> None:
        self.tally = ScanTally.open(scanner, terms)
        self.errors: list[IronCageError] = []
        self._terms = terms
        self._scanner = scanner
        self._default = default
        self._request_id = request_id
        self._seconds_left = seconds_left
        self._room = MAX_ANSWER_BYTES

    def check(self, inputs: int) -> None:
        """Make sure that all detectors are here, before anything is read.

        Raises:
            FirewallUnavailable: one is not, so no input has a verdict.
        """
        try:
            self._scanner.check(self._terms)
        except IronCageError as error:
            self.tally.refuse(error, inputs)
            raise

    def result_of(self, given: object, at: int) -> bytes:
        """Judge one input and write its result, or why it has none."""
        try:
            scanned = self._scan(given)
            written = _result(scanned).model_dump_json().encode()
            self._room = _room_after(written, self._room)
        except IronCageError as error:
            self.errors.append(error)
            self.tally.refuse(error)
            body = RefusedBody(error=_refusal(_placed(error, at), self._request_id))
            return body.model_dump_json().encode()
        self.tally.add(scanned)
        return written

    def _scan(self, given: object) -> Scanned:
        if self._to_scan() <= 0:
            raise DeadlineExceeded
        read = read_input(given).to_input(self._default)
        return self._scanner.scan(read, self._terms, seconds_left=self._to_scan)

    def _to_scan(self) -> float:
        return self._seconds_left() - _LAST_SECONDS


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
