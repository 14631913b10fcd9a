"""A bug of ours after a request was sent: the provider was paid, so the hold stays."""

import json
from collections.abc import Sequence

import pytest

from gateway.handler import guarded
from ironcage.core import RequestId
from ironcage.core.errors import ProviderUnavailable
from ironcage.gateway import ProviderChunk
from support.builders_budgets import KEY
from support.fakes_gateway import (
    CHAT,
    EMBED,
    EMBEDDER,
    GatewayRig,
    Response,
    ScriptedChat,
    ScriptedEmbedder,
    Step,
    a_body,
    a_chunk,
    a_provider,
    a_view,
    an_answer,
    collect,
)
from support.fakes_routing import a_routed_rig, reasons

BUG = TypeError("unhashable type")
MESSAGES = "/v1/messages"
EMBEDDING = {"model": EMBEDDER, "input": "A text."}
BROKEN: Sequence[ProviderChunk | Exception] = [a_chunk({"content": "Hello. " * 50}), BUG]


def a_rig(step: Step = BUG) -> GatewayRig:
    rig = GatewayRig(ScriptedChat(step), embedder=ScriptedEmbedder(BUG))
    if step is BUG:
        rig.directory.current = a_view(
            a_provider(models={EMBEDDER: EMBEDDER, "gpt-4o-mini": "gpt-4o-mini"})
        )
    return rig


def ask(rig: GatewayRig, body: object, path: str = CHAT) -> Response:
    """Ask as the function does: behind the edge that catches bugs."""
    call = rig.call(body, path=path)
    return collect(
        guarded(lambda: rig.gateway.answer(call), path=path, request_id=RequestId("req_000001"))
    )


@pytest.mark.parametrize(
    ("body", "path"),
    [(a_body(), CHAT), (a_body(stream=True), CHAT), (EMBEDDING, EMBED)],
    ids=["whole", "stream", "embeddings"],
)
def test_bug_after_the_request_was_sent_keeps_the_hold_until_it_is_presumed(
    body: object, path: str
) -> None:
    rig = a_rig()

    answer = ask(rig, body, path)

    held = rig.ledger.read(KEY).held
    assert (answer.status, answer.code) == (500, "INTERNAL_ERROR")
    [record] = rig.records.records
    assert (record["outcome"], record["held_micros"], record["cost_micros"]) == ("unknown", 0, 0)
    assert reasons(rig) == ["crashed"]
    assert held > 0
    rig.clock.sleep(200)
    assert [p.amount for p in rig.ledger.reap()] == [held]
    assert rig.ledger.read(KEY).spent == held


def test_bug_is_not_answered_by_another_provider() -> None:
    rig = a_routed_rig(one=[BUG], two=[an_answer()])

    ask(rig, a_body())

    assert [call.provider.provider_id for call in rig.chat.calls] == ["ip_one_001"]


def test_refusal_before_a_bug_does_not_hide_it() -> None:
    rig = a_routed_rig(one=[ProviderUnavailable(sent=False)], two=[BUG])

    ask(rig, a_body())

    assert rig.records.records[0]["outcome"] == "unknown"
    assert rig.ledger.read(KEY).held > 0


def test_bug_before_anything_is_sent_gives_the_hold_back() -> None:
    rig = a_rig()
    rig.directory.current = a_view(a_provider())
    rig.vault.crash = BUG

    answer = ask(rig, a_body())

    assert answer.code == "INTERNAL_ERROR"
    assert rig.chat.calls == []
    assert (rig.ledger.read(KEY).held, rig.ledger.read(KEY).spent) == (0, 0)


@pytest.mark.parametrize(
    ("path", "start"),
    [(CHAT, b"data: "), (MESSAGES, b"event: error\ndata: ")],
    ids=["openai", "anthropic"],
)
def test_bug_in_mid_stream_ends_it_with_the_error_event_of_its_format(
    path: str, start: bytes
) -> None:
    rig = a_rig(BROKEN)

    answer = ask(rig, a_body(stream=True, max_tokens=9), path)

    last = answer.data.rstrip().rpartition(b"\n\n")[2]
    assert answer.status == 200
    assert b"Hello" in answer.data
    assert last.startswith(start)
    assert b"unhashable" not in answer.data
    told = json.loads(last.removeprefix(start))
    assert told["error"]["code"] == "INTERNAL_ERROR"
    assert "req_000001" in json.dumps(told)


def test_bug_in_mid_stream_keeps_the_hold_even_if_a_count_came_before() -> None:
    rig = a_rig([*BROKEN[:1], a_chunk(usage=an_answer().usage), BUG])

    ask(rig, a_body(stream=True))

    [record] = rig.records.records
    assert (record["outcome"], record["cost_micros"]) == ("unknown", 0)
    assert rig.ledger.read(KEY).held > 0


def test_bug_after_a_whole_answer_adds_nothing_to_it() -> None:
    rig = a_rig(an_answer("Hello."))
    rig.observer.crash = BUG

    answer = ask(rig, a_body())

    assert answer.status == 200
    assert answer.json["object"] == "chat.completion"
    assert rig.ledger.read(KEY).held == 0
