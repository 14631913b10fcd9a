"""The fault proxy itself: what passes it untouched, and what each fault looks like to a client."""

import json
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection, HTTPResponse, IncompleteRead, RemoteDisconnected
from urllib.parse import urlsplit

import pytest

from ironcage.core import SystemClock
from support.fault_kinds import (
    ANSWER_LOST,
    HALF_CLOSED,
    RESET_BEFORE,
    SILENT,
    Fault,
    answering,
    cut_after,
    dripping,
    garbled,
    meanwhile,
)
from support.fault_proxy import FaultProxy, Rule, read_call
from support.provider import ScriptedProvider
from support.trail import eventually

QUESTION = json.dumps({"model": "scripted", "messages": [{"role": "user", "content": "Hi"}]})
SIGNED = "AWS4-HMAC-SHA256 Credential=test/20261125/us-east-1/{}/aws4_request, SignedHeaders=host"


@pytest.fixture(scope="module")
def provider() -> Iterator[ScriptedProvider]:
    with ScriptedProvider() as made:
        yield made


@pytest.fixture(scope="module")
def shared_proxy(provider: ScriptedProvider) -> Iterator[FaultProxy]:
    with FaultProxy(provider.url) as made:
        yield made


@pytest.fixture
def proxy(shared_proxy: FaultProxy) -> FaultProxy:
    shared_proxy.break_with()
    return shared_proxy


def connect(proxy: FaultProxy, *, seconds: float = 5.0) -> HTTPConnection:
    return HTTPConnection("127.0.0.1", urlsplit(proxy.url).port, timeout=seconds)


def ask(
    proxy: FaultProxy, *, question: str = QUESTION, seconds: float = 5.0
) -> tuple[HTTPResponse, bytes]:
    """Ask once, read the whole answer and hang up."""
    with closing(connect(proxy, seconds=seconds)) as connection:
        connection.request("POST", f"{urlsplit(proxy.url).path}/chat/completions", question)
        with connection.getresponse() as answer:
            return answer, answer.read()


def strike(proxy: FaultProxy, fault: Fault, **how: object) -> None:
    proxy.break_with(Rule("POST *", fault, **how))  # type: ignore[arg-type]  # by name


def test_call_without_a_rule_passes_untouched(proxy: FaultProxy) -> None:
    answer, body = ask(proxy)

    assert answer.status == 200
    assert json.loads(body)["model"] == "scripted"
    assert proxy.struck == 0
    assert proxy.forwarded == ["POST /v1/chat/completions"]


def test_stream_passes_in_chunks(proxy: FaultProxy) -> None:
    answer, body = ask(proxy, question=QUESTION[:-1] + ', "stream": true}')

    assert answer.getheader("transfer-encoding") == "chunked"
    assert body.endswith(b"data: [DONE]\n\n")


@pytest.mark.parametrize(
    ("fault", "error", "is_forwarded"),
    [
        pytest.param(RESET_BEFORE, ConnectionResetError, False, id="reset-before"),
        pytest.param(ANSWER_LOST, ConnectionResetError, True, id="reset-after"),
        pytest.param(HALF_CLOSED, RemoteDisconnected, True, id="half-closed"),
        pytest.param(SILENT, TimeoutError, True, id="silent"),
    ],
)
def test_answer_never_comes(
    proxy: FaultProxy, fault: Fault, error: type[Exception], *, is_forwarded: bool
) -> None:
    strike(proxy, fault)

    with pytest.raises(error) as found:
        ask(proxy, seconds=1.0 if fault is SILENT else 30.0)

    assert type(found.value) is error
    assert eventually(lambda: bool(proxy.forwarded) == is_forwarded)
    assert proxy.struck == 1


def test_half_closed_socket_still_takes_what_we_send(proxy: FaultProxy) -> None:
    strike(proxy, HALF_CLOSED)
    with closing(connect(proxy)) as connection:
        connection.request("POST", "/v1/chat/completions", QUESTION)
        assert connection.sock.recv(1) == b""

        connection.sock.sendall(b"more")

        assert connection.sock.recv(1) == b""


def test_body_is_cut_short_of_what_its_head_announced(proxy: FaultProxy) -> None:
    strike(proxy, cut_after(20))

    with pytest.raises(IncompleteRead) as found:
        ask(proxy)

    assert len(found.value.partial) == 20


def test_garbled_answer_has_a_right_length_and_no_meaning(proxy: FaultProxy) -> None:
    strike(proxy, garbled())

    _, body = ask(proxy)

    assert proxy.forwarded
    with pytest.raises(ValueError, match="Unterminated"):
        json.loads(body)


def test_slow_body_comes_whole_and_late(proxy: FaultProxy) -> None:
    strike(proxy, dripping(0.2))
    begun = SystemClock().monotonic()

    _, body = ask(proxy)

    assert json.loads(body)["model"] == "scripted"
    assert SystemClock().monotonic() - begun >= 0.15


def test_answer_in_the_place_of_the_target_hides_the_call_from_it(proxy: FaultProxy) -> None:
    strike(proxy, answering(429, b"{}", retry_after="7"))

    answer, body = ask(proxy)

    assert (answer.status, answer.getheader("retry-after"), body) == (429, "7", b"{}")
    assert proxy.forwarded == []


def test_rule_is_used_up_after_its_times(proxy: FaultProxy) -> None:
    strike(proxy, answering(503), times=2)

    assert [ask(proxy)[0].status for _ in range(3)] == [503, 503, 200]


def test_rule_concerns_only_calls_with_its_words(proxy: FaultProxy) -> None:
    strike(proxy, answering(503), words=("other-model",))

    assert ask(proxy)[0].status == 200


def test_something_happens_while_the_caller_waits(proxy: FaultProxy) -> None:
    happened: list[int] = []
    strike(proxy, meanwhile(lambda: happened.append(len(proxy.forwarded))))

    assert ask(proxy)[0].status == 200
    assert happened == [0]


def test_target_that_is_gone_is_an_answer_that_never_comes() -> None:
    with ScriptedProvider() as provider:
        address = provider.url
    with FaultProxy(address) as proxy, pytest.raises(RemoteDisconnected):
        ask(proxy)


@pytest.mark.parametrize(
    ("service", "headers", "body", "name"),
    [
        pytest.param(
            "dynamodb",
            {
                "X-Amz-Target": "DynamoDB_20120810.UpdateItem",
                "Content-Type": "application/x-amz-json-1.0",
            },
            b"{}",
            "dynamodb:UpdateItem",
            id="json",
        ),
        pytest.param(
            "sns",
            {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"},
            b"Action=Publish&Message=x",
            "sns:Publish",
            id="query",
        ),
        pytest.param("s3", {}, b"x", "s3:PUT /spool/a", id="rest"),
    ],
)
def test_call_of_aws_is_named_by_its_service_and_operation(
    service: str, headers: dict[str, str], body: bytes, *, name: str
) -> None:
    signed = {"Authorization": SIGNED.format(service), **headers}

    assert read_call("PUT /spool/a", signed, body=body).name == name


def test_call_of_anything_else_is_named_by_its_path() -> None:
    assert read_call("POST /v1/x", {"Authorization": "Bearer k"}, body=b"").name == "POST /v1/x"
