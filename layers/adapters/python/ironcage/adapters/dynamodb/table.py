"""One table: conditional single writes, transactions and reads, with our errors.

A condition that fails is an answer (`False`), not an error. A conflict with somebody's transaction
is retried with jitter by every method. Whatever else goes wrong is `StoreUnavailable`, or the error
that the owner asked for.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ironcage.adapters.clients import no_answer, open_client
from ironcage.adapters.dynamodb.attributes import Item, decode_item, encode, encode_item
from ironcage.core import Clock, SystemClock, jitter
from ironcage.core.errors import StoreUnavailable, Unavailable

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

CONFLICT_ATTEMPTS = 12
_CONFLICT_SECONDS = 0.02
_LONGEST_PAUSE_SECONDS = 0.3
_CONFLICTS = {"TransactionConflictException", "TransactionInProgressException"}
_REFUSED = "ConditionalCheckFailed"


@dataclass(frozen=True, slots=True)
class Change:
    """An update expression with its condition; values are plain, `names` maps `#alias` to name."""

    update: str
    condition: str = ""
    values: Mapping[str, object] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Write:
    """One part of a transaction: `Put`, `Update` or `Delete` with its parameters."""

    kind: str
    parameters: Mapping[str, Any]


class Table:
    """A table by its name, over one client."""

    def __init__(
        self,
        client: "DynamoDBClient",
        name: str,
        *,
        clock: Clock | None = None,
        unavailable: type[Unavailable] = StoreUnavailable,
    ) -> None:
        self._client = client
        self.name = name
        self._clock = clock or SystemClock()
        self._unavailable = unavailable

    def get(self, pk: str, sk: str, *, consistent: bool = True) -> Item | None:
        """Read an item."""
        answer = self._call(
            self._client.get_item,
            TableName=self.name,
            Key=_key(pk, sk),
            ConsistentRead=consistent,
        )
        return decode_item(answer["Item"]) if "Item" in answer else None

    def get_serialised(self, pk: str, sk: str) -> Item | None:
        """Read an item so that no transaction is seen half done (twice the price)."""
        return self.get_together(pk, [sk])[0]

    def get_together(self, pk: str, sks: Sequence[str]) -> list[Item | None]:
        """Read items of one partition as they are at one moment, each in its place."""
        parts = [{"Get": {"TableName": self.name, "Key": _key(pk, sk)}} for sk in sks]
        answer = self._call(self._client.transact_get_items, TransactItems=parts)
        found = (response.get("Item") for response in answer["Responses"])
        return [decode_item(item) if item else None for item in found]

    def put(self, pk: str, sk: str, item: Mapping[str, object]) -> None:
        """Write an item, over whatever was there."""
        self._call(self._client.put_item, **self.putting(pk, sk, item).parameters)

    def put_if_absent(self, pk: str, sk: str, item: Mapping[str, object]) -> bool:
        """Write an item unless it exists; tell whether it was written."""
        write = self.putting(pk, sk, item, condition="attribute_not_exists(pk)")
        return self._conditional(self._client.put_item, write.parameters)[0]

    def delete(self, pk: str, sk: str) -> None:
        """Delete an item if it is there."""
        self._call(self._client.delete_item, TableName=self.name, Key=_key(pk, sk))

    def update(self, pk: str, sk: str, change: Change) -> tuple[bool, Item | None]:
        """Change an item: (True, the item after), or (False, the item as it was, or None)."""
        parameters = {
            **self.updating(pk, sk, change).parameters,
            "ReturnValues": "ALL_NEW",
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
        return self._conditional(self._client.update_item, parameters)

    def query(self, pk: str, prefix: str, *, consistent: bool = True) -> Iterator[Item]:
        """List the items of a partition whose sort key starts so, page by page."""
        parameters: dict[str, Any] = {
            "TableName": self.name,
            "KeyConditionExpression": "pk = :pk AND begins_with(sk, :prefix)",
            "ExpressionAttributeValues": encode_item({":pk": pk, ":prefix": prefix}),
            "ConsistentRead": consistent,
        }
        return self._pages(self._client.query, parameters)

    def scan_index(self, index: str) -> Iterator[Item]:
        """List a sparse index, page by page (eventually consistent)."""
        return self._pages(self._client.scan, {"TableName": self.name, "IndexName": index})

    def putting(
        self,
        pk: str,
        sk: str,
        item: Mapping[str, object],
        *,
        condition: str = "",
        values: Mapping[str, object] | None = None,
    ) -> Write:
        """Describe a put, for a transaction; `values` are those of its condition."""
        extra: dict[str, Any] = {"Item": encode_item({**item, "pk": pk, "sk": sk})}
        if values:
            extra["ExpressionAttributeValues"] = encode_item(values)
        return Write("Put", self._parameters(condition, **extra))

    def updating(self, pk: str, sk: str, change: Change) -> Write:
        """Describe an update, for a transaction."""
        extra: dict[str, Any] = {"UpdateExpression": change.update, "Key": _key(pk, sk)}
        if change.values:
            extra["ExpressionAttributeValues"] = encode_item(change.values)
        if change.names:
            extra["ExpressionAttributeNames"] = dict(change.names)
        return Write("Update", self._parameters(change.condition, **extra))

    def deleting(self, pk: str, sk: str, *, condition: str = "attribute_exists(pk)") -> Write:
        """Describe a delete, for a transaction."""
        return Write("Delete", self._parameters(condition, Key=_key(pk, sk)))

    def transact(self, writes: Sequence[Write]) -> bool:
        """Do all of the writes, of any table, or none; False when a condition failed."""
        parts = [{write.kind: dict(write.parameters)} for write in writes]
        done, _ = self._conditional(self._client.transact_write_items, {"TransactItems": parts})
        return done

    def _parameters(self, condition: str, **extra: object) -> dict[str, Any]:
        conditional = {"ConditionExpression": condition} if condition else {}
        return {"TableName": self.name, **conditional, **extra}

    def _conditional(
        self, call: Callable[..., Any], parameters: Mapping[str, Any]
    ) -> tuple[bool, Item | None]:
        from botocore.exceptions import ClientError  # noqa: PLC0415 - lazy, as the clients are

        try:
            answer = self._call(call, **parameters)
        except self._unavailable as exc:
            cause = exc.__cause__
            response: Any = cause.response if isinstance(cause, ClientError) else None
            if response is None or not _is_refusal(response):
                raise
            old = response.get("Item")
            return False, decode_item(old) if old else None
        new = answer.get("Attributes")
        return True, decode_item(new) if new else None

    def _call(self, call: Callable[..., Any], **parameters: Any) -> Any:
        from botocore.exceptions import ClientError  # noqa: PLC0415 - as above

        attempt = 0
        while True:
            attempt += 1
            try:
                return call(**parameters)
            except ClientError as exc:
                if attempt == CONFLICT_ATTEMPTS or not _is_conflict(exc.response):
                    raise self._unavailable(table=self.name) from exc
            except no_answer() as exc:
                raise self._unavailable(table=self.name) from exc
            pause = min(_CONFLICT_SECONDS * 2**attempt, _LONGEST_PAUSE_SECONDS)
            self._clock.sleep(jitter(pause))

    def _pages(self, call: Callable[..., Any], parameters: dict[str, Any]) -> Iterator[Item]:
        while True:
            page = self._call(call, **parameters)
            yield from map(decode_item, page.get("Items", ()))
            if not page.get("LastEvaluatedKey"):
                return
            parameters["ExclusiveStartKey"] = page["LastEvaluatedKey"]


def open_table(
    name: str, *, region: str | None = None, unavailable: type[Unavailable] = StoreUnavailable
) -> Table:
    """Open a table over the shared client of its region."""
    return Table(open_client("dynamodb", region), name, unavailable=unavailable)


def _key(pk: str, sk: str) -> dict[str, Any]:
    return {"pk": encode(pk), "sk": encode(sk)}


def _reasons(response: Mapping[str, Any]) -> set[str]:
    return {reason.get("Code", "None") for reason in response.get("CancellationReasons", ())}


def _is_refusal(response: Mapping[str, Any]) -> bool:
    """Tell a failed condition, alone or in a transaction, from a failed call."""
    code = response["Error"]["Code"]
    return code == f"{_REFUSED}Exception" or _REFUSED in _reasons(response)


def _is_conflict(response: Mapping[str, Any]) -> bool:
    """Tell whether somebody's transaction was in the way, so that another try may work.

    A transaction that conflicted and whose condition failed too is tried again: the conflicting
    one decides what the condition will see.
    """
    return response["Error"]["Code"] in _CONFLICTS or "TransactionConflict" in _reasons(response)
