"""Every chat adapter keeps one contract, each against a scripted provider that speaks its wire."""

from collections.abc import Generator, Iterator
from typing import cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ironcage.core.errors import (
    DeadlineExceeded,
    IronCageError,
    ProviderLimited,
    ProviderRejected,
    ProviderUnavailable,
)
from ironcage.gateway import ProviderChunk, Usage
from ironcage.tenancy import ProviderKind
from support.builders_gateway import USER, WEATHER_TOOL
from support.images import an_image_part
from support.provider_scripts import Counts, Script
from support.wires import SECRET, WIRES, Told, Wire, open_wire

HTTP_WIRES = (ProviderKind.OPENAI, ProviderKind.ANTHROPIC)
ARGUMENTS = '{"city": "Paris"}'
CALLS = tuple((f"call_scripted_{n}", "get_weather", ARGUMENTS) for n in (1, 2, 3))
COUNTS = Counts(fresh=10, output=20, cached=300, written=4_000)
USAGE = Usage(4_310, 20, cached_tokens=300, cache_write_tokens=4_000)
RICH = Script(thought="Hm, Zürich…", text="Grüezi 🙂 from the model.", counts=COUNTS)
RICH_TOLD = Told("Grüezi 🙂 from the model.", "Hm, Zürich…", usage=USAGE)


@pytest.fixture(scope="module", params=WIRES, ids=lambda kind: kind.value)
def wire(request: pytest.FixtureRequest) -> Iterator[Wire]:
    with open_wire(request.param) as opened:
        yield opened


