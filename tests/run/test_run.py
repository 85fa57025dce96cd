"""`dossier run` itself, over services that are only a few lines long: start, death, restart, stop."""

import asyncio
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from nats.errors import Error as NatsError
from nats.js.api import StreamInfo

from services.cli.configuration import Plan
from services.cli.credentials import load_or_make
from services.cli.layout import Layout
from shared.permissions import ADMIN, SERVICES
from shared.process import alive, read_pid
from shared.settings import Settings
from tests.run.fakes import tree_in, write
from tests.run.machine import Caller, Machine, connect_as, until


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tree_in(Path(tmp_path_factory.mktemp("tree")))


@pytest.fixture
def machine(tmp_path: Path, tree: Path) -> Iterator[Machine]:
    machine = Machine(tmp_path / "firm", tree)
    yield machine
    if machine.started:
        machine.stop()


def test_everything_starts_what_is_killed_comes_back_and_ctrl_c_ends_it_all(machine: Machine) -> None:
    machine.start().ready()
    running = machine.pids()
    assert set(running) == {"supervisord", "nats-server", "mailbox", "streams", "gateway", *SERVICES}
    for name in ("firm", "nats-server", "gateway"):
        os.kill(running[name], signal.SIGKILL)
    for name in ("firm", "nats-server", "gateway"):
        until(lambda name=name: machine.pid(name) not in (None, running[name]), what=f"{name} again")  # type: ignore[misc]
    running |= machine.pids()
    assert machine.stop() == 0
    assert not [name for name, pid in running.items() if alive(pid)]
    assert {file.name for file in (machine.data / "left").iterdir()} == set(SERVICES), "each was told to finish"
    assert not list((machine.data / "run").glob("*.pid.*"))


async def test_streams_come_back_after_the_brokers_store_is_lost(machine: Machine) -> None:
    machine.start().ready()
    layout = Layout(machine.data.resolve())
    plan = Plan(layout, Settings(), load_or_make(layout, Settings()), json.loads(layout.ports.read_text()))
    await _streams(plan)
    control = [sys.executable, "-m", "supervisor.supervisorctl", "-c", str(layout.run / "supervisord.conf")]
    subprocess.run([*control, "stop", "platform:nats-server"], check=True, capture_output=True)
    shutil.rmtree(machine.data / "nats")
    subprocess.run([*control, "start", "platform:nats-server"], check=True, capture_output=True)
    await _streams(plan)


async def _streams(plan: Plan) -> None:
    """Wait for all streams to be there."""
    caller = await connect_as(plan, ADMIN)
    try:
        async with asyncio.timeout(30):
            while {"EVENTS", "LEASES", "SCHEDULES"} != {info.config.name for info in await _listed(caller)}:
                await asyncio.sleep(0.05)
    finally:
        await caller.connection.close()


async def _listed(caller: Caller) -> list[StreamInfo]:
    try:
        return await caller.connection.jetstream().streams_info()
    except (NatsError, TimeoutError):  # the broker answers before its storage is ready
        return []


def test_the_login_is_printed_and_a_second_start_finds_everything_as_it_was(machine: Machine) -> None:
    files = [machine.data / name for name in ("secrets.json", "run/ports.json", "run/nats.conf")]
    machine.start().ready()
    kept = [file.read_text() for file in files]
    secrets = json.loads(kept[0])
    for words in (f"http://127.0.0.1:{machine.port}", secrets["owner_email"], secrets["owner_password"], "mailbox"):
        assert words in machine.output
    machine.stop()
    machine.start().ready()
    assert [file.read_text() for file in files] == kept


def test_each_process_is_told_its_own_secrets_only(machine: Machine) -> None:
    machine.settings |= {"DOSSIER_OWNER_PASSWORD": "l'\"été, 100% = bien; sûr", "DOSSIER_SMTP_PASSWORD": "secret"}
    machine.start().ready()
    told = {name: json.loads((machine.data / "told" / f"{name}.json").read_text()) for name in SERVICES}
    assert told["firm"]["DOSSIER_OWNER_PASSWORD"] == "l'\"été, 100% = bien; sûr"
    assert [name for name in SERVICES if told[name]["DOSSIER_OWNER_PASSWORD"]] == ["firm"]
    assert [name for name in SERVICES if told[name]["DOSSIER_MASTER_KEY"]] == ["contacts"]
    assert [name for name in SERVICES if told[name]["DOSSIER_SMTP_PASSWORD"]] == ["notifications"]
    assert len({told[name]["DOSSIER_NATS_PASSWORD"] for name in SERVICES}) == len(SERVICES)
    assert "été" not in (machine.data / "secrets.json").read_text()


def test_a_second_run_in_the_same_folder_is_refused_and_the_first_goes_on(machine: Machine, tree: Path) -> None:
    machine.start().ready()
    second = Machine(machine.data, tree)
    assert second.start().end() == 1
    assert "DOSSIER_DATA" in second.output
    assert "supervisord" in machine.pids()


def test_a_taken_port_is_refused_before_anything_starts(machine: Machine) -> None:
    with socket.socket() as stranger:
        stranger.bind(("127.0.0.1", machine.port))
        stranger.listen()
        assert machine.start().end() == 1
    assert "DOSSIER_PORT" in machine.output
    assert not machine.pids()


def test_two_firms_run_side_by_side(machine: Machine, tmp_path: Path, tree: Path) -> None:
    other = Machine(tmp_path / "other", tree)
    machine.start()
    other.start()
    machine.ready()
    other.ready()
    assert not set(machine.pids().values()) & set(other.pids().values())
    assert other.stop() == 0
    assert "nats-server" in machine.pids()


def test_the_end_of_the_supervisor_ends_everything_with_an_error(machine: Machine) -> None:
    machine.start().ready()
    running = machine.pids()
    os.kill(running["supervisord"], signal.SIGKILL)
    assert machine.end() == 1
    assert "supervisord.log" in machine.output
    assert not [name for name, pid in running.items() if alive(pid)]


def test_what_outlived_a_killed_run_is_ended_by_the_next_start(machine: Machine) -> None:
    machine.start().ready()
    left = machine.pids()
    machine.signal(signal.SIGKILL)
    machine.end()
    machine.start().ready()
    assert "left over" in machine.output
    assert not [name for name, pid in left.items() if alive(pid)]


def test_a_start_can_be_stopped_before_it_is_ready(machine: Machine) -> None:
    machine.start()
    until(lambda: read_pid(machine.data / "run" / "supervisord.pid"), what="the supervisor")
    running = machine.pids()
    machine.signal(signal.SIGTERM)
    assert machine.end() == 0
    assert not [name for name, pid in running.items() if alive(pid)]


def test_the_demonstration_is_made_once_and_goes_on_where_it_was_cut_off(machine: Machine) -> None:
    machine.settings["DOSSIER_DEMO"] = "1"
    write(machine.data / "demo.fails", "")
    machine.start().ready()
    assert "not complete" in machine.output
    machine.stop()
    (machine.data / "demo.fails").unlink()
    for _ in range(2):
        machine.start().ready()
        machine.stop()
    secrets = json.loads((machine.data / "secrets.json").read_text())
    login = f"http://127.0.0.1:{machine.port} {secrets['owner_email']} {secrets['owner_password']}"
    assert (machine.data / "demo.calls").read_text().splitlines() == [login, login]
