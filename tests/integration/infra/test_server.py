"""MiniStack is started on loopback, recognised as ours, and only ours is stopped."""

import os
import signal
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import boto3
import pytest
from botocore.exceptions import ClientError

from infra_cdk.local import server
from infra_cdk.local.workspace import Trouble, Workspace


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    made = Workspace(home=tmp_path, port=server.free_port(), persists=False)
    yield made
    server.stop(made)


def test_server_starts_on_loopback_and_is_reused(workspace: Workspace) -> None:
    assert server.ensure_running(workspace)

    assert server.listens_on_loopback_only(workspace.port)
    assert not server.ensure_running(workspace)


def test_server_of_ours_that_is_busy_is_waited_for(workspace: Workspace) -> None:
    server.ensure_running(workspace)
    pid = server.running_pid(workspace)
    assert pid
    os.kill(pid, signal.SIGSTOP)

    with ThreadPoolExecutor(1) as pool:
        again = pool.submit(server.ensure_running, workspace)
        with pytest.raises(TimeoutError):
            again.result(timeout=3.0)  # longer than one question is answered in
        os.kill(pid, signal.SIGCONT)

        assert not again.result()


def test_guarded_server_speaks_tls_and_knows_no_stranger(workspace: Workspace) -> None:
    guarded = replace(workspace, is_guarded=True)

    assert server.ensure_running(guarded)

    stranger = boto3.client(
        "dynamodb",
        region_name="us-east-1",
        endpoint_url=guarded.endpoint,
        verify=str(guarded.certificate),
        aws_access_key_id="AKIA0000000000000000",
        aws_secret_access_key="somebody",
    )
    with pytest.raises(ClientError, match="security token"):
        stranger.list_tables()
    stranger.close()
    assert server.listens_on_loopback_only(guarded.port)


def test_server_stops_once(workspace: Workspace) -> None:
    server.ensure_running(workspace)

    assert server.stop(workspace)
    assert not server.stop(workspace)
    assert not server.is_ready(workspace)


def test_taken_port_is_said_clearly_and_left_alone(workspace: Workspace) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", workspace.port))
        other.listen()

        with pytest.raises(Trouble, match="taken by another program"):
            server.ensure_running(workspace)


def test_listener_on_every_address_is_noticed() -> None:
    with socket.socket() as wide:
        wide.bind(("0.0.0.0", 0))  # noqa: S104 - the very thing that must be noticed
        wide.listen()

        assert not server.listens_on_loopback_only(wide.getsockname()[1])


def test_missing_installation_is_said_clearly(tmp_path: Path) -> None:
    bare = Workspace(home=tmp_path, port=server.free_port(), shared=tmp_path)

    with pytest.raises(Trouble, match="make setup"):
        server.ensure_running(bare)


def test_process_of_somebody_else_is_not_stopped(tmp_path: Path) -> None:
    stale = Workspace(home=tmp_path, port=server.free_port())
    stale.pid_file.write_text(f"1 {stale.port}\n")

    assert not server.stop(stale)


def test_running_on_another_port_is_said_clearly(workspace: Workspace) -> None:
    workspace.pid_file.write_text(f"1 {workspace.port + 1}\n")

    with pytest.raises(Trouble, match="make down"):
        server.running_pid(workspace)
