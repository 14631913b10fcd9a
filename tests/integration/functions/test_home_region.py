"""Agents who call away from home: their money moves at home, and only there."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from gateway.handler import handler
from ironcage.adapters.dynamodb.keys import TenantKeys
from ironcage.adapters.dynamodb.table import Change, Table
from support.aws_gateway import Context, GatewayCloud, emulated_gateway
from support.aws_regions import (
    ABROAD,
    BOTH,
    DEAD_ABROAD,
    a_client_abroad,
    ledger_abroad,
    make_ledger_abroad,
    pot_abroad,
)
from support.aws_workers import Workers, a_context, emulated_workers
from support.builders_budgets import KEY, NOW_MS, a_record, a_reservation
from support.events import load_event
from usage_recorder import wiring as recorder_wiring
from usage_recorder.handler import handler as record


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch) -> Iterator[GatewayCloud]:
    with emulated_gateway(monkeypatch, home_region=ABROAD, regions=BOTH) as made:
        make_ledger_abroad()
        yield made


@pytest.fixture
def stranded(monkeypatch: pytest.MonkeyPatch) -> Iterator[GatewayCloud]:
    monkeypatch.setenv("IRONCAGE_LEDGER_ENDPOINTS", DEAD_ABROAD)
    with emulated_gateway(monkeypatch, home_region=ABROAD, regions=BOTH) as made:
        make_ledger_abroad()
        yield made


@pytest.fixture
def workers(monkeypatch: pytest.MonkeyPatch) -> Iterator[Workers]:
    monkeypatch.setenv("IRONCAGE_REGIONS", BOTH)
    with emulated_workers(monkeypatch) as made:
        make_ledger_abroad()
        yield made


def test_request_is_charged_at_home_and_its_record_is_published_here(cloud: GatewayCloud) -> None:
    answer = handler(load_event("gateway/chat"), Context())

    [told] = cloud.records()
    assert answer["statusCode"] == 200
    assert told["home_region"] == ABROAD
    assert pot_abroad().spent == told["cost_micros"] != 0
    assert pot_abroad().held == 0
    assert (cloud.pot().spent, cloud.pot().held) == (0, 0)


def test_token_that_was_replaced_at_home_moves_no_money_from_here(cloud: GatewayCloud) -> None:
    replace_token_abroad("b" * 64)

    answer = handler(load_event("gateway/chat"), Context())

    assert (answer["statusCode"], code_of(answer)) == (401, "TOKEN_INVALID")
    assert cloud.provider.count() == 0
    assert (pot_abroad().spent, pot_abroad().held) == (0, 0)


def test_no_request_starts_while_the_home_region_does_not_answer(stranded: GatewayCloud) -> None:
    answer = handler(load_event("gateway/chat"), Context())

    error = json.loads(answer["body"])["error"]
    assert (answer["statusCode"], error["code"]) == (503, "LEDGER_UNAVAILABLE")
    assert "home region" in error["message"]
    assert stranded.provider.count() == 0
    assert (pot_abroad().spent, pot_abroad().held) == (0, 0)
    assert (stranded.pot().spent, stranded.pot().held) == (0, 0)


def test_health_of_a_region_does_not_hang_on_another_one(stranded: GatewayCloud) -> None:
    assert handler(load_event("gateway/health"), Context())["statusCode"] == 200


def test_record_of_here_is_settled_at_home_and_kept_here(workers: Workers) -> None:
    hold_abroad()

    answer = record(a_batch(), a_context())

    assert answer == {"batchItemFailures": []}
    assert (pot_abroad().spent, pot_abroad().held) == (40, 0)
    assert workers.usage_rows() == ["req_000001"]


def test_record_waits_in_its_queue_until_the_home_region_is_back(
    workers: Workers, monkeypatch: pytest.MonkeyPatch
) -> None:
    hold_abroad()
    with monkeypatch.context() as patch:
        patch.setenv("IRONCAGE_LEDGER_ENDPOINTS", DEAD_ABROAD)
        forget()
        cut = record(a_batch(), a_context())
    forget()

    back = record(a_batch(), a_context())

    assert cut == {"batchItemFailures": [{"itemIdentifier": "m-1"}]}
    assert back == {"batchItemFailures": []}
    assert (pot_abroad().spent, pot_abroad().held) == (40, 0)
    assert workers.usage_rows() == ["req_000001"]


def hold_abroad() -> None:
    """Hold a request's worst case in the home region."""
    ask = a_reservation(100)
    done, _ = ledger_abroad().reserve(ask, expires_ms=NOW_MS + 60_000, now_ms=NOW_MS)
    assert done


def replace_token_abroad(token_hash: str) -> None:
    """Rotate at home: the pot obeys another token, whatever this region's records say."""
    keys = TenantKeys(KEY.tenant_id)
    change = Change("SET tok = :tok", values={":tok": token_hash})
    table = Table(a_client_abroad("dynamodb"), "ledger")
    done, _ = table.update(keys.ledger_pk(KEY.agent_id), keys.pot_sk(), change)
    assert done


def a_batch() -> dict[str, Any]:
    """Make a batch of one record whose money is abroad."""
    event = load_event("usage_recorder/batch")
    [first, *_] = event["Records"]
    body = a_record(home_region=ABROAD)
    return {"Records": [{**first, "messageId": "m-1", "body": body}]}


def forget() -> None:
    """Open the recorder anew, with the settings as they are now."""
    recorder_wiring.settings.cache_clear()
    recorder_wiring.recorder.cache_clear()


def code_of(answer: Mapping[str, Any]) -> str:
    return str(json.loads(answer["body"])["error"]["code"])
