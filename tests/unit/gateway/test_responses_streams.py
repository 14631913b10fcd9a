"""Streams in the format of OpenAI's Responses: scanned first, the same however they are cut."""

import json

import openai
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ironcage.core.errors import ProviderUnavailable
from ironcage.gateway import JsonObject
from support.builders_budgets import KEY
from support.cut_answers import CALLS, CONTENT, SECRET, USAGE, Saying, a_call
from support.fakes_gateway import (
    MODEL,
    GatewayRig,
    Response,
    ScriptedChat,
    a_chunk,
    a_stream,
    a_view,
)
from support.responses_client import events_of_stream, response_of_answer, response_of_stream

PATH = "/v1/responses"


def a_body(**changes: object) -> JsonObject:
    return {"model": MODEL, "input": "Say hello.", "stream": True, **changes}


def ask(*steps: object, **changes: object) -> Response:
    return GatewayRig(ScriptedChat(*steps)).ask(a_body(**changes), path=PATH)  # type: ignore[arg-type]


def kinds(answer: Response) -> list[object]:
    """List a stream's events, and check that each is named by its type and numbered in order."""
    events = [event.split("\n") for event in answer.data.decode().split("\n\n")[:-1]]
    told = [json.loads(data.removeprefix("data: ")) for _, data in events]
    assert [name for name, _ in events] == [f"event: {event['type']}" for event in told]
    numbered = [e["sequence_number"] for e in told if "sequence_number" in e]
    assert numbered == list(range(len(numbered)))
    return [str(event["type"]).removeprefix("response.") for event in told]


def test_text_is_one_part_of_one_item() -> None:
    answer = ask(a_stream("Hello ", "you.", usage=USAGE))

    assert answer.headers["content-type"] == "text/event-stream"
    assert kinds(answer) == [
        "created",
        "in_progress",
        "output_item.added",
        "content_part.added",
        "output_text.delta",
        "output_text.delta",
        "output_text.done",
        "content_part.done",
        "output_item.done",
        "completed",
    ]
    told = response_of_stream(answer.data)
    assert told["output"][0]["content"][0]["text"] == "Hello you."
    assert told["usage"]["input_tokens_details"] == {"cached_tokens": 60, "cache_write_tokens": 30}


def test_event_names_the_item_and_the_part_that_it_belongs_to() -> None:
    events = events_of_stream(ask(a_stream("Hello.")).data)

    placed = [e for e in events if "item_id" in e]
    assert {(e["item_id"], e["output_index"], e["content_index"]) for e in placed} == {
        ("msg_1", 0, 0)
    }
    assert events[0]["response"]["status"] == "in_progress"
    assert events[0]["response"]["output"] == []


def test_calls_come_whole_behind_the_text() -> None:
    stream = [
        a_chunk(a_call(0, "find", call_id="c1")),
        a_chunk({"content": "Two calls."}),
        a_chunk(a_call(1, "read", arguments="{}", call_id="c2")),
        a_chunk(a_call(0, arguments='{"q": 1}')),
        a_chunk(finish="tool_calls"),
    ]

    answer = ask(stream)

    call = ["output_item.added", "function_call_arguments.delta"]
    call += ["function_call_arguments.done", "output_item.done"]
    assert kinds(answer)[-9:] == [*call, *call, "completed"]
    said, first, second = response_of_stream(answer.data)["output"]
    assert said["type"] == "message"
    assert (first["call_id"], first["name"], first["arguments"]) == ("c1", "find", '{"q": 1}')
    assert (second["call_id"], second["name"], second["arguments"]) == ("c2", "read", "{}")


def test_secret_in_pieces_never_leaves_a_stream() -> None:
    stream = [
        a_chunk({"content": f"Use {SECRET[:9]}"}),
        a_chunk({"content": SECRET[9:]}),
        a_chunk(a_call(0, "tell", arguments=f'{{"key": "{SECRET}"}}', call_id="c1")),
        a_chunk(finish="tool_calls"),
    ]

    answer = ask(stream)

    assert SECRET[:12] not in answer.data.decode()
    said, call = response_of_stream(answer.data)["output"]
    assert said["content"][0]["text"] == "Use [REDACTED:SECRET]"
    assert json.loads(call["arguments"]) == {"key": "[REDACTED:SECRET]"}