@pytest.fixture(params=[False, True], ids=["whole", "streamed"])
def is_stream(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


def ask(wire: Wire, script: Script, *, is_stream: bool, **options: object) -> Told:
    """Ask whole or streamed."""
    send = wire.streamed if is_stream else wire.whole
    return send(script, **options)  # type: ignore[arg-type]  # options of either


def refused(wire: Wire, script: Script, *, is_stream: bool, **options: object) -> IronCageError:
    """Ask and be refused; what a refusal says never holds the key."""
    with pytest.raises(IronCageError) as caught:
        ask(wire, script, is_stream=is_stream, **options)
    assert SECRET not in str(caught.value.details)
    return caught.value


def test_answer_comes_back_with_all_that_it_says(wire: Wire, *, is_stream: bool) -> None:
    assert ask(wire, RICH, is_stream=is_stream) == RICH_TOLD


@pytest.mark.parametrize("count", [1, 3], ids=["one call", "parallel calls"])
def test_tool_calls_come_back_in_order(wire: Wire, *, is_stream: bool, count: int) -> None:
    script = Script(tool="get_weather", calls=count, counts=COUNTS)

    told = ask(wire, script, is_stream=is_stream, tools=[WEATHER_TOOL])

    assert told == Told(calls=CALLS[:count], finish="tool_calls", usage=USAGE)


def test_results_of_tools_are_understood(wire: Wire, *, is_stream: bool) -> None:
    calls = [
        {"id": i, "type": "function", "function": {"name": name, "arguments": arguments}}
        for i, name, arguments in CALLS
    ]
    results = [{"role": "tool", "tool_call_id": i, "content": "21 degrees"} for i, *_ in CALLS]
    messages = [USER, {"role": "assistant", "tool_calls": calls}, *results]
    script = Script(tool="get_weather", text="Warm.", counts=COUNTS)

    told = ask(wire, script, is_stream=is_stream, messages=messages, tools=[WEATHER_TOOL])

    assert told == Told("Warm.", usage=USAGE)


def test_image_reaches_the_model(wire: Wire) -> None:
    content = [{"type": "text", "text": "What is this?"}, an_image_part()]

    told = wire.whole(Script(counts=COUNTS), messages=[{"role": "user", "content": content}])

    assert told.usage == USAGE
    assert "iVBORw0KGgo" in str(wire.upstream.seen[-1].body["messages"])


@pytest.mark.parametrize("finish", ["stop", "length", "content_filter"])
def test_reason_of_the_end_is_kept(wire: Wire, *, is_stream: bool, finish: str) -> None:
    assert ask(wire, Script(finish=finish), is_stream=is_stream).finish == finish


def test_missing_usage_is_none_and_not_zero(wire: Wire, *, is_stream: bool) -> None:
    assert ask(wire, Script(reports_usage=False), is_stream=is_stream).usage is None


@settings(
    max_examples=25,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(sizes=st.lists(st.integers(1, 120), min_size=1, max_size=6))
def test_stream_split_anywhere_says_the_same(wire: Wire, sizes: list[int]) -> None:
    script = Script(thought=RICH.thought, text=RICH.text, counts=COUNTS, splits=tuple(sizes))

    assert wire.streamed(script) == RICH_TOLD


@pytest.mark.parametrize(
    ("status", "error", "sent"),
    [
        (400, ProviderRejected, None),
        (401, ProviderUnavailable, False),
        (429, ProviderLimited, None),
        (500, ProviderUnavailable, False),
        (503, ProviderUnavailable, False),
        (504, ProviderUnavailable, True),
    ],
)
def test_refusal_says_whether_it_may_have_been_paid(
    wire: Wire,
    *,
    is_stream: bool,
    status: int,
    error: type[IronCageError],
    sent: bool | None,
) -> None:
    seen = wire.upstream.count()

    found = refused(wire, Script(status=status), is_stream=is_stream)

    assert type(found) is error
    assert getattr(found, "sent", None) is sent
    assert wire.upstream.count() == seen + 1


BROKEN = {
    "cut short": Script(cut_at=60),
    "reset": Script(resets=True),
    "malformed": Script(raw=b"<html>busy, come back later, this is not the answer</html>\n\n"),
    "no answer": Script(raw=b"data: [1, 2, 3]\n\n"),
}


@pytest.mark.parametrize("script", BROKEN.values(), ids=BROKEN)
def test_broken_answer_may_have_been_paid(wire: Wire, *, is_stream: bool, script: Script) -> None:
    found = refused(wire, script, is_stream=is_stream)

    assert isinstance(found, ProviderUnavailable)
    assert found.sent


@pytest.mark.parametrize(
    "script",
    [
        Script(ends_stream=False),
        Script(error_in_stream="overloaded_error"),
        Script(text="long " * 100, cut_at=1_500),
    ],
    ids=["without an end", "error in the middle", "cut in the middle"],
)
def test_stream_that_breaks_delivers_what_came_and_then_says_so(wire: Wire, script: Script) -> None:
    came: list[ProviderChunk] = []

    with pytest.raises(ProviderUnavailable) as caught:
        came.extend(wire.chunks(script))  # what came before the error is kept

    assert caught.value.sent
    assert came


def test_first_chunk_is_delivered_before_the_stream_breaks(wire: Wire) -> None:
    chunks = wire.chunks(Script(error_in_stream="overloaded_error"))

    first = next(chunks)

    assert first.body["object"] == "chat.completion.chunk"
    with pytest.raises(ProviderUnavailable):
        list(chunks)


@pytest.mark.parametrize(
    "script",
    [Script(wait_seconds=30.0), Script(pause_seconds=30.0)],
    ids=["no head", "slow body"],
)
def test_time_out_ends_the_call(wire: Wire, *, is_stream: bool, script: Script) -> None:
    found = refused(wire, script, is_stream=is_stream, timeout=1.0)

    assert isinstance(found, DeadlineExceeded)
    assert found.details.get("sent") is True


@pytest.mark.parametrize("kind", HTTP_WIRES, ids=lambda kind: kind.value)
def test_oversized_answer_is_not_read_to_its_end(kind: ProviderKind, *, is_stream: bool) -> None:
    """Bedrock is left out: botocore reads an answer whole, and AWS bounds what a model writes."""
    with open_wire(kind) as wire:
        found = refused(wire, Script(raw=b"data: " + b"x" * 17_000_000), is_stream=is_stream)

    assert isinstance(found, ProviderUnavailable)
    assert found.sent
    assert found.details["reason"] == ("event_too_long" if is_stream else "answer_too_long")


def test_hanging_up_closes_the_upstream(wire: Wire) -> None:
    wire.upstream.hung_up.clear()
    chunks = cast("Generator[ProviderChunk]", wire.chunks(Script(text="word " * 200_000)))
    next(chunks)

    chunks.close()

    assert wire.upstream.hung_up.wait(10)
