"""What the gateway does with a request that carries images: hold, record, block."""

from typing import cast

import pytest

from ironcage.gateway import JsonObject, Usage
from support.builders_budgets import KEY
from support.fakes_gateway import GatewayRig, ScriptedChat, a_body, a_provider, a_view, an_answer
from support.images import PNG, a_data_url, an_image_part

LARGE = a_data_url(data=PNG + bytes(1_000_000))
QUESTION = [{"type": "text", "text": "What is this?"}]


def a_rig(model: str = "gpt-4o", policy: JsonObject | None = None) -> GatewayRig:
    rig = GatewayRig(ScriptedChat(an_answer("A cat.", Usage(900, 4))))
    rig.directory.current = a_view(a_provider(models={model: model}), policy=policy)
    return rig


def with_images(model: str = "gpt-4o", *, count: int = 1, url: str = LARGE) -> JsonObject:
    content = [*QUESTION, *[an_image_part(url)] * count]
    messages = [{"role": "user", "content": content}]
    return {**a_body(max_tokens=10), "model": model, "messages": messages}


def held_for(rig: GatewayRig, body: JsonObject) -> int:
    seen: list[int] = []
    rig.chat.before = lambda: seen.append(rig.ledger.read(KEY).held)
    assert rig.ask(body).status == 200
    return seen[0]


def test_image_holds_its_bound_whatever_its_file_weighs() -> None:
    small = held_for(a_rig(), with_images(url=a_data_url()))
    large = held_for(a_rig(), with_images())
    two = held_for(a_rig(), with_images(count=2))

    assert large == small < 10_000
    # one image more: 1,445 tokens at $2.50 per million and the few bytes of its part
    assert 1_445 * 2.5 <= two - large <= (1_445 + 200) * 2.5


def test_request_with_an_image_is_settled_at_the_providers_count() -> None:
    rig = a_rig()

    rig.ask(with_images())

    # 900 in at $2.50 and 4 out at $10 per million
    assert rig.ledger.read(KEY).spent == 2_250 + 40


def test_record_says_that_an_image_was_not_scanned() -> None:
    rig = a_rig()

    rig.ask(with_images(count=2))

    (record,) = rig.records.records
    verdict = cast("JsonObject", record["input_verdict"])
    assert (verdict["action"], verdict["unscanned"]) == ("allow", {"image": 2})
    assert verdict["findings"] == {}


def test_record_of_a_text_has_nothing_unscanned() -> None:
    rig = GatewayRig(ScriptedChat(an_answer()))

    rig.ask()

    assert cast("JsonObject", rig.records.records[0]["input_verdict"])["unscanned"] == {}


@pytest.mark.parametrize(
    ("policy", "status"),
    [
        ({}, 200),
        ({"preset": "permissive"}, 200),
        ({"preset": "strict"}, 403),
        ({"input": {"images": "block"}}, 403),
        ({"preset": "strict", "input": {"images": "allow"}}, 200),
        ({"input": {"actions": {"IMAGE": "redact"}}}, 403),
    ],
    ids=["default", "permissive", "strict", "blocked", "strict but allowed", "not redactable"],
)
def test_policy_decides_about_images(policy: JsonObject, status: int) -> None:
    rig = a_rig(policy=policy)

    answer = rig.ask(with_images())

    assert answer.status == status
    assert len(rig.chat.calls) == (status == 200)
    if status == 403:
        assert answer.code == "INPUT_BLOCKED"
        (record,) = rig.records.records
        assert cast("JsonObject", record["input_verdict"])["findings"] == {"IMAGE": 1}
        assert rig.ledger.read(KEY).spent == 0


def test_blocked_images_do_not_block_a_text() -> None:
    rig = a_rig("gpt-4o-mini", policy={"input": {"images": "block"}})

    assert rig.ask().status == 200


def test_image_for_a_model_without_a_bound_is_refused_and_costs_nothing() -> None:
    rig = a_rig("gpt-3.5-turbo")

    answer = rig.ask(with_images("gpt-3.5-turbo"))

    assert (answer.status, answer.code) == (400, "UNSUPPORTED_PARAMETER")
    assert not rig.chat.calls
    assert rig.ledger.read(KEY).spent == 0