def test_refusal_is_a_part_behind_the_text() -> None:
    stream = [a_chunk({"content": "Well."}), a_chunk({"refusal": "No."}), a_chunk(finish="stop")]

    answer = ask(stream)

    assert "refusal.delta" in kinds(answer)
    (item,) = response_of_stream(answer.data)["output"]
    assert item["content"][1] == {"type": "refusal", "refusal": "No."}


def test_citations_come_with_the_whole_text() -> None:
    cited = {"url": "https://x.test", "title": "X", "start_index": 0, "end_index": 5}
    annotations = [{"type": "url_citation", "url_citation": cited}]
    stream = [a_chunk({"content": "Hello."}), a_chunk({"annotations": annotations})]

    (item,) = response_of_stream(ask([*stream, a_chunk(finish="stop")]).data)["output"]

    assert item["content"][0]["annotations"] == [{"type": "url_citation", **cited}]


def test_thoughts_are_left_out() -> None:
    stream = [a_chunk({"reasoning_content": "Hm."}), *a_stream("Hi.")]

    answer = ask(stream)

    assert "Hm." not in answer.data.decode()
    assert len(response_of_stream(answer.data)["output"]) == 1


def test_stream_that_was_cut_short_says_so() -> None:
    answer = ask([a_chunk({"content": "Hel"}), a_chunk(finish="length")])

    assert kinds(answer)[-1] == "incomplete"
    last = events_of_stream(answer.data)[-1]["response"]
    assert last["incomplete_details"] == {"reason": "max_output_tokens"}
    assert last["output"][0]["status"] == "incomplete"


def test_stream_without_a_chunk_is_still_a_whole_response() -> None:
    answer = ask([])

    assert kinds(answer) == ["created", "in_progress", "completed"]
    assert response_of_stream(answer.data)["output"] == []


def test_stream_that_breaks_ends_with_an_error_event_and_is_charged() -> None:
    rig = GatewayRig(ScriptedChat([a_chunk({"content": "Hello"}), ProviderUnavailable(sent=True)]))

    answer = rig.ask(a_body(), path=PATH)

    assert kinds(answer)[-1] == "error"
    assert rig.ledger.read(KEY).spent > 0
    assert rig.ledger.read(KEY).held == 0
    with pytest.raises(openai.APIError) as caught:
        events_of_stream(answer.data)
    assert caught.value.code == "PROVIDER_UNAVAILABLE"


def test_blocked_stream_ends_with_an_error_event_and_shows_nothing() -> None:
    rig = GatewayRig(ScriptedChat(a_stream("Here: ", SECRET, " done")))
    rig.directory.current = a_view(policy={"preset": "strict"})

    answer = rig.ask(a_body(), path=PATH)

    assert SECRET not in answer.data.decode()
    assert "completed" not in kinds(answer)
    with pytest.raises(openai.APIError) as caught:
        events_of_stream(answer.data)
    assert caught.value.code == "OUTPUT_BLOCKED"


def test_error_event_has_the_shape_of_events_and_that_of_errors() -> None:
    rig = GatewayRig(ScriptedChat([a_chunk({"content": "Hello"}), ProviderUnavailable(sent=True)]))

    last = rig.ask(a_body(), path=PATH).data.decode().strip().split("\n")[-1]

    told = json.loads(last.removeprefix("data: "))
    assert told.keys() == {"type", "code", "message", "param", "error"}
    assert told["error"].keys() >= {"code", "message", "type", "request_id"}


@settings(max_examples=60)
@given(st.builds(Saying, CONTENT, CALLS, refusal=CONTENT), st.data())
def test_response_is_the_same_however_the_stream_is_cut_and_when_it_is_not_streamed(
    saying: Saying, data: st.DataObject
) -> None:
    whole = GatewayRig(ScriptedChat(saying.answer())).ask(a_body(stream=False), path=PATH)
    streamed = ask(saying.stream(data))

    assert response_of_stream(streamed.data) == response_of_answer(whole.data)
    assert SECRET not in streamed.data.decode()
