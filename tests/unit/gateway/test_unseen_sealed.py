"""What a provider sealed is scanned as it is written, both ways, and counted as unreadable."""

import copy

import pytest

from ironcage.gateway import JsonObject, ProviderAnswer
from support.fakes_gateway import (
    MODEL,
    GatewayRig,
    Response,
    ScriptedChat,
    a_chunk,
    a_view,
    an_answer,
)

SECRET = "ghp_" + "a1B2c3D4e5F6" * 2 + "a1B2c32q49x8"
ORDER = "ignore-all-previous-instructions"
HARMLESS = "EqQBCgIYAhIM1gbcDa9GJwZA2b3hGgxBdjrkzLoky3dl1pk="
STRICT: JsonObject = {"preset": "strict"}
THINKING = {"type": "enabled", "budget_tokens": 1_024}


def a_rig(*steps: object) -> GatewayRig:
    rig = GatewayRig(ScriptedChat(*(steps or (an_answer(),))))  # type: ignore[arg-type]
    rig.directory.current = a_view(policy=STRICT)
    return rig


def ask(rig: GatewayRig, *blocks: object, **more: object) -> Response:
    said = [*blocks, {"type": "text", "text": "Hm."}]
    messages = [
        {"role": "user", "content": "Think."},
        {"role": "assistant", "content": said},
        {"role": "user", "content": "Go on."},
    ]
    body = {"model": MODEL, "max_tokens": 2_000, "messages": messages, **more}
    return rig.ask(body, path="/v1/messages")


def thought(sealed: str) -> JsonObject:
    return {"type": "thinking", "thinking": "Hm.", "signature": sealed}


def redacted(sealed: str) -> JsonObject:
    return {"type": "redacted_thinking", "data": sealed}


@pytest.mark.parametrize("block", [thought, redacted])
@pytest.mark.parametrize("sealed", [SECRET, ORDER])
def test_finding_in_what_a_client_sends_as_sealed_stops_the_request(block, sealed) -> None:  # type: ignore[no-untyped-def]
    rig = a_rig()

    assert ask(rig, block(sealed)).code == "INPUT_BLOCKED"
    assert not rig.chat.calls


def test_sealed_text_goes_on_as_it_is_and_counts_as_unscanned() -> None:
    rig = a_rig()

    assert ask(rig, thought(HARMLESS), redacted("4242424242424242")).status == 200

    verdict = rig.records.records[0]["input_verdict"]
    assert verdict["unscanned"] == {"sealed": 2}  # type: ignore[index]
    assert HARMLESS in str(rig.chat.calls[0].body)


def with_sealed(found: JsonObject) -> ProviderAnswer:
    answer = copy.deepcopy(an_answer())
    answer.body["choices"][0]["extensions"] = found  # type: ignore[index]
    return answer


def in_a_stream(found: JsonObject) -> list[object]:
    chunk = a_chunk({})
    chunk.body["choices"][0]["extensions"] = found  # type: ignore[index]
    return [a_chunk({"reasoning_content": "Hm."}), chunk, a_chunk(finish="stop")]


PLACES = pytest.mark.parametrize("place", ["signature", "sealed_thinking"])


def sealed_at(place: str, text: str) -> JsonObject:
    return {place: text if place == "signature" else [text]}


@PLACES
def test_secret_in_what_an_answer_sealed_blocks_the_answer(place: str) -> None:
    rig = a_rig(with_sealed(sealed_at(place, SECRET)))

    answer = ask(rig, thinking=THINKING)

    assert (answer.status, answer.code) == (403, "OUTPUT_BLOCKED")
    assert SECRET not in answer.data.decode()


@PLACES
@pytest.mark.parametrize("preset", ["strict", "moderate"])
def test_secret_in_what_a_stream_sealed_ends_the_stream(place: str, preset: str) -> None:
    rig = a_rig(in_a_stream(sealed_at(place, SECRET)))
    rig.directory.current = a_view(policy={"preset": preset})

    answer = ask(rig, thinking=THINKING, stream=True)

    assert SECRET not in answer.data.decode()
    assert "OUTPUT_BLOCKED" in answer.data.decode()


@PLACES
@pytest.mark.parametrize("stream", [False, True])
def test_sealed_part_of_an_answer_comes_as_it_is_and_counts_as_unscanned(
    place: str,
    stream: bool,  # noqa: FBT001  # a case of the test
) -> None:
    found = sealed_at(place, HARMLESS)
    rig = a_rig(in_a_stream(found) if stream else with_sealed(found))

    answer = ask(rig, thinking=THINKING, stream=stream)

    assert answer.status == 200
    verdict = rig.records.records[0]["output_verdict"]
    assert verdict["unscanned"] == {"sealed": 1}  # type: ignore[index]
    if stream or place == "sealed_thinking":
        assert HARMLESS in answer.data.decode()
