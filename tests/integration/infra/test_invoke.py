"""`make invoke` says clearly what it cannot do."""

from pathlib import Path

import pytest

from infra_cdk.local import commands, server
from infra_cdk.local.invoke import read_event
from infra_cdk.local.workspace import Trouble, Workspace


def test_unknown_function_is_answered_with_those_that_exist() -> None:
    with pytest.raises(Trouble, match=r"FN from: .*control_api, gateway"):
        read_event("gateways", "chat")


def test_unknown_event_is_answered_with_those_that_exist() -> None:
    with pytest.raises(Trouble, match=r"EVENT from: chat, .*stream"):
        read_event("gateway", "chat_completion")


@pytest.mark.parametrize("name", ["../gateway", "", "gateway/"])
def test_function_that_is_a_path_is_refused(name: str) -> None:
    with pytest.raises(Trouble, match="no function"):
        read_event(name, "chat")


def test_cloud_that_does_not_run_is_said_clearly(tmp_path: Path) -> None:
    silent = Workspace(home=tmp_path, port=server.free_port())

    with pytest.raises(Trouble, match="make up"):
        commands.invoke(silent, "gateway", "chat")
