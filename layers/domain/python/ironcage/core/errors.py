"""Every error raised on purpose, in one tree.

IronCageError
├── Rejected                the caller is wrong; retrying cannot help
│   ├── InvalidRequest              400  VALIDATION_ERROR (all problems at once)
│   ├── MalformedBody               400  INVALID_FORMAT
│   ├── UnsupportedParameter        400  UNSUPPORTED_PARAMETER
│   ├── ModelUnpriced               400  MODEL_UNPRICED
│   ├── ProviderRejected            400  PROVIDER_REJECTED
│   ├── TokenInvalid                401  TOKEN_INVALID
│   ├── BudgetExceeded              402  BUDGET_EXCEEDED
│   ├── ModelForbidden              403  MODEL_FORBIDDEN
│   ├── AgentInactive               403  AGENT_INACTIVE
│   ├── PermissionMissing           403  INSUFFICIENT_PERMISSIONS
│   ├── InputBlocked                403  INPUT_BLOCKED
│   ├── OutputBlocked               403  OUTPUT_BLOCKED
│   ├── NotFound                    404  NOT_FOUND
│   ├── ModelNotFound               404  MODEL_NOT_FOUND
│   ├── MethodNotAllowed            405  METHOD_NOT_ALLOWED
│   ├── HomeRegionElsewhere         409  HOME_REGION (the details name the region to ask)
│   ├── BodyTooLarge                413  BODY_TOO_LARGE
│   └── MediaTypeUnsupported        415  UNSUPPORTED_MEDIA_TYPE
├── Conflict                someone moved first (409 CONFLICT)
│   ├── LimitMoved                  409  BUDGET_MOVED
│   └── HoldMismatch                409  HOLD_MISMATCH (a bug: alarm)
├── Limited                 too much, too fast
│   ├── AgentConcurrency            429  AGENT_CONCURRENCY
│   ├── BudgetBusy                  429  BUDGET_BUSY
│   └── ProviderLimited             429  PROVIDER_RATE_LIMITED
└── Unavailable             a dependency did not answer
    ├── StoreUnavailable            503  STORE_UNAVAILABLE
    ├── LedgerUnavailable           503  LEDGER_UNAVAILABLE
    │   └── HomeLedgerUnavailable   503  LEDGER_UNAVAILABLE (the ledger of another region)
    ├── FirewallUnavailable         503  FIREWALL_UNAVAILABLE
    ├── ProviderUnavailable         503  PROVIDER_UNAVAILABLE
    ├── AllProvidersDown            503  ALL_PROVIDERS_DOWN
    └── DeadlineExceeded            504  DEADLINE_EXCEEDED

An instance carries ids, counts and field names only, so it may be logged or returned as it is.
"""

from collections.abc import Mapping
from typing import ClassVar

Detail = str | int | bool


class IronCageError(Exception):
    """The root: what stopped us, as data."""

    code: ClassVar[str] = "INTERNAL_ERROR"
    status: ClassVar[int] = 500
    retryable: ClassVar[bool] = False
    message: ClassVar[str] = "Something went wrong on our side."

    def __init__(self, text: str | None = None, **details: Detail) -> None:
        self.text = text or self.message
        super().__init__(self.text)
        self.details: Mapping[str, Detail] = details


class Rejected(IronCageError):
    """The caller is wrong; retrying cannot help."""

    code = "REJECTED"
    status = 400


class InvalidRequest(Rejected):
    """The request breaks rules; `fields` maps each path to what is wrong with it."""

    code = "VALIDATION_ERROR"
    message = "The request has invalid fields."

    def __init__(self, fields: Mapping[str, str], text: str | None = None) -> None:
        super().__init__(text)
        self.fields = dict(fields)


class MalformedBody(Rejected):
    """The body is not the JSON object that was expected."""

    code = "INVALID_FORMAT"
    message = "The body must be one JSON object in UTF-8."


class UnsupportedParameter(InvalidRequest):
    """Request fields that we cannot price or do not know, each named."""

    code = "UNSUPPORTED_PARAMETER"
    message = "The request has parameters that are not supported."


class ModelUnpriced(Rejected):
    """The model has no price, so its worst case cannot be held."""

    code = "MODEL_UNPRICED"
    message = "This model has no known price."


class ProviderRejected(Rejected):
    """The provider refused the request as malformed."""

    code = "PROVIDER_REJECTED"
    message = "The model provider refused the request."


class TokenInvalid(Rejected):
    """The IC token is not valid, whatever the reason."""

    code = "TOKEN_INVALID"
    status = 401
    message = "The token is not valid."


class BudgetExceeded(Rejected):
    """The agent's budget cannot pay for the least useful answer."""

    code = "BUDGET_EXCEEDED"
    status = 402
    message = "The agent's budget is exhausted."


class ModelForbidden(Rejected):
    """The agent may not use this model."""

    code = "MODEL_FORBIDDEN"
    status = 403
    message = "This agent may not use this model."


