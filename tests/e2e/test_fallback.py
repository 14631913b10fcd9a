"""Two providers behind a deployed agent: the second answers, the sick one is left alone."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pytest

from infra_cdk.local.request import Answer, call, chat
from ironcage.adapters.dynamodb.attributes import decode_item, encode_item
from ironcage.core import SystemClock
from support.deployed import DeployedAgent, agent_of, scripted_provider
from support.provider import SCRIPTS, Script, ScriptedProvider

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from e2e.conftest import Deployed

MODEL = "scripted"
FIRST, SECOND = Script(text="From the first."), Script(text="From the second.")
TRIES = 200


@dataclass(frozen=True)
class Pair:
    """An agent with two providers of its own, and the table of circuits."""

    deployed: "Deployed"
    agent: DeployedAgent
    first: ScriptedProvider
    second: ScriptedProvider

    def ask(self) -> Answer:
        """Send one request as the agent."""
        return chat(replace(self.deployed.facts, ic_token=self.agent.ic_token), "Go.", model=MODEL)

    def ask_until_first_is_asked(self) -> Answer:
        """Ask until the first provider hears of it: a circuit may be a second old."""
        before = self.first.count()
        for _ in range(TRIES):
            answer = self.ask()
            if self.first.count() > before:
                return answer
        raise AssertionError("the first provider was not asked again")

    def circuit(self) -> dict[str, Any]:
        """Read the first provider's circuit."""
        client, key = self._table()
        found = client["client"].get_item(TableName=client["name"], Key=key, ConsistentRead=True)
        return decode_item(found["Item"])

    def end_the_wait(self) -> None:
        """Put the moment of the half-open circuit into the past."""
        client, key = self._table()
        now_ms = SystemClock().now_ms()
        client["client"].update_item(
            TableName=client["name"],
            Key=key,
            UpdateExpression="SET until_ms = :now",
            ExpressionAttributeValues=encode_item({":now": now_ms}),
        )

    def _table(self) -> tuple[dict[str, Any], dict[str, Any]]:
        client: DynamoDBClient = self.deployed.cloud.dynamodb()
        (name,) = [n for n in client.list_tables()["TableNames"] if "RuntimeTable" in n]
        sk = f"BREAKER#{self.agent.provider_id}#{MODEL}"
        key = encode_item({"pk": self.agent.tenant_id, "sk": sk})
        return {"client": client, "name": name}, key


@pytest.fixture
def pair(deployed: "Deployed") -> Iterator[Pair]:
    tenant = deployed.facts.tenant_id
    with (
        scripted_provider(deployed.operator, tenant) as (first_id, first),
        scripted_provider(deployed.operator, tenant) as (second_id, second),
    ):
        first.script(MODEL, FIRST)
        second.script(MODEL, SECOND)
        agent = agent_of(deployed.operator, tenant, [first_id, second_id])
        yield Pair(deployed, agent, first, second)


@pytest.mark.parametrize(
    ("script", "asked"),
    [
        pytest.param("scripted-503", 3, id="busy-and-repeated"),
        pytest.param("scripted-429", 1, id="limited"),
        pytest.param("scripted-quota", 1, id="out-of-credit"),
    ],
)
def test_second_provider_answers_for_the_first(pair: Pair, script: str, asked: int) -> None:
    pair.first.script(MODEL, SCRIPTS[script])

    answer = pair.ask()

    assert (answer.status, answer.text) == (200, SECOND.text)
    assert (pair.first.count(), pair.second.count()) == (asked, 1)
    assert pair.agent.money()["held"] == 0


def test_second_provider_answers_when_nobody_listens_at_the_first(deployed: "Deployed") -> None:
    tenant = deployed.facts.tenant_id
    with scripted_provider(deployed.operator, tenant) as (gone, _):
        pass
    with scripted_provider(deployed.operator, tenant) as (second_id, second):
        agent = agent_of(deployed.operator, tenant, [gone, second_id])
        caller = replace(deployed.facts, ic_token=agent.ic_token)

        answers = [chat(caller, "Go.", model=MODEL).status for _ in range(3)]

        assert answers == [200, 200, 200]
        assert second.count() == 3


def test_request_that_was_lost_on_the_way_is_not_sent_to_the_second(pair: Pair) -> None:
    pair.first.script(MODEL, SCRIPTS["scripted-reset"])

    answer = pair.ask()

    assert (answer.status, pair.first.count(), pair.second.count()) == (503, 1, 0)
    assert pair.agent.money()["held"] > 0


def test_stream_falls_back_before_its_first_chunk(pair: Pair) -> None:
    pair.first.script(MODEL, SCRIPTS["scripted-503"])
    caller = replace(pair.deployed.facts, ic_token=pair.agent.ic_token)
    body = {"model": MODEL, "messages": [{"role": "user", "content": "Go."}], "stream": True}

    answer = call(caller, "POST", "chat/completions", body=body)

    assert answer.status == 200
    assert answer.body["raw"].endswith("data: [DONE]\n\n")
    assert pair.second.count() == 1


def test_sick_provider_is_left_alone_until_a_probe_is_answered(pair: Pair) -> None:
    pair.first.script(MODEL, SCRIPTS["scripted-503"])
    while pair.first.count() < 5:
        assert pair.ask().status == 200
    opened = pair.circuit()

    left_alone = [pair.ask().text for _ in range(5)]
    asked_while_open = pair.first.count()
    pair.first.script(MODEL, FIRST)
    pair.end_the_wait()
    probe = pair.ask_until_first_is_asked()

    assert opened["trips"] == 1
    assert asked_while_open == 5
    assert left_alone == [SECOND.text] * 5
    assert (probe.status, probe.text) == (200, FIRST.text)
    assert pair.circuit()["trips"] == 0
    assert pair.ask().text == FIRST.text


def test_provider_that_fails_its_probe_is_left_alone_for_a_minute(pair: Pair) -> None:
    pair.first.script(MODEL, SCRIPTS["scripted-503"])
    while pair.first.count() < 5:
        pair.ask()
    pair.end_the_wait()

    answer = pair.ask_until_first_is_asked()

    again = pair.circuit()
    assert (answer.status, answer.text) == (200, SECOND.text)
    assert pair.first.count() == 6
    assert again["trips"] == 2
    assert again["until_ms"] - SystemClock().now_ms() > 40_000


def test_caller_learns_when_to_come_back_when_all_are_left_alone(deployed: "Deployed") -> None:
    tenant = deployed.facts.tenant_id
    with scripted_provider(deployed.operator, tenant) as (only_id, only):
        only.script(MODEL, SCRIPTS["scripted-quota"])
        agent = agent_of(deployed.operator, tenant, [only_id])
        caller = replace(deployed.facts, ic_token=agent.ic_token)
        answers = [chat(caller, "Go.", model=MODEL) for _ in range(6)]

        assert [a.body["error"]["code"] for a in answers] == ["ALL_PROVIDERS_DOWN"] * 6
        assert 20 <= int(answers[-1].headers["retry-after"]) <= 30
        assert only.count() == 5
        assert agent.money()["spent"] == 0
