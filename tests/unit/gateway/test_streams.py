"""A stream is relayed, scanned on the way, and charged however it ends."""

import json

import pytest

from ironcage.core.errors import ProviderUnavailable
from ironcage.gateway import Head, ProviderChunk, Usage
from support.builders_budgets import KEY
from support.fakes_gateway import (
    MODEL,
    GatewayRig,
    Response,
    ScriptedChat,
    a_body,
    a_chunk,
    a_stream,
    a_view,
)

SECRET = "ghp_" + "a1B2c3D4e5F6" * 2 + "a1B2c32q49x8"


def a_rig(*steps: object) -> GatewayRig:
    return GatewayRig(ScriptedChat(*(steps or (a_stream("Hel", "lo."),))))  # type: ignore[arg-type]


def said(answer: Response, name: str = "content") -> str:
    choices = [c for e in answer.events() if "choices" in e for c in e["choices"]]  # type: ignore[attr-defined]
    return "".join(choice["delta"].get(name) or "" for choice in choices)


def arguments(answer: Response) -> str:
    choices = [c for e in answer.events() if "choices" in e for c in e["choices"]]  # type: ignore[attr-defined]
    calls = [call for c in choices for call in c["delta"].get("tool_calls") or []]
    return "".join(call.get("function", {}).get("arguments") or "" for call in calls)


def test_stream_is_relayed_under_our_model_name_and_ends_with_the_closing_word() -> None:
    answer = a_rig().ask(a_body(stream=True))

    assert answer.headers["content-type"] == "text/event-stream"
    assert said(answer) == "Hello."
    assert {event["model"] for event in answer.events()} == {MODEL}
    assert answer.data.endswith(b"data: [DONE]\n\n")


def test_stream_is_settled_at_the_providers_count() -> None:
    rig = a_rig(a_stream("Hello.", usage=Usage(1_000, 100)))

    rig.ask(a_body(stream=True))

    pot = rig.ledger.read(KEY)
    assert (pot.spent, pot.held) == (210, 0)
    assert rig.records.records[0]["outcome"] == "answered"


def test_usage_is_sent_only_to_who_asked_for_it() -> None:
    without = a_rig().ask(a_body(stream=True))
    asked = a_rig().ask(a_body(stream=True, stream_options={"include_usage": True}))

    assert all("usage" not in event for event in without.events())
    last = asked.events()[-1]
    assert last["choices"] == []
    assert last["usage"]["total_tokens"] == 16  # type: ignore[index]


@pytest.mark.parametrize("at", range(1, len(SECRET)))
def test_secret_is_never_emitted_wherever_it_is_split(at: int) -> None:
    stream = a_stream("Use ", SECRET[:at], SECRET[at:], " now.")

    answer = a_rig(stream).ask(a_body(stream=True))

    assert said(answer) == "Use [REDACTED:SECRET] now."


def test_each_choice_is_scanned_on_its_own() -> None:
    pieces = [SECRET[:20], SECRET[20:]]
    stream = [a_chunk({"content": p}, index=i) for p in pieces for i in (0, 1)]
    closing = [a_chunk({}, finish="stop", index=i) for i in (0, 1)]

    answer = a_rig([*stream, *closing, a_chunk(usage=Usage(5, 5))]).ask(a_body(stream=True, n=2))

    assert SECRET not in answer.data.decode()
    assert said(answer) == "[REDACTED:SECRET]" * 2


@pytest.mark.parametrize("name", ["refusal", "reasoning_content"])
def test_every_text_of_a_delta_is_scanned(name: str) -> None:
    stream = [
        a_chunk({name: f"It is {SECRET} ok"}),
        a_chunk(finish="stop"),
        a_chunk(usage=Usage(1, 1)),
    ]

    answer = a_rig(stream).ask(a_body(stream=True))

    assert said(answer, name) == "It is [REDACTED:SECRET] ok"


