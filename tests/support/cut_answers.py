"""One answer of a model, whole or as a stream whose texts are cut anywhere."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from hypothesis import strategies as st

from ironcage.gateway import JsonObject, ProviderAnswer, ProviderChunk, Usage
from support.fakes_gateway import a_chunk

SECRET = "ghp_" + "a1B2c3D4e5F6" * 2 + "a1B2c32q49x8"
USAGE = Usage(100, 7, 60, 30)
CONTENT = st.lists(st.sampled_from([*"ab @.1-\n", f" {SECRET} "]), max_size=12).map("".join)
ARGUMENTS = st.dictionaries(st.text("ab", min_size=1), CONTENT, max_size=2).map(json.dumps)
CALLS = st.lists(ARGUMENTS, max_size=3)


def a_call(at: int, name: str = "", *, arguments: str = "", call_id: str = "") -> JsonObject:
    """Write a piece of a tool call as providers do: id and name come with the first one."""
    function = {"name": name, "arguments": arguments} if name else {"arguments": arguments}
    head: JsonObject = {"id": call_id, "type": "function"} if call_id else {}
    return {"tool_calls": [{"index": at, **head, "function": function}]}


@dataclass(frozen=True, slots=True)
class Saying:
    """What a model thinks, says, refuses and calls; `calls` holds the arguments of each."""

    content: str = ""
    calls: Sequence[str] = ()
    reasoning_content: str = ""
    refusal: str = ""

    def answer(self) -> ProviderAnswer:
        """Write it whole."""
        message: JsonObject = {"role": "assistant", "content": None, "refusal": None}
        message |= {name: text for name, text in self._texts() if text}
        if self.calls:
            message["tool_calls"] = [
                {"id": f"call_{at}", "type": "function",
                 "function": {"name": f"tool_{at}", "arguments": arguments}}
                for at, arguments in enumerate(self.calls)
            ]  # fmt: skip
        choice: JsonObject = {"index": 0, "message": message, "finish_reason": self._finish}
        body: JsonObject = {"id": "chatcmpl-1", "created": 1, "model": "m", "choices": [choice]}
        return ProviderAnswer(body, USAGE)

    def stream(self, data: st.DataObject) -> list[ProviderChunk]:
        """Write it as chunks."""
        out = [a_chunk({"role": "assistant", "content": ""})]
        for name, text in self._texts():
            out += [a_chunk({name: piece}) for piece in _cut(text, data)]
        for at, arguments in enumerate(self.calls):
            out.append(a_chunk(a_call(at, f"tool_{at}", call_id=f"call_{at}")))
            out += [a_chunk(a_call(at, arguments=piece)) for piece in _cut(arguments, data)]
        return [*out, a_chunk(finish=self._finish), a_chunk(usage=USAGE)]

    def _texts(self) -> Iterator[tuple[str, str]]:
        yield "reasoning_content", self.reasoning_content
        yield "content", self.content
        yield "refusal", self.refusal

    @property
    def _finish(self) -> str:
        return "tool_calls" if self.calls else "stop"


def _cut(text: str, data: st.DataObject) -> list[str]:
    places = data.draw(st.lists(st.integers(0, len(text)), max_size=4))
    edges = sorted({0, *places, len(text)})
    return [text[a:b] for a, b in pairwise(edges)]
