"""Every operation has an event that works as it stands."""

from collections.abc import Iterator

import pytest

from control_api.handler import handler
from control_api.wiring import control
from support.aws_identity import IdentityCloud, make_cloud
from support.aws_mocked import emulated_aws
from support.events import EVENTS, load_event
from support.operators import code_of, seeded

SEEDING = ("create_tenant", "put_provider", "create_agent")
PREPARED = {"read_policy": ["put_policy"], "delete_project": ["put_project"]}
CHANGES = sorted(path.stem for path in (EVENTS / "control_api").glob("*.json"))


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch) -> Iterator[IdentityCloud]:
    with emulated_aws(monkeypatch):
        made = make_cloud()
        made.configure(monkeypatch)
        control.cache_clear()
        yield made
    control.cache_clear()


def test_every_operation_has_an_event(cloud: IdentityCloud) -> None:
    assert control().names() == CHANGES


@pytest.mark.parametrize("name", [n for n in CHANGES if n not in (*SEEDING, "release_presumed")])
def test_event_of_an_operation_works_after_the_seed(name: str, cloud: IdentityCloud) -> None:
    seeded()
    for before in PREPARED.get(name, ()):
        handler(load_event(f"control_api/{before}"), None)

    answer = handler(load_event(f"control_api/{name}"), None)

    assert "error" not in answer


def test_release_of_what_is_not_presumed_finds_nothing(cloud: IdentityCloud) -> None:
    seeded()

    answer = handler(load_event("control_api/release_presumed"), None)

    assert code_of(answer) == "NOT_FOUND"
