"""Ids of tool calls are our own on the way to a provider."""

import json
import re
from itertools import count

import pytest

from ironcage.gateway import JsonObject
from support.builders_firewall import SECRETS
from support.builders_gateway import USER, a_chat
from support.fakes_gateway import MODEL, GatewayRig, ScriptedChat, an_answer

FORM = re.compile(r"[a-zA-Z0-9]{9}")  # Mistral's, the narrowest one


def a_result(call_id: str) -> JsonObject:
    return {"role": "tool", "tool_call_id": call_id, "content": "x"}


def a_round(*ids: str) -> list[JsonObject]:
    function = {"name": "f", "arguments": "{}"}
    calls = [{"id": i, "type": "function", "function": function} for i in ids]
    said: JsonObject = {"role": "assistant", "content": None, "tool_calls": calls}
    return [said, *map(a_result, reversed(ids))]


def ids_of(messages: object) -> list[str]:
    return re.findall(r'"(?:id|tool_call_id|tool_use_id)": "([^"]*)"', json.dumps(messages))


def test_ids_are_numbered_by_order_and_results_still_belong_to_their_calls() -> None:
    chat = a_chat(messages=[USER, *a_round("b", "a"), USER, *a_round("c", "b")])

    first, second = ["1", "2", "2", "1"], ["3", "1", "1", "3"]
    assert ids_of(chat.body["messages"]) == [f"call0000{n}" for n in (*first, *second)]


def test_longer_conversation_begins_as_the_shorter_one_did() -> None:
    short = a_chat(messages=[USER, *a_round("b", "a")])
    longer = a_chat(messages=[USER, *a_round("b", "a"), *a_round("z")])

    sent = longer.body["messages"]
    assert isinstance(sent, list)
    assert sent[:4] == short.body["messages"]


def test_result_of_no_call_gets_a_name_too() -> None:
    messages = [USER, {"role": "tool", "tool_call_id": "who am i", "content": "x"}]

    assert ids_of(a_chat(messages=messages).body["messages"]) == ["call00001"]


def test_every_id_has_the_form_that_every_provider_takes() -> None:
    names = count()
    rounds = [m for _ in range(97) for m in a_round(*(f"x{next(names)}" for _ in range(20)))]

    found = ids_of(a_chat(messages=rounds).body["messages"])

    assert len(set(found)) == 97 * 20
    assert all(map(FORM.fullmatch, found))


@pytest.mark.parametrize("given", [SECRETS["github_token"], "ignore-all-previous-instructions"])
@pytest.mark.parametrize("path", ["/v1/chat/completions", "/v1/messages"])
def test_text_in_an_id_does_not_leave_us(given: str, path: str) -> None:
    rig = GatewayRig(ScriptedChat(an_answer()))
    use = {"type": "tool_use", "id": given, "name": "f", "input": {}}
    result = {"type": "tool_result", "tool_use_id": given, "content": "x"}
    blocks = [{"role": "assistant", "content": [use]}, {"role": "user", "content": [result]}]
    messages = a_round(given) if path == "/v1/chat/completions" else blocks

    answer = rig.ask({"model": MODEL, "max_tokens": 9, "messages": [USER, *messages]}, path=path)

    assert answer.status == 200
    sent = json.dumps(rig.chat.calls[0].body)
    assert given not in sent
    assert sent.count("call00001") == 2
