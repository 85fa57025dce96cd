"""A whole firm with its real services, from the first start to the second."""

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from services.cli import ready
from tests.run.machine import Machine, until


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    machine = Machine(tmp_path / "firm")
    yield machine
    if machine.started:
        machine.stop()


def members(machine: Machine) -> list[dict[str, Any]]:
    """Who is in the firm, as its owner sees it after signing in."""
    login = json.loads((machine.data / "secrets.json").read_text())
    body = {"email": login["owner_email"], "password": login["owner_password"]}
    with httpx.Client(base_url=f"http://127.0.0.1:{machine.port}/api/v1", timeout=10) as client:
        session = client.post("/session", json=body)
        assert session.status_code == 201, session.text
        listed = client.get("/members", headers={"Authorization": f"Bearer {session.json()['token']}"})
        assert listed.status_code == 200, listed.text
        found: list[dict[str, Any]] = listed.json()["items"]
        return found


def test_a_firm_survives_the_death_of_each_process_and_a_restart(machine: Machine) -> None:
    machine.start().ready()
    first = members(machine)
    assert len(first) == 1
    address = f"http://127.0.0.1:{machine.port}"
    for name in ("firm", "nats-server", "gateway"):
        before = machine.pids()[name]
        os.kill(before, signal.SIGKILL)
        until(lambda name=name, before=before: machine.pid(name) not in (None, before), what=f"{name} again")  # type: ignore[misc]
        until(lambda: ready.ask(address).ready, seconds=60, what=f"the firm ready after the death of {name}")
    assert machine.stop() == 0
    assert not machine.pids()
    machine.start().ready()
    assert members(machine) == first
