"""Who may be asked, when again, and what to say when nobody answers: values in, values out.

A *deployment* is one model at one provider of one tenant. Its *circuit* is what all environments
know together: closed (asked), open (not asked for a while), half-open (one probe decides).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import Enum, StrEnum
from typing import NamedTuple

from ironcage.core import ProviderId, TenantId
from ironcage.core.errors import (
    AllProvidersDown,
    DeadlineExceeded,
    IronCageError,
    ProviderLimited,
    ProviderUnavailable,
)

WINDOW = 10
IN_A_ROW = 5
OPEN_MS = 30_000
LONGEST_OPEN_MS = 60_000
PROBE_GRACE_MS = 1_000
BUSY_PROBE_MS = 1_000

# The clocks of environments differ by less than this; what is further off is no moment of ours.
CLOCK_SLACK_MS = 5_000
LONGEST_PROBE_MS = 900_000

MAX_RETRIES = 2
PAUSE_SECONDS = 0.2
LONGEST_WAIT_SECONDS = 2
# A failure that took longer is no blip: the next route is the better use of the time.
QUICK_SECONDS = 1.0
# An attempt with less time would most likely end unknown, and its hold would be lost for a while.
LEAST_SECONDS = 1.0

CIRCUIT_OPEN = "circuit_open"
RESTING = "resting"

_PASSING_STATUS = frozenset({500, 503, 529})
_PASSING_REASONS = frozenset({"no_connection"})
_PASSING_CODES = frozenset({"ServiceUnavailableException", "InternalServerException"})


class Deployment(NamedTuple):
    """One model at one provider; `model` is the provider's own name for it."""

    tenant_id: TenantId
    provider_id: ProviderId
    model: str


class Mode(StrEnum):
    """How a circuit stands."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


class Sign(Enum):
    """What one attempt says about its deployment."""

    WELL = "well"
    ILL = "ill"
    LIMITED = "limited"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Circuit:
    """What all environments share; `trips` counts the openings since it was last closed."""

    trips: int = 0
    until_ms: int = 0
    probe_until_ms: int = 0

    def mode(self, now_ms: int) -> Mode:
        """Tell how the circuit stands now.

        A moment that no right clock can have written counts as past: one wrong clock must not
        keep everybody else from a provider.
        """
        if not self.trips:
            return Mode.CLOSED
        left = self.until_ms - now_ms
        return Mode.OPEN if 0 < left <= LONGEST_OPEN_MS + CLOCK_SLACK_MS else Mode.HALF_OPEN

    def wait_ms(self, now_ms: int) -> int:
        """Tell how long nobody may ask; 0 when somebody may, if only one as a probe."""
        match self.mode(now_ms):
            case Mode.CLOSED:
                return 0
            case Mode.OPEN:
                return self.until_ms - now_ms
            case Mode.HALF_OPEN:
                is_busy = 0 < self.probe_until_ms - now_ms <= LONGEST_PROBE_MS
                return BUSY_PROBE_MS if is_busy else 0

    def opened(self, now_ms: int) -> "Circuit":
        """Open: 30 s the first time, a minute after each probe that failed."""
        pause = min(OPEN_MS * 2**self.trips, LONGEST_OPEN_MS)
        return Circuit(self.trips + 1, now_ms + pause)

    def probed(self, now_ms: int, *, seconds: float) -> "Circuit":
        """Lend the one probe to somebody who may take so many seconds."""
        lent = min(int(seconds * 1000) + PROBE_GRACE_MS, LONGEST_PROBE_MS)
        return replace(self, probe_until_ms=now_ms + lent)

    def after_probe(self, sign: Sign, now_ms: int) -> "Circuit":
        """Close, open again, or give the probe back when it said nothing."""
        match sign:
            case Sign.WELL | Sign.LIMITED:
                return CLOSED
            case Sign.ILL:
                return self.opened(now_ms)
            case Sign.NONE:
                return replace(self, probe_until_ms=0)


CLOSED = Circuit()


def should_open(recent: Sequence[bool]) -> bool:
    """Tell whether the latest outcomes (True: failed) are too bad: 5 in a row, or 6 of 10."""
    if len(recent) >= IN_A_ROW and all(recent[-IN_A_ROW:]):
        return True
    return len(recent) >= WINDOW and sum(recent[-WINDOW:]) * 2 > WINDOW


def sign_of(error: IronCageError) -> Sign:
    """Read what a failed attempt says about the provider, and nothing into the rest.

    A refused request is its sender's mistake, a key that we cannot read is ours, and a provider
    that limits us is alive: none of them is ill.
    """
    match error:
        case ProviderLimited():
            return Sign.LIMITED
        case ProviderUnavailable():
            return Sign.ILL
        case DeadlineExceeded() if is_unknown(error):
            return Sign.ILL
        case _:
            return Sign.NONE


def is_unknown(error: IronCageError) -> bool:
    """Tell whether the provider may have worked for us although no answer came."""
    match error:
        case ProviderUnavailable():
            return error.sent
        case DeadlineExceeded():
            return bool(error.details.get("sent", True))
        case _:
            return False


def pause_before(
    error: IronCageError, *, retries: int, took: float, draw: Callable[[float], float]
) -> float | None:
    """Tell how long to wait before the same route is asked again; None: it is not asked again.

    Only what was refused quickly, for a reason that passes, and cannot have been charged is
    repeated. The pause has full jitter: `draw` picks a share of the longest one.
    """
    if retries >= MAX_RETRIES or is_unknown(error) or took > QUICK_SECONDS:
        return None
    if isinstance(error, ProviderLimited):
        after = error.retry_after_seconds
        return after + draw(PAUSE_SECONDS) if after <= LONGEST_WAIT_SECONDS else None
    return draw(PAUSE_SECONDS * 2**retries) if _is_passing(error) else None


def reason_of(error: IronCageError) -> str:
    """Name why an attempt failed, as the record says it."""
    details = error.details
    if "reason" in details:
        return str(details["reason"])
    return f"http_{details['status']}" if "status" in details else error.code


def refusal_of(errors: Sequence[IronCageError], waits_ms: Sequence[int]) -> IronCageError:
    """Choose the one refusal after every route failed; `waits_ms` tells each route's pause.

    All limited: 429 with the shortest delay. Otherwise all are down, and when to come back is said
    only if nothing can be expected before.
    """
    limited = [error for error in errors if isinstance(error, ProviderLimited)]
    if limited and len(limited) == len(errors):
        return min(limited, key=lambda error: error.retry_after_seconds)
    down = AllProvidersDown()
    if waits_ms and all(waits_ms):
        down.retry_after_seconds = seconds_up(min(waits_ms))
    return down


def seconds_up(milliseconds: int) -> int:
    """Round up to whole seconds, as `Retry-After` counts."""
    return -(-milliseconds // 1000)


def _is_passing(error: IronCageError) -> bool:
    if not isinstance(error, ProviderUnavailable):
        return False
    details = error.details
    return (
        details.get("status") in _PASSING_STATUS
        or details.get("reason") in _PASSING_REASONS
        or details.get("provider_code") in _PASSING_CODES
    )
