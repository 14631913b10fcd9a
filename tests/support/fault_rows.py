"""The fault table of the gateway: what breaks, and what is right for caller, money and record."""

from dataclasses import dataclass, replace
from enum import Enum

from ironcage.tenancy import ProviderKind
from support.fault_kinds import (
    ANSWER_LOST,
    BROKEN,
    BUCKET_DENIED,
    BUSY_PAGE,
    CANCELLED,
    CONFLICT,
    DENIED,
    HALF_CLOSED,
    RESET_BEFORE,
    SIGNATURE_TOO_OLD,
    SILENT,
    SLOW,
    THROTTLED,
    TOPIC_REFUSED,
    TRUNCATED,
    Fault,
    refused_json,
    refused_s3,
    refused_xml,
)
from support.fault_proxy import Rule


class Money(Enum):
    """What the pot says once recorder and reaper have been there."""

    EXACT = "spent is what the provider counted"
    NOTHING = "nothing is spent"
    PRESUMED = "the worst case counts as spent until somebody knows better"
    ESTIMATED = "spent is the bound of what was delivered"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table; `asked` counts what reached the first and the second provider."""

    id: str
    aws: tuple[Rule, ...] = ()
    first: tuple[Rule, ...] = ()
    second: tuple[Rule, ...] = ()
    firewalls: tuple[Rule, ...] = ()
    status: int = 200
    code: str = ""
    money: Money = Money.EXACT
    way: str = "topic"
    asked: tuple[int, int] = (1, 0)
    providers: int = 1
    kind: ProviderKind = ProviderKind.OPENAI
    is_warm: bool = False  # a good request has gone before: key, policy and connection are kept
    is_met: bool = True  # False: nothing that is broken is asked at all
    is_stream: bool = False
    seconds: float = 30.0

    @property
    def right(self) -> str:
        """Say what is right, for the table in the output."""
        told = f"{self.status} {self.code or 'answered'}"
        return f"{told:27} {self.money.name.lower():10} record: {self.way}"


def reserve(fault: Fault, times: int | None = None) -> Rule:
    """Break the write that holds the money."""
    return Rule(
        "dynamodb:UpdateItem", fault, words=("attribute_not_exists(holds.#r)",), times=times
    )


def settle(fault: Fault, times: int | None = None) -> Rule:
    """Break the write that turns a hold into its cost."""
    words = ("REMOVE holds.#r", "available + :rest")
    return Rule("dynamodb:UpdateItem", fault, words=words, times=times)


def control(fault: Fault, times: int | None = None) -> Rule:
    """Break the reads of tenants, agents, providers and policies."""
    return Rule("dynamodb:GetItem", fault, words=("control",), times=times)


def policies(fault: Fault, times: int | None = None) -> Rule:
    """Break the reading of an agent together with its policies."""
    return Rule("dynamodb:TransactGetItems", fault, words=("POLICY#",), times=times)


def circuits(fault: Fault) -> Rule:
    """Break the table of circuit breakers."""
    return Rule("dynamodb:*", fault, words=("BREAKER#",))


def secrets(fault: Fault, name: str, times: int | None = None) -> Rule:
    """Break the reading of a secret."""
    return Rule("secretsmanager:GetSecretValue", fault, words=(name,), times=times)


def topic(fault: Fault, times: int | None = None) -> Rule:
    """Break the topic."""
    return Rule("sns:Publish", fault, times=times)


def spool(fault: Fault) -> Rule:
    """Break the spool."""
    return Rule("s3:PUT *", fault)


def refuse(id: str, code: str, *aws: Rule, status: int = 503) -> Row:  # noqa: A002 - as pytest's
    """Write a row whose request is refused before any provider was asked, and costs nothing."""
    return Row(id, aws, status=status, code=code, money=Money.NOTHING, asked=(0, 0))


def serve(id: str, *aws: Rule, way: str = "topic") -> Row:  # noqa: A002 - as above
    """Write a row whose request is answered and charged exactly, whatever broke."""
    return Row(id, aws, way=way)


LEDGER = (
    serve("dynamodb-reserve-reset-before", reserve(RESET_BEFORE, 1)),
    serve("dynamodb-reserve-answer-lost", reserve(ANSWER_LOST, 1)),
    serve("dynamodb-reserve-half-closed", reserve(HALF_CLOSED, 1)),
    serve("dynamodb-reserve-silent", reserve(SILENT, 1)),
    serve("dynamodb-reserve-truncated", reserve(TRUNCATED, 1)),
    serve("dynamodb-reserve-slow", reserve(SLOW)),
    serve("dynamodb-reserve-throttled", reserve(THROTTLED, 1)),
    serve("dynamodb-reserve-conflict", reserve(CONFLICT, 3)),
    serve("dynamodb-reserve-500", reserve(BROKEN, 1)),
    serve("dynamodb-reserve-html-503", reserve(BUSY_PAGE, 1)),
    refuse("dynamodb-reserve-throttled-for-good", "LEDGER_UNAVAILABLE", reserve(THROTTLED)),
    refuse("dynamodb-reserve-answer-lost-for-good", "LEDGER_UNAVAILABLE", reserve(ANSWER_LOST)),
    refuse("dynamodb-reserve-truncated-for-good", "LEDGER_UNAVAILABLE", reserve(TRUNCATED)),
    refuse("clock-so-wrong-that-aws-refuses", "LEDGER_UNAVAILABLE", reserve(SIGNATURE_TOO_OLD)),
    Row(
        "dynamodb-reserve-and-giving-back-lost",
        (reserve(ANSWER_LOST), settle(RESET_BEFORE)),
        status=503,
        code="LEDGER_UNAVAILABLE",
        money=Money.PRESUMED,
        asked=(0, 0),
    ),
    serve("settle-answer-lost", settle(ANSWER_LOST, 1)),
    serve("settle-half-closed", settle(HALF_CLOSED, 1)),
    serve("settle-truncated-for-good", settle(TRUNCATED)),
    serve("settle-conflict", settle(CONFLICT, 3)),
    serve("settle-throttled", settle(THROTTLED)),
    serve("settle-reset-before", settle(RESET_BEFORE)),
    serve("settle-answer-lost-for-good", settle(ANSWER_LOST)),
    serve("settle-and-sns-refused", settle(DENIED), topic(TOPIC_REFUSED), way="spool"),
    serve(
        "settle-refused-and-only-the-log-is-left",
        *(settle(DENIED), topic(TOPIC_REFUSED), spool(BUCKET_DENIED)),
        way="log",
    ),
)

ACCESS = (
    serve("control-slow", control(SLOW)),
    serve("control-throttled-once", control(THROTTLED, 1)),
    refuse("control-throttled", "STORE_UNAVAILABLE", control(THROTTLED)),
    refuse("control-reset", "STORE_UNAVAILABLE", control(RESET_BEFORE)),
    refuse("control-truncated", "STORE_UNAVAILABLE", control(TRUNCATED)),
    serve("policies-in-a-conflict-once", policies(CANCELLED, 1)),
    refuse("policies-throttled", "STORE_UNAVAILABLE", policies(THROTTLED)),
    refuse("policies-reset", "STORE_UNAVAILABLE", policies(RESET_BEFORE)),
    refuse("policies-truncated", "STORE_UNAVAILABLE", policies(TRUNCATED)),
    serve("breakers-reset", circuits(RESET_BEFORE)),
    serve("breakers-silent", circuits(SILENT)),
    serve("breakers-throttled", circuits(THROTTLED)),
    serve("breakers-truncated", circuits(TRUNCATED)),
    serve("secrets-500-once", secrets(BROKEN, "scripted", 1)),
    refuse("secrets-truncated-no-key", "ALL_PROVIDERS_DOWN", secrets(TRUNCATED, "scripted")),
    refuse("secrets-down-no-key", "ALL_PROVIDERS_DOWN", secrets(BROKEN, "scripted")),
    refuse(
        "secrets-throttled-no-key",
        "ALL_PROVIDERS_DOWN",
        secrets(refused_json("ThrottlingException"), "scripted"),
    ),
    Row("secrets-down-cached-key", (secrets(BROKEN, "scripted"),), is_warm=True, is_met=False),
    serve("hash-key-down", secrets(RESET_BEFORE, "ironcage-hash")),
)

RECORDS = (
    serve("sns-refused", topic(TOPIC_REFUSED), way="spool"),
    serve("sns-throttled-once", topic(refused_xml("Throttled", 429), 1)),
    serve("sns-half-closed", topic(HALF_CLOSED), way="topic+spool"),
    serve("sns-answer-lost-once", topic(ANSWER_LOST, 1)),
    serve("sns-reset-before", topic(RESET_BEFORE), way="spool"),
    serve("sns-slow", topic(SLOW)),
    serve("sns-silent", topic(SILENT), way="topic+spool"),
    serve("sns-html-503", topic(BUSY_PAGE), way="spool"),
    serve("sns-truncated", topic(TRUNCATED), way="topic+spool"),
    serve(
        "sns-refused-and-spool-slowed-down",
        *(topic(TOPIC_REFUSED), spool(refused_s3("SlowDown"))),
        way="log",
    ),
    serve("sns-refused-and-spool-down", topic(TOPIC_REFUSED), spool(RESET_BEFORE), way="log"),
)

# So little that the usual time-outs and repetitions would outlast the invocation.
LITTLE = 2.9

AT_THE_END = (
    Row("sns-silent-near-the-end", (topic(SILENT),), way="topic+spool", seconds=LITTLE),
    Row("settle-silent-near-the-end", (settle(SILENT),), seconds=LITTLE),
    Row(
        "all-silent-near-the-end",
        (topic(SILENT), spool(SILENT), settle(SILENT)),
        way="topic+spool+log",
        seconds=LITTLE,
    ),
    replace(
        refuse("reserve-silent-near-the-end", "LEDGER_UNAVAILABLE", reserve(SILENT)), seconds=LITTLE
    ),
    replace(
        refuse("control-silent-near-the-end", "STORE_UNAVAILABLE", control(SILENT)), seconds=LITTLE
    ),
    replace(
        refuse("secrets-silent-near-the-end", "ALL_PROVIDERS_DOWN", secrets(SILENT, "scripted")),
        seconds=LITTLE,
    ),
)

AWS_ROWS = (*LEDGER, *ACCESS, *RECORDS, *AT_THE_END)
