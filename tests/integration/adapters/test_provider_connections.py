"""Connections to providers: deadlines, keep-alive, hang-ups, and nothing shown that must not be."""

from collections.abc import Iterator
from contextlib import closing
from threading import Barrier, Thread

import pytest

from ironcage.adapters.providers.openai import OpenAiProvider
from ironcage.adapters.providers.transport import Transport
from ironcage.core import Clock, SystemClock
from ironcage.core.errors import DeadlineExceeded, ProviderUnavailable
from ironcage.gateway.wire.openai import visible_texts
from support.builders_provider import a_call, stream
from support.provider import ScriptedProvider
from support.provider_scripts import Script


class StillClock(SystemClock):
    """A clock that does not move: whatever happens, happens at once."""

    def monotonic(self) -> float:
        """Tell the one moment."""
        return 1_000.0


@pytest.fixture
def upstream() -> Iterator[ScriptedProvider]:
    with ScriptedProvider() as provider:
        yield provider


@pytest.fixture
def transport() -> Iterator[Transport]:
    opened = Transport(SystemClock(), allow_loopback=True)
    yield opened
    opened.close()


@pytest.fixture
def adapter(transport: Transport) -> OpenAiProvider:
    return OpenAiProvider(transport)


@pytest.mark.parametrize(
    ("model", "is_stream"), [("scripted-slow", False), ("scripted-drip", True)]
)
def test_time_out_ends_the_call(
    adapter: OpenAiProvider, upstream: ScriptedProvider, *, model: str, is_stream: bool
) -> None:
    call = a_call(upstream.url, model, timeout=0.2, stream=is_stream)

    with pytest.raises(DeadlineExceeded) as caught:
        stream(adapter, call) if is_stream else adapter.complete(call)

    assert caught.value.details == {"sent": True}


def test_slow_drip_cannot_outlast_the_deadline(
    adapter: OpenAiProvider, upstream: ScriptedProvider
) -> None:
    upstream.script("drip", Script(text="word " * 200, pause_seconds=0.05))

    with pytest.raises(DeadlineExceeded):
        stream(adapter, a_call(upstream.url, "drip", timeout=0.3, stream=True))


def test_nobody_listening_means_nothing_was_sent(adapter: OpenAiProvider) -> None:
    with ScriptedProvider() as gone:
        url = gone.url

    with pytest.raises(ProviderUnavailable) as caught:
        adapter.complete(a_call(url))

    assert not caught.value.sent


@pytest.mark.parametrize("is_stream", [False, True])
def test_connection_is_kept_for_the_next_request(
    adapter: OpenAiProvider, upstream: ScriptedProvider, *, is_stream: bool
) -> None:
    for _ in range(3):
        call = a_call(upstream.url, stream=is_stream)
        stream(adapter, call) if is_stream else adapter.complete(call)

    assert (upstream.count(), upstream.connections) == (3, 1)


def test_connection_that_the_provider_closed_is_replaced_without_a_trace(
    adapter: OpenAiProvider, upstream: ScriptedProvider
) -> None:
    adapter.complete(a_call(upstream.url))
    upstream.hang_up_idle()

    adapter.complete(a_call(upstream.url))

    assert (upstream.count(), upstream.connections) == (2, 2)


def test_hang_up_on_a_first_use_is_never_tried_again(
    adapter: OpenAiProvider, upstream: ScriptedProvider
) -> None:
    with pytest.raises(ProviderUnavailable):
        adapter.complete(a_call(upstream.url, "scripted-reset"))

    assert upstream.count() == 1


@pytest.mark.parametrize(
    ("clock", "waited", "asked"),
    [(StillClock(), 0.0, 3), (SystemClock(), 1.1, 2)],
    ids=["at once", "later"],
)
def test_hang_up_on_a_kept_connection_is_tried_again_only_when_it_came_at_once(
    upstream: ScriptedProvider, *, clock: Clock, waited: float, asked: int
) -> None:
    with closing(Transport(clock, allow_loopback=True)) as transport:
        adapter = OpenAiProvider(transport)
        adapter.complete(a_call(upstream.url))
        upstream.script("gone", Script(resets=True, wait_seconds=waited))

        with pytest.raises(ProviderUnavailable) as caught:
            adapter.complete(a_call(upstream.url, "gone"))

    assert caught.value.sent
    assert upstream.count() == asked


def test_closing_a_stream_hangs_up(adapter: OpenAiProvider, upstream: ScriptedProvider) -> None:
    upstream.script("long", Script(text="word " * 200, pause_seconds=0.01))
    chunks = adapter.stream(a_call(upstream.url, "long", stream=True))
    next(chunks)

    chunks.close()
    adapter.complete(a_call(upstream.url))

    assert upstream.connections == 2


def test_requests_at_once_use_connections_of_their_own(
    adapter: OpenAiProvider, upstream: ScriptedProvider
) -> None:
    start, answers = Barrier(8), []

    def ask(number: int) -> None:
        upstream.script(f"m-{number}", Script(text=f"answer {number}"))
        start.wait()
        answer = adapter.complete(a_call(upstream.url, f"m-{number}"))
        answers.append((number, visible_texts(answer.body)[0].text))

    threads = [Thread(target=ask, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(answers) == [(n, f"answer {n}") for n in range(8)]


def test_answer_without_end_is_cut_off(adapter: OpenAiProvider, upstream: ScriptedProvider) -> None:
    upstream.script("scripted", Script(raw=b"x" * 16_000_001))

    with pytest.raises(ProviderUnavailable) as caught:
        adapter.complete(a_call(upstream.url, timeout=20))

    assert caught.value.details["reason"] == "answer_too_long"


@pytest.mark.parametrize("key", ["sk-\nx: y", "sk-\x00", "sk-ключ"])
def test_malformed_key_is_refused_without_being_shown(
    adapter: OpenAiProvider, upstream: ScriptedProvider, key: str
) -> None:
    with pytest.raises(ProviderUnavailable) as caught:
        adapter.complete(a_call(upstream.url, key=key))

    assert not caught.value.sent
    assert caught.value.__cause__ is None
    assert upstream.count() == 0
