"""Malformed requests over plain HTTP to the deployed app: no 5xx, one body shape, no money."""

import json
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPSConnection
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from support.bad_embeddings import BAD_EMBEDDINGS
from support.bad_messages import BAD_MESSAGES
from support.bad_requests import BAD_REQUESTS, BODIES, BadRequest
from support.bad_responses import BAD_RESPONSES
from support.deployed import scripted_agent
from support.front_door import CHAT, EMBEDDINGS, FRONT_DOOR, MESSAGES, RESPONSES, Knock

if TYPE_CHECKING:
    from e2e.conftest import Deployed

CALLERS = 4
TIMEOUT_SECONDS = 90


def as_knock(bad: BadRequest, path: str = CHAT) -> Knock:
    """Send a bad body with the headers of its row and a good token."""
    headers = tuple(bad.headers.items())
    return Knock(bad.id, bad.status, bad.code, path=path, body=bad.body, headers=headers)


def name_of(knock: Knock) -> str:
    """Name a test by the row and the route."""
    return f"{knock.path.removeprefix('/v1/')}: {knock.id}"


def is_text(body: bytes) -> bool:
    """Tell whether a body is UTF-8."""
    return body == body.decode(errors="replace").encode()


CHAT_ROWS = [as_knock(bad) for bad in BAD_REQUESTS]
# What is no JSON at all is refused before anybody asks which format it is in: sent once is enough.
MESSAGE_ROWS = [as_knock(bad, MESSAGES) for bad in BAD_MESSAGES if bad not in BODIES]
EMBEDDING_ROWS = [as_knock(bad, EMBEDDINGS) for bad in BAD_EMBEDDINGS if bad not in BODIES]
RESPONSE_ROWS = [as_knock(bad, RESPONSES) for bad in BAD_RESPONSES if bad not in BODIES]
BODY_ROWS = [*CHAT_ROWS, *MESSAGE_ROWS, *EMBEDDING_ROWS, *RESPONSE_ROWS]


@dataclass(frozen=True)
class Reply:
    """What came back."""

    status: int
    body: Any


@dataclass(frozen=True)
class Siege:
    """All bad requests, sent once: their replies, and what they did to the agent."""

    replies: Mapping[Knock, Reply]
    before: Mapping[str, int]
    after: Mapping[str, int]
    upstream: int


@pytest.fixture(scope="module")
def siege(deployed: "Deployed") -> Iterator[Siege]:
    root = deployed.facts.anthropic_base_url
    with (
        scripted_agent(deployed.operator, deployed.facts.tenant_id) as (agent, provider),
        ThreadPoolExecutor(CALLERS) as pool,
    ):
        before = agent.money()
        knocks = [*BODY_ROWS, *FRONT_DOOR]
        replies = pool.map(lambda knock: _send(root, knock.with_token(agent.ic_token)), knocks)
        kept = dict(zip(knocks, replies, strict=True))
        yield Siege(kept, before, after=agent.money(), upstream=provider.count())


@pytest.mark.parametrize("knock", BODY_ROWS, ids=name_of)
def test_bad_body_is_refused_in_one_shape(siege: Siege, knock: Knock) -> None:
    reply = siege.replies[knock]

    assert_one_shape(reply)
    assert 400 <= reply.status < 500
    # For what is no UTF-8 API Gateway puts other characters in, and another rule may refuse it.
    if is_text(knock.body):
        assert (reply.status, reply.body["error"]["code"]) == (knock.status, knock.code)


@pytest.mark.parametrize("knock", FRONT_DOOR, ids=name_of)
def test_front_door_refuses_in_one_shape(siege: Siege, knock: Knock) -> None:
    reply = siege.replies[knock]

    assert_one_shape(reply)
    assert (reply.status, reply.body["error"]["code"]) == (knock.status, knock.code)


def test_bad_requests_move_no_money_and_reach_no_provider(siege: Siege) -> None:
    assert len(siege.replies) == len(BODY_ROWS) + len(FRONT_DOOR) >= 100
    assert siege.after == siege.before
    assert siege.after["spent"] == siege.after["held"] == 0
    assert siege.upstream == 0


def assert_one_shape(reply: Reply) -> None:
    error = reply.body["error"]
    assert reply.body.keys() <= {"type", "error", "request_id"}
    assert {"code", "message", "type"} <= error.keys()
    assert reply.body.get("request_id") or error["request_id"]
    assert "Traceback" not in json.dumps(reply.body)


def _send(root: str, knock: Knock) -> Reply:
    where = urlsplit(root)
    kind = HTTPSConnection if where.scheme == "https" else HTTPConnection
    connection = kind(where.hostname or "", where.port, timeout=TIMEOUT_SECONDS)
    try:
        connection.putrequest(knock.method, where.path + knock.path, skip_accept_encoding=True)
        for name, value in (*knock.headers, *knock.tokens):
            connection.putheader(name, value)
        connection.putheader("content-length", str(len(knock.body)))
        connection.endheaders(knock.body)
        answer = connection.getresponse()
        return Reply(answer.status, json.loads(answer.read()))
    finally:
        connection.close()
