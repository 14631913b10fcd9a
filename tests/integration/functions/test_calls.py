"""Every right on a table is one that the function uses: its calls are recorded and compared.

`test_least_privilege.py` holds the roles to `NEEDS`; these tests hold `NEEDS` to the code.
"""

import json
from collections.abc import Iterator

import pytest

from control_api.handler import handler as control_api
from control_api.wiring import control
from gateway.handler import handler as gateway
from gateway.wiring import settings as gateway_settings
from ironcage.adapters.dynamodb.ledgers import open_pots
from ironcage.adapters.dynamodb.pots import DynamoPotStore
from ironcage.budgets import Hold, LedgerService, PotKey, Settled
from ironcage.core import Micros, RequestId, SystemClock
from ledger_reaper.handler import handler as ledger_reaper
from support.aws_gateway import Context, emulated_gateway
from support.aws_identity import make_cloud
from support.aws_mocked import emulated_aws
from support.aws_workers import Workers, a_context, emulated_workers
from support.builders_budgets import KEY, NOW_MS, TOKEN_HASH, a_hold, a_reservation, a_settlement
from support.builders_identity import AGENT, TENANT
from support.events import load_event
from support.operators import WHOSE, run, seeded
from support.privileges import NEEDS
from support.recorded_calls import Call, recorded_calls
from token_authorizer.handler import handler as token_authorizer
from token_authorizer.wiring import verifier
from usage_recorder.handler import handler as usage_recorder

FIRST, SECOND = RequestId("req_000001"), RequestId("req_000002")
# Their clients are opened for them alone, or their rows are judged by a test of their own.
NOT_RECORDED = {"runtime", "ledger_abroad"}


def rights_of(function: str) -> set[Call]:
    """Name what the role of a function may do with tables."""
    return {
        (table, action)
        for table, actions in NEEDS[function].items()
        for action in actions
        if action.startswith("dynamodb:") and table not in NOT_RECORDED
    }


@pytest.fixture
def workers(monkeypatch: pytest.MonkeyPatch) -> Iterator[Workers]:
    with emulated_workers(monkeypatch) as made:
        made.ledger.create(KEY, limit=Micros(10_000), token_hash=TOKEN_HASH)
        for request_id in (FIRST, SECOND):
            ask = a_reservation(300, request_id=request_id)
            made.ledger.reserve(ask, expires_ms=NOW_MS + 60_000, now_ms=NOW_MS)
        yield made


def test_recorder_uses_every_right_on_its_tables(workers: Workers) -> None:
    workers.ledger.expire(KEY, FIRST, a_hold(300), now_ms=NOW_MS + 600_000)

    with recorded_calls() as calls:
        usage_recorder(load_event("usage_recorder/batch"), a_context())

    assert calls == rights_of("usage_recorder")


def test_reaper_uses_every_right_on_its_table(workers: Workers) -> None:
    with recorded_calls() as calls:
        ledger_reaper(load_event("ledger_reaper/schedule"), a_context())

    assert calls == rights_of("ledger_reaper")


def test_control_uses_every_right_on_its_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    with emulated_aws(monkeypatch), recorded_calls() as calls:
        cloud = make_cloud()
        cloud.configure(monkeypatch)
        control.cache_clear()
        seeded()
        presume(DynamoPotStore(cloud.ledger), PotKey(TENANT, AGENT))
        done = {"create_tenant", "create_agent", "release_presumed", "put_policy", "put_project"}
        for name in ("put_policy", "put_project", *{*control().names()} - done):
            assert "error" not in control_api(load_event(f"control_api/{name}"), None), name
        assert "error" not in run("release_presumed", **WHOSE, request_id=FIRST)
    control.cache_clear()

    assert calls == rights_of("control_api")


def test_authorizer_uses_every_right_on_its_table(monkeypatch: pytest.MonkeyPatch) -> None:
    with emulated_aws(monkeypatch), recorded_calls() as calls:
        cloud = make_cloud()
        cloud.configure(monkeypatch)
        control.cache_clear()
        verifier.cache_clear()
        token = seeded()
        calls.clear()
        event = json.dumps(load_event("token_authorizer/bearer")).replace("IC_TOKEN", token)
        token_authorizer(json.loads(event), None)
    control.cache_clear()
    verifier.cache_clear()

    assert calls == rights_of("token_authorizer")


def test_gateway_uses_every_right_on_its_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    with emulated_gateway(monkeypatch) as cloud, recorded_calls() as calls:
        overdue = a_reservation(1_000_000, request_id=FIRST)
        cloud.pots.reserve(overdue, expires_ms=1, now_ms=0)
        gateway(load_event("gateway/chat"), Context())  # finds no money, so it expires the hold
        money = LedgerService(open_pots(gateway_settings()), SystemClock())
        late = a_settlement(1_000_000, 400, request_id=FIRST)
        assert money.settle(late) is Settled.CORRECTED
        answer = gateway(load_event("gateway/chat"), Context())

    assert answer["statusCode"] == 200
    assert calls == rights_of("gateway")


def presume(store: DynamoPotStore, key: PotKey) -> None:
    """Let a hold of the agent expire."""
    pot = store.read(key)
    assert pot is not None
    ask = a_reservation(900, request_id=FIRST, token_hash=pot.token_hash, pot=key)
    store.reserve(ask, expires_ms=1, now_ms=0)
    store.expire(key, FIRST, Hold(Micros(900), 1), now_ms=10_000)
