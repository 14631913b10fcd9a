"""The output firewall on a stream: every string that the client could see passes here (step 8).

Each text of each choice has a scanner of its own, which withholds what is not yet known to be
clean; what is still withheld when a choice finishes goes out with its last chunk.

Where a client reads block after block, a thought ends where speech or its signature begins: its
scanner is told so by a line end, which settles what was withheld and is not sent.
"""

from collections.abc import Callable, Iterator
from typing import cast

from ironcage.core.errors import OutputBlocked
from ironcage.gateway.cleaning import SEALED
from ironcage.gateway.model import JsonObject
from ironcage.gateway.verdicts import TextScanner
from ironcage.gateway.wire.extensions import NAME
from ironcage.gateway.wire.openai import (
    Path,
    VisibleText,
    replace_text,
    sealed_texts,
    visible_texts,
)

Place = tuple[str | int, ...]
THOUGHTS = frozenset({"reasoning_content", "reasoning"})


class ChunkGate:
    """Passes the chunks of one answer; `new_scanner` makes a scanner for a kind of text."""

    def __init__(
        self, new_scanner: Callable[[str], TextScanner], *, is_sequential: bool = False
    ) -> None:
        self._new_scanner = new_scanner
        self._is_sequential = is_sequential
        self._thinking: set[object] = set()
        self._scanners: dict[int, dict[Place, TextScanner]] = {}
        self._finished: list[TextScanner] = []
        self.sealed = 0

    def pass_chunk(self, chunk: JsonObject) -> bool:
        """Scan a chunk in place; False when nothing of it is left to send.

        Raises:
            OutputBlocked: the policy blocks what was found.
            FirewallUnavailable: a detector could not answer.
        """
        choices = cast("list[JsonObject]", chunk["choices"])
        spoke: set[object] = set()
        for found in visible_texts(chunk):
            choice = choices[cast("int", found.path[1])]
            scanner = self._scanner_for(choice, found)
            replace_text(chunk, found.path, scanner.feed(found.text))
            if self._is_sequential:
                (self._thinking if found.kind == "reasoning" else spoke).add(choice["index"])
        for choice in choices:
            self._check_sealed(choice)
            if choice["index"] in self._thinking and (choice["index"] in spoke or NAME in choice):
                self._end_thoughts(choice)
            if choice.get("finish_reason") is not None:
                self._add_tails(choice)
        # A sequential stream has a place for what other formats have no word for.
        return any(
            _says_something(choice) or (self._is_sequential and NAME in choice)
            for choice in choices
        )

    def finish(self, chunk: JsonObject) -> bool:
        """Fill a chunk with all that is still withheld; False when there is nothing."""
        choices: list[JsonObject] = [
            {"index": at, "delta": {}, "logprobs": None, "finish_reason": None}
            for at in sorted(self._scanners)
        ]
        for choice in choices:
            self._add_tails(choice)
        chunk["choices"] = choices
        return any(_says_something(choice) for choice in choices)

    def scanners(self) -> Iterator[TextScanner]:
        """List every scanner that was used."""
        yield from self._finished
        for used in self._scanners.values():
            yield from used.values()

    def _scanner_for(self, choice: JsonObject, found: VisibleText) -> TextScanner:
        used = self._scanners.setdefault(cast("int", choice["index"]), {})
        place = _place(choice, found.path)
        if place not in used:
            used[place] = self._new_scanner(found.kind)
        return used[place]

    def _check_sealed(self, choice: JsonObject) -> None:
        """Scan what a provider sealed: it comes whole, and is of use only unchanged."""
        for text in sealed_texts(choice):
            scanner = self._new_scanner(SEALED)
            self._finished.append(scanner)
            self.sealed += 1
            if scanner.feed(text) + scanner.finish() != text:
                raise OutputBlocked()

    def _end_thoughts(self, choice: JsonObject) -> None:
        index, delta = cast("int", choice["index"]), cast("JsonObject", choice["delta"])
        self._thinking.discard(index)
        for place, scanner in self._scanners[index].items():
            if place[0] in THOUGHTS and (tail := scanner.feed("\n").removesuffix("\n")):
                _append(delta, place, tail)

    def _add_tails(self, choice: JsonObject) -> None:
        used = self._scanners.pop(cast("int", choice["index"]), {})
        delta = cast("JsonObject", choice["delta"])
        for place, scanner in used.items():
            if tail := scanner.finish():
                _append(delta, place, tail)
            self._finished.append(scanner)


def _place(choice: JsonObject, path: Path) -> Place:
    """Name a text within its choice; a tool call goes by its own index, not by its position."""
    place = path[3:]
    if place[0] != "tool_calls":
        return place
    calls = cast("JsonObject", choice["delta"])["tool_calls"]
    at = cast("int", place[1])
    index = cast("list[JsonObject]", calls)[at].get("index", at)
    return ("tool_calls", cast("int", index), *place[2:])


def _append(delta: JsonObject, place: Place, tail: str) -> None:
    """Put a withheld text at the end of what a delta says at its place."""
    if place[0] == "tool_calls":
        calls = cast("list[JsonObject]", delta.setdefault("tool_calls", []))
        call = next((c for c in calls if c.get("index") == place[1]), None)
        if call is None:
            call = {"index": place[1]}
            calls.append(call)
        delta, name = cast("JsonObject", call.setdefault("function", {})), str(place[-1])
    elif len(place) == 1:
        name = str(place[0])
    else:
        return
    delta[name] = f"{delta.get(name) or ''}{tail}"


def _says_something(choice: JsonObject) -> bool:
    delta = cast("JsonObject", choice["delta"])
    return choice.get("finish_reason") is not None or any(delta.values())
