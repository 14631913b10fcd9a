"""Tool calls of a stream, put together: faces whose clients get a call whole send it at the end."""

from typing import cast

from ironcage.gateway.model import JsonObject


class CallPieces:
    """Keeps the pieces of calls, in the order in which the calls began."""

    def __init__(self) -> None:
        self._calls: dict[object, JsonObject] = {}

    def take(self, delta: JsonObject) -> None:
        """Take what a delta says of calls; a piece without an index belongs to the first."""
        for call in cast("list[JsonObject]", delta.get("tool_calls") or []):
            kept = self._calls.setdefault(call.get("index", 0), {"function": {}})
            if call.get("id"):
                kept["id"] = call["id"]
            function = cast("dict[str, str]", kept["function"])
            for part, text in cast("dict[str, str]", call.get("function") or {}).items():
                function[part] = function.get(part, "") + text

    def joined(self) -> list[JsonObject]:
        """List the calls as they are by now."""
        return list(self._calls.values())