class AgentInactive(Rejected):
    """The agent is suspended or closed."""

    code = "AGENT_INACTIVE"
    status = 403
    message = "This agent is not active."


class PermissionMissing(Rejected):
    """The token is valid, but not for this."""

    code = "INSUFFICIENT_PERMISSIONS"
    status = 403
    message = "The token does not permit this."


class InputBlocked(Rejected):
    """The input firewall blocked the request."""

    code = "INPUT_BLOCKED"
    status = 403
    message = "The request was blocked by the input firewall."


class OutputBlocked(Rejected):
    """The output firewall blocked the answer."""

    code = "OUTPUT_BLOCKED"
    status = 403
    message = "The answer was blocked by the output firewall."


class NotFound(Rejected):
    """There is no such thing here, or it is another tenant's."""

    code = "NOT_FOUND"
    status = 404
    message = "There is no such resource."


class ModelNotFound(Rejected):
    """No provider of the agent serves this model."""

    code = "MODEL_NOT_FOUND"
    status = 404
    message = "No provider of this agent serves this model."


class MethodNotAllowed(Rejected):
    """The path exists, but not with this method."""

    code = "METHOD_NOT_ALLOWED"
    status = 405
    message = "This path does not accept this method."


class HomeRegionElsewhere(Rejected):
    """The tenant is operated in another region, which `home_region` names."""

    code = "HOME_REGION"
    status = 409
    message = "This tenant is operated in its home region: ask there."


class BodyTooLarge(Rejected):
    """The body is larger than we accept."""

    code = "BODY_TOO_LARGE"
    status = 413
    message = "The request body is too large."


class MediaTypeUnsupported(Rejected):
    """The body is not declared as JSON."""

    code = "UNSUPPORTED_MEDIA_TYPE"
    status = 415
    message = "The body must be sent as application/json."


class Conflict(IronCageError):
    """Someone moved first."""

    code = "CONFLICT"
    message = "It exists already, or has just been changed."
    status = 409
    retryable = True


class LimitMoved(Conflict):
    """The budget was edited by somebody else in between."""

    code = "BUDGET_MOVED"
    message = "The budget was changed by somebody else; read it again."


class HoldMismatch(Conflict):
    """A hold stands under this request id with another amount: a bug, never expected."""

    code = "HOLD_MISMATCH"
    message = "The hold of this request has another amount."


class Limited(IronCageError):
    """Too much, too fast; `retry_after_seconds` says when to come back."""

    code = "RATE_LIMIT_EXCEEDED"
    status = 429
    retryable = True
    message = "Too many requests."
    retry_after_seconds: int = 1


class AgentConcurrency(Limited):
    """The agent has as many requests open as it may."""

    code = "AGENT_CONCURRENCY"
    message = "This agent has too many requests in flight."


class BudgetBusy(Limited):
    """The rest of the budget is held by requests in flight."""

    code = "BUDGET_BUSY"
    message = "The rest of the budget is held by requests in flight."


class ProviderLimited(Limited):
    """The provider is rate limiting us."""

    code = "PROVIDER_RATE_LIMITED"
    message = "The model provider is rate limiting."


class Unavailable(IronCageError):
    """A dependency did not answer."""

    code = "SERVICE_UNAVAILABLE"
    status = 503
    retryable = True
    message = "A service that we need did not answer."


class StoreUnavailable(Unavailable):
    """A table or bucket did not answer."""

    code = "STORE_UNAVAILABLE"


class LedgerUnavailable(Unavailable):
    """The ledger did not answer, so no unbounded call may start."""

    code = "LEDGER_UNAVAILABLE"
    message = "The ledger did not answer; no request can start."


class HomeLedgerUnavailable(LedgerUnavailable):
    """The ledger of the agent's home region did not answer from the region where we run."""

    message = "The ledger of the agent's home region did not answer; no request can start."


class FirewallUnavailable(Unavailable):
    """A firewall could not answer, so nothing may pass."""

    code = "FIREWALL_UNAVAILABLE"
    message = "The firewall could not answer; nothing may pass."


class ProviderUnavailable(Unavailable):
    """A model provider did not answer, or answered that it cannot."""

    code = "PROVIDER_UNAVAILABLE"
    message = "The model provider did not answer."

    def __init__(self, *, sent: bool, **details: Detail) -> None:
        super().__init__(None, **details)
        self.sent = sent


class AllProvidersDown(Unavailable):
    """Every route of the agent failed; `retry_after_seconds` is 0 when nobody knows how long."""

    code = "ALL_PROVIDERS_DOWN"
    message = "No provider of this agent answered."
    retry_after_seconds: int = 0


class DeadlineExceeded(Unavailable):
    """The time of the request ran out."""

    code = "DEADLINE_EXCEEDED"
    status = 504
    message = "The request ran out of time."
