"""What the functions ask of DynamoDB, told by their own client in the words of IAM."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from ironcage.adapters.clients import open_client

Call = tuple[str, str]
_EVENT = "provide-client-params.dynamodb"
_TRANSACTIONS = {"TransactGetItems", "TransactWriteItems"}


@contextmanager
def recorded_calls() -> Iterator[set[Call]]:
    """Collect `(table, action)` of all that the functions call; seeds use a client of their own."""
    calls: set[Call] = set()

    def note(*, params: Mapping[str, Any], model: Any, **_: object) -> None:
        calls.update(_judged(model.name, params))

    events = open_client("dynamodb").meta.events
    events.register(_EVENT, note)
    try:
        yield calls
    finally:
        events.unregister(_EVENT, note)


def _judged(operation: str, params: Mapping[str, Any]) -> Iterator[Call]:
    """Name the actions that IAM judges: those of its parts, for a transaction."""
    if operation not in _TRANSACTIONS:
        table = params["TableName"]
        index = params.get("IndexName")
        yield f"{table}_{index}" if index else table, f"dynamodb:{operation}"
        return
    for part in params["TransactItems"]:
        for kind, parameters in part.items():
            yield parameters["TableName"], f"dynamodb:{kind}Item"