def test_tool_arguments_are_redacted_inside_json_that_still_parses() -> None:
    text = json.dumps({"note": f"line\none {SECRET}", "quoted": 'say "hi"'})
    first = {
        "index": 0,
        "id": "call_1",
        "type": "function",
        "function": {"name": "f", "arguments": ""},
    }
    parts = [
        a_chunk({"tool_calls": [{"index": 0, "function": {"arguments": text[i : i + 7]}}]})
        for i in range(0, len(text), 7)
    ]
    stream = [a_chunk({"tool_calls": [first]}), *parts, a_chunk(finish="tool_calls"),
              a_chunk(usage=Usage(1, 1))]  # fmt: skip

    answer = a_rig(stream).ask(a_body(stream=True))

    assert json.loads(arguments(answer)) == {
        "note": "line\none [REDACTED:SECRET]",
        "quoted": 'say "hi"',
    }


def test_blocked_stream_ends_with_an_error_event_and_is_charged() -> None:
    rig = a_rig(a_stream("Here: ", SECRET, " done"))
    rig.directory.current = a_view(policy={"preset": "strict"})

    answer = rig.ask(a_body(stream=True))

    assert answer.events()[-1]["error"]["code"] == "OUTPUT_BLOCKED"  # type: ignore[index]
    assert SECRET not in answer.data.decode()
    assert b"[DONE]" not in answer.data
    record = rig.records.records[0]
    assert (record["outcome"], record["error_code"]) == ("broken", "OUTPUT_BLOCKED")
    assert rig.ledger.read(KEY).spent > 0
    assert rig.ledger.read(KEY).held == 0


def test_stream_that_breaks_ends_with_an_error_event_and_is_charged_for_what_came() -> None:
    rig = a_rig([a_chunk({"content": "Hello"}), ProviderUnavailable(sent=True)])

    answer = rig.ask(a_body(stream=True))

    assert answer.status == 200
    assert answer.events()[-1]["error"]["code"] == "PROVIDER_UNAVAILABLE"  # type: ignore[index]
    record = rig.records.records[0]
    assert record["is_usage_estimated"] is True
    assert record["usage"]["output_tokens"] == 5  # type: ignore[index]
    assert rig.ledger.read(KEY).held == 0


def test_stream_that_never_began_can_still_go_to_the_next_provider() -> None:
    rig = a_rig(ProviderUnavailable(sent=False), a_stream("Hello."))
    rig.directory.current = a_view(*[rig.directory.current.providers[0]] * 2)

    answer = rig.ask(a_body(stream=True))

    assert said(answer) == "Hello."


def test_reader_who_hangs_up_stops_the_provider_and_pays_for_what_came() -> None:
    rig = a_rig(a_stream(*["word "] * 50))
    events = rig.gateway.answer(rig.call(a_body(stream=True)))

    assert isinstance(next(events), Head)
    for _ in range(5):
        next(events)
    events.close()  # type: ignore[attr-defined]  # a generator, as the runtime sees it

    record = rig.records.records[0]
    assert rig.chat.hung_up == 1
    assert record["outcome"] == "broken"
    assert 0 < record["cost_micros"] < record["held_micros"]  # type: ignore[operator]
    assert rig.ledger.read(KEY).held == 0


def test_text_withheld_at_the_end_is_released_when_a_choice_never_finishes() -> None:
    stream: list[ProviderChunk] = [a_chunk({"content": "see ghp_"}), a_chunk(usage=Usage(1, 1))]

    answer = a_rig(stream).ask(a_body(stream=True))

    assert said(answer) == "see ghp_"


def test_extensions_of_another_wire_are_not_sent() -> None:
    last = a_chunk(finish="stop")
    last.body["choices"][0]["extensions"] = {"stop_sequence": "END"}  # type: ignore[index]

    answer = a_rig([a_chunk({"content": "Hi."}), last]).ask(a_body(stream=True))

    assert said(answer) == "Hi."
    assert b"extensions" not in answer.data
