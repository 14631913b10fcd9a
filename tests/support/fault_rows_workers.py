"""The fault tables of what runs beside a request: recorder, reaper and authorizer."""

from dataclasses import dataclass

from support.fault_kinds import (
    ANSWER_LOST,
    BROKEN,
    CANCELLED,
    CONFLICT,
    HALF_CLOSED,
    RESET_BEFORE,
    SLOW,
    THROTTLED,
    TOPIC_REFUSED,
    TRUNCATED,
    Fault,
    refused_s3,
)
from support.fault_proxy import Rule
from support.fault_rows import control, secrets, settle, spool, topic


@dataclass(frozen=True, slots=True)
class RecorderRow:
    """A record that reaches the recorder on a bad day: does it come again?"""

    id: str
    rule: Rule
    comes_again: bool
    way: str = "topic"

    @property
    def right(self) -> str:
        """Say what is right, for the table in the output."""
        return "comes again, then exact" if self.comes_again else "exact at once"


@dataclass(frozen=True, slots=True)
class ReaperRow:
    """An overdue hold that the reaper finds on a bad day: does the run fail?"""

    id: str
    rule: Rule
    fails: bool = False
    told_by: str = "topic"

    @property
    def right(self) -> str:
        """Say what is right, for the table in the output."""
        return (
            f"{'fails, then presumed' if self.fails else 'presumed'} once, told by {self.told_by}"
        )


@dataclass(frozen=True, slots=True)
class AuthorizerRow:
    """A good token on a bad day: may it come in?"""

    id: str
    rule: Rule
    may_enter: bool
    is_warm: bool = False

    @property
    def right(self) -> str:
        """Say what is right, for the table in the output."""
        return "comes in" if self.may_enter else "nobody comes in"


def pot(fault: Fault) -> Rule:
    """Break the reading of pots."""
    return Rule("dynamodb:GetItem", fault, words=('"ledger"',))


def usage(fault: Fault, times: int | None = None) -> Rule:
    """Break the table of usage rows."""
    return Rule("dynamodb:PutItem", fault, words=('"activity"',), times=times)


def stored(fault: Fault) -> Rule:
    """Break the reading of the spool."""
    return Rule("s3:GET *", fault)


def expire(fault: Fault, times: int | None = None) -> Rule:
    """Break the transaction that turns an overdue hold into presumed spend."""
    return Rule("dynamodb:TransactWriteItems", fault, times=times)


def again(id: str, rule: Rule, *, way: str = "topic") -> RecorderRow:  # noqa: A002 - as pytest's
    """Write a row whose record comes again."""
    return RecorderRow(id, rule, comes_again=True, way=way)


def once(id: str, rule: Rule, *, way: str = "topic") -> RecorderRow:  # noqa: A002 - as above
    """Write a row whose record is kept at once."""
    return RecorderRow(id, rule, comes_again=False, way=way)


RECORDER_ROWS = (
    again("recorder-settle-throttled", settle(THROTTLED)),
    again("recorder-settle-reset-before", settle(RESET_BEFORE)),
    again("recorder-settle-answer-lost-for-good", settle(ANSWER_LOST)),
    once("recorder-settle-answer-lost", settle(ANSWER_LOST, 1)),
    once("recorder-settle-half-closed", settle(HALF_CLOSED, 1)),
    once("recorder-settle-conflict", settle(CONFLICT, 3)),
    once("recorder-settle-slow", settle(SLOW)),
    again("recorder-pot-reset", pot(RESET_BEFORE)),
    again("recorder-pot-truncated", pot(TRUNCATED)),
    again("recorder-row-throttled", usage(THROTTLED)),
    again("recorder-row-answer-lost-for-good", usage(ANSWER_LOST)),
    once("recorder-row-answer-lost", usage(ANSWER_LOST, 1)),
    again("recorder-spool-500", stored(refused_s3("InternalError", 500)), way="spool"),
    again("recorder-spool-truncated", stored(TRUNCATED), way="spool"),
    again("recorder-archive-down", spool(refused_s3("SlowDown")), way="spool"),
    once("recorder-archive-slow", spool(SLOW), way="spool"),
)

REAPER_ROWS = (
    ReaperRow("reaper-expire-answer-lost", expire(ANSWER_LOST, 1)),
    ReaperRow("reaper-expire-half-closed", expire(HALF_CLOSED, 1)),
    ReaperRow("reaper-expire-conflict", expire(CANCELLED, 3)),
    ReaperRow("reaper-expire-throttled", expire(THROTTLED), fails=True),
    ReaperRow("reaper-expire-reset-before", expire(RESET_BEFORE), fails=True),
    ReaperRow("reaper-scan-reset", Rule("dynamodb:Scan", RESET_BEFORE), fails=True),
    ReaperRow("reaper-scan-truncated", Rule("dynamodb:Scan", TRUNCATED), fails=True),
    ReaperRow("reaper-pot-throttled", pot(THROTTLED), fails=True),
    ReaperRow(
        "reaper-mark-throttled",
        Rule("dynamodb:UpdateItem", THROTTLED, words=("REMOVE dirty",)),
        fails=True,
    ),
    ReaperRow("reaper-sns-refused", topic(TOPIC_REFUSED), told_by="spool"),
)

AUTHORIZER_ROWS = (
    AuthorizerRow("authorizer-table-slow", control(SLOW), may_enter=True),
    AuthorizerRow("authorizer-table-throttled-once", control(THROTTLED, 1), may_enter=True),
    AuthorizerRow("authorizer-table-throttled", control(THROTTLED), may_enter=False),
    AuthorizerRow("authorizer-table-reset", control(RESET_BEFORE), may_enter=False),
    AuthorizerRow("authorizer-table-half-closed", control(HALF_CLOSED), may_enter=False),
    AuthorizerRow("authorizer-table-truncated", control(TRUNCATED), may_enter=False),
    AuthorizerRow("authorizer-keys-500", secrets(BROKEN, "signing"), may_enter=False),
    AuthorizerRow("authorizer-keys-truncated", secrets(TRUNCATED, "signing"), may_enter=False),
    AuthorizerRow(
        "authorizer-keys-cached", secrets(BROKEN, "signing"), may_enter=True, is_warm=True
    ),
)
