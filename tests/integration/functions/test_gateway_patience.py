"""The gateway's short time-outs fit the stage: what is slow on a laptop is not taken for down."""

from collections.abc import Iterator

import pytest

from gateway.wiring import breakers, settings
from ironcage.adapters.clients import stretched
from ironcage.gateway.breakers import STORE_DOWN
from support.fakes_breakers import a_deployment
from support.fault_cloud import forget_clients
from support.fault_kinds import Fault, Reply
from support.fault_proxy import FaultProxy, Rule

NOBODY = "http://127.0.0.1:9"
NOTHING = b'{"Items": [], "Count": 0, "ScannedCount": 0}'
JSON = (("content-type", "application/x-amz-json-1.0"),)
SLOW_TABLE = Fault(wait_seconds=0.6, is_forwarded=False, reply=Reply(200, NOTHING, JSON))
AWS = {"ACCESS_KEY_ID": "testing", "SECRET_ACCESS_KEY": "testing", "DEFAULT_REGION": "us-east-1"}


def forget() -> None:
    forget_clients()
    settings.cache_clear()
    breakers.cache_clear()


@pytest.fixture(autouse=True)
def cold(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name, value in AWS.items():
        monkeypatch.setenv(f"AWS_{name}", value)
    monkeypatch.setenv("IRONCAGE_TABLES_RUNTIME", "runtime")
    forget()
    yield
    forget()


@pytest.mark.parametrize(
    ("patience", "facts"),
    [pytest.param("3", [STORE_DOWN], id="usual"), pytest.param("20", [], id="local")],
)
def test_table_of_circuits_that_is_slow_is_down_unless_the_stage_is_slow(
    monkeypatch: pytest.MonkeyPatch, patience: str, *, facts: list[str]
) -> None:
    told: list[str] = []
    with FaultProxy(NOBODY) as proxy:
        monkeypatch.setenv("AWS_ENDPOINT_URL", proxy.url)
        monkeypatch.setenv("IRONCAGE_CLIENTS_READ_SECONDS", patience)
        proxy.break_with(Rule("*", SLOW_TABLE))

        breakers().take_turn(a_deployment(), seconds=5, facts=told)

    assert told == facts


@pytest.mark.parametrize(
    ("patience", "seconds"), [("1", 0.3), ("3", 0.3), ("20", 2.0)], ids=["less", "usual", "local"]
)
def test_short_time_out_grows_with_the_patience_of_the_stage(
    monkeypatch: pytest.MonkeyPatch, patience: str, *, seconds: float
) -> None:
    monkeypatch.setenv("IRONCAGE_CLIENTS_READ_SECONDS", patience)

    assert stretched(0.3) == pytest.approx(seconds)
