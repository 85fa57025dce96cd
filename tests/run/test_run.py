"""`dossier run` itself, over services that are only a few lines long: start, death, restart, stop."""

import json
import os
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.permissions import SERVICES
from shared.process import alive, read_pid
from tests.run.machine import TREE, Machine, until

SERVICE = """
import asyncio, json, os
from shared.process import until_stopped, write_atomically

class Service:
    def __init__(self, settings):
        self.settings = settings

    async def run(self):
        told = {name: value for name, value in os.environ.items() if name.startswith("DOSSIER_")}
        write_atomically(self.settings.data / "told" / f"{NAME}.json", json.dumps(told))
        await until_stopped()
        write_atomically(self.settings.data / "left" / NAME, "")

build = Service
"""

GATEWAY = """
import asyncio, json
from shared.process import until_stopped

SERVICES = {services!r}

class Gateway:
    def __init__(self, settings):
        self.settings = settings

    async def answer(self, reader, writer):
        await reader.readuntil(b"\\r\\n\\r\\n")
        told = self.settings.data / "told"
        states = {{name: {{"ready": (told / f"{{name}}.json").exists()}} for name in SERVICES}}
        status = "200 OK" if all(state["ready"] for state in states.values()) else "503 Service Unavailable"
        body = json.dumps({{"services": states}})
        head = f"HTTP/1.1 {{status}}\\r\\nContent-Length: {{len(body)}}\\r\\nConnection: close\\r\\n\\r\\n"
        writer.write((head + body).encode())
        await writer.drain()
        writer.close()

    async def run(self):
        server = await asyncio.start_server(self.answer, self.settings.host, self.settings.port)
        async with server:
            await until_stopped()

build = Gateway
"""
DEMO = """
import asyncio, os
from pathlib import Path

async def fill(address, email, password, progress):
    progress(1, 2, "members")
    calls = Path(os.environ["DOSSIER_DATA"]) / "demo.calls"
    with calls.open("a") as file:
        file.write(f"{address} {email} {password}\\n")
    if (Path(os.environ["DOSSIER_DATA"]) / "demo.fails").exists():
        raise SystemExit(3)
    progress(2, 2, "members")
"""


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of this tree with the real command and services that do nothing."""
    tree = Path(tmp_path_factory.mktemp("tree"))
    (tree / "services").mkdir()
    (tree / "services" / "__init__.py").touch()
    for name in ("shared", "deploy"):
        (tree / name).symlink_to(TREE / name)
    (tree / "services" / "cli").mkdir()
    for file in (TREE / "services" / "cli").glob("*.py"):
        (tree / "services" / "cli" / file.name).symlink_to(file)
    for name in SERVICES:
        _write(tree / "services" / name / "app.py", f"NAME = {name!r}\n{SERVICE}")
    _write(tree / "services" / "gateway" / "app.py", GATEWAY.format(services=SERVICES))
    _write(tree / "services" / "cli" / "demo" / "__init__.py", DEMO)
    return tree


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


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
    _write(machine.data / "demo.fails", "")
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
