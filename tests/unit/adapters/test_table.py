"""A table tells a failed condition from a conflict, and a conflict from a failure."""

from collections.abc import Callable
from typing import Any, cast

import pytest
from botocore.exceptions import ClientError, ConnectTimeoutError

from ironcage.adapters.dynamodb.table import CONFLICT_ATTEMPTS, Change, Table, Write
from ironcage.core.errors import LedgerUnavailable, StoreUnavailable, Unavailable
from support.fakes_ledger import ManualClock

CHANGE = Change(update="SET a = :a", condition="a = :b", values={":a": 1, ":b": 0})


class ScriptedDynamo:
    """A client that answers what the test wrote down, call after call."""

    def __init__(self, *script: object) -> None:
        self.script = list(script)
        self.calls: list[dict[str, Any]] = []

    def __getattr__(self, name: str) -> Callable[..., object]:
        return self._answer

    def _answer(self, **parameters: object) -> object:
        self.calls.append(parameters)
        answer = self.script.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def an_error(code: str, reasons: tuple[str, ...] = (), **extra: object) -> ClientError:
    response: Any = {
        "Error": {"Code": code, "Message": ""},
        "CancellationReasons": [{"Code": reason} for reason in reasons],
        **extra,
    }
    return ClientError(response, "Write")


def a_table(
    *script: object, unavailable: type[Unavailable] = StoreUnavailable
) -> tuple[Table, ScriptedDynamo, ManualClock]:
    client, clock = ScriptedDynamo(*script), ManualClock()
    return Table(cast("Any", client), "t", clock=clock, unavailable=unavailable), client, clock


def test_update_answers_the_item_after() -> None:
    table, _, _ = a_table({"Attributes": {"a": {"N": "1"}}})

    assert table.update("p", "s", CHANGE) == (True, {"a": 1})


def test_update_answers_the_item_as_it_was_when_the_condition_fails() -> None:
    refused = an_error("ConditionalCheckFailedException", Item={"a": {"N": "7"}})
    table, _, _ = a_table(refused)

    assert table.update("p", "s", CHANGE) == (False, {"a": 7})


def test_update_answers_nothing_when_there_is_no_item() -> None:
    table, _, _ = a_table(an_error("ConditionalCheckFailedException"))

    assert table.update("p", "s", CHANGE) == (False, None)


def test_transaction_is_refused_when_any_condition_fails() -> None:
    reasons = ("None", "ConditionalCheckFailed")
    table, _, _ = a_table(an_error("TransactionCanceledException", reasons))

    assert not table.transact([Write("Put", {})])


@pytest.mark.parametrize(
    "conflict",
    [
        an_error("TransactionConflictException"),
        an_error("TransactionInProgressException"),
        an_error("TransactionCanceledException", ("None", "TransactionConflict")),
        an_error("TransactionCanceledException", ("ConditionalCheckFailed", "TransactionConflict")),
    ],
    ids=["single", "same_token", "transaction", "condition_and_conflict"],
)
def test_conflict_is_tried_again_after_a_pause(conflict: ClientError) -> None:
    table, client, clock = a_table(conflict, conflict, {})

    assert table.transact([Write("Put", {})])
    assert len(client.calls) == 3
    assert len(clock.slept) == 2


def test_conflict_that_does_not_end_is_unavailable() -> None:
    conflicts = [an_error("TransactionConflictException")] * CONFLICT_ATTEMPTS
    table, _, clock = a_table(*conflicts, unavailable=LedgerUnavailable)

    with pytest.raises(LedgerUnavailable) as refusal:
        table.update("p", "s", CHANGE)

    assert refusal.value.details == {"table": "t"}
    assert sum(clock.slept) < 4


@pytest.mark.parametrize(
    "failure",
    [
        an_error("ProvisionedThroughputExceededException"),
        an_error("ResourceNotFoundException"),
        an_error("TransactionCanceledException", ("ValidationError",)),
        ConnectTimeoutError(endpoint_url="https://dynamodb"),
    ],
    ids=["throttled", "no_table", "invalid", "time_out"],
)
def test_whatever_else_goes_wrong_is_unavailable(failure: Exception) -> None:
    for act in (
        lambda table: table.update("p", "s", CHANGE),
        lambda table: table.get("p", "s"),
        lambda table: table.transact([]),
        lambda table: list(table.query("p", "s")),
    ):
        table, _, clock = a_table(failure)

        with pytest.raises(StoreUnavailable):
            act(table)
        assert clock.slept == []


def test_pages_are_read_to_the_end() -> None:
    first = {"Items": [{"a": {"N": "1"}}], "LastEvaluatedKey": {"pk": {"S": "x"}}}
    table, client, _ = a_table(first, {"Items": [{"a": {"N": "2"}}]})

    assert list(table.query("p", "PREFIX#")) == [{"a": 1}, {"a": 2}]
    assert client.calls[1]["ExclusiveStartKey"] == {"pk": {"S": "x"}}


def test_absent_item_is_none() -> None:
    table, _, _ = a_table({}, {"Responses": [{}]})

    assert table.get("p", "s") is None
    assert table.get_serialised("p", "s") is None


def test_put_and_delete_name_the_whole_key() -> None:
    table, client, _ = a_table({}, {})

    table.put("p", "s", {"a": 1})
    table.delete("p", "s")

    assert client.calls[0]["Item"] == {"pk": {"S": "p"}, "sk": {"S": "s"}, "a": {"N": "1"}}
    assert client.calls[1]["Key"] == {"pk": {"S": "p"}, "sk": {"S": "s"}}


def test_change_without_values_sends_none() -> None:
    table, client, _ = a_table({})

    table.update("p", "s", Change(update="REMOVE #d", names={"#d": "d"}))

    assert "ExpressionAttributeValues" not in client.calls[0]
    assert "ConditionExpression" not in client.calls[0]
    assert client.calls[0]["ExpressionAttributeNames"] == {"#d": "d"}
