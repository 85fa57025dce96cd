"""A firm with two instances of what most depends on there being one: killed, put to sleep, started again under load."""

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from shared.ids import new_id
from tests.e2e.client import API, Json
from tests.e2e.system import Firm
from tests.faults.hurt import RECOVERY
from tests.faults.ledger import Ledger
from tests.faults.load import Load
from tests.faults.proof import Proof
from tests.run.machine import TREE
from tests.waiting import eventually

TWICE = ("contacts", "notifications", "dossier", "gateway")
SAME = 50  # requests with one key
MEMBERS = 30  # who change one contact at once


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firm]:
    twice = {f"DOSSIER_INSTANCES_{service.upper()}": "2" for service in TWICE}
    firm = Firm(tmp_path_factory.mktemp("twice"), **twice)
    try:
        yield firm.start()
    finally:
        firm.stop()


@pytest.fixture(scope="module")
def proof(running: Firm, seed: int) -> Proof:
    return Proof(running, Load(Ledger(running), seed))


def instances(firm: Firm, service: str) -> list[Json]:
    """Who runs a service, and what each is at work on."""
    found: list[Json] = firm.owner.get("/health/ready").json()["services"][service]["instances"]
    return found


def worker(firm: Firm, service: str, but: str = "") -> str:
    """Whose turn it is at the projections; empty if it is nobody's, or that of `but`."""
    found = [it["instance"] for it in instances(firm, service) if "projections" in it["works"]]
    return found[0] if len(found) == 1 and found != [but] else ""


async def both(firm: Firm, service: str) -> None:
    """Return when both instances answer."""
    await eventually(lambda: len(instances(firm, service)) == 2, RECOVERY)


async def at_once(firm: Firm, count: int, ask: Callable[[httpx.AsyncClient, int], Any]) -> list[httpx.Response]:
    """So many requests side by side, each over a connection of its own: the kernel deals them out to the gateways."""
    headers = {"Authorization": f"Bearer {firm.owner.token}", "Connection": "close"}
    async with httpx.AsyncClient(base_url=firm.address + API, headers=headers, timeout=20) as http:
        return list(await asyncio.gather(*(ask(http, number) for number in range(count))))


async def test_started_again_under_load_no_request_fails(load: Load, proof: Proof, tmp_path: Path) -> None:
    """U1: with two instances, and with one that somebody stands in for (`files`)."""
    async with load.running():
        await load.more(10)
        assert await restarted(proof.firm, "contacts", "dossier", "files", "gateway") == 0
        await load.more(10)
    assert [(o.kind, o.failures) for o in proof.ledger.operations if o.failures] == []
    await proof.holds(tmp_path)


async def restarted(firm: Firm, *services: str) -> int | None:
    told = {"DOSSIER_DATA": str(firm.machine.data), "DOSSIER_PORT": str(firm.machine.port)}
    command = [sys.executable, "-m", "services.cli", "restart", *services]
    process = await asyncio.create_subprocess_exec(*command, cwd=TREE, env=os.environ | told)
    return await process.wait()


@pytest.mark.parametrize("service", ["dossier", "notifications"])
async def test_who_works_is_killed_and_the_other_goes_on(
    service: str, load: Load, proof: Proof, tmp_path: Path
) -> None:
    await both(proof.firm, service)
    async with load.running():
        await load.more(5)
        killed = await eventually(lambda: worker(proof.firm, service))
        proof.cut += service == "notifications"
        pid = proof.firm.machine.pid(killed)
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        await eventually(lambda: worker(proof.firm, service), RECOVERY)
        await load.more(5)
    await proof.holds(tmp_path)


async def test_who_works_falls_asleep_and_does_no_harm_when_it_wakes(load: Load, proof: Proof, tmp_path: Path) -> None:
    await both(proof.firm, "dossier")
    asleep = await eventually(lambda: worker(proof.firm, "dossier"))
    pid = proof.firm.machine.pid(asleep)
    assert pid is not None
    async with load.running(people=2):
        await load.more(5)
        os.kill(pid, signal.SIGSTOP)
        try:
            await eventually(lambda: worker(proof.firm, "dossier", but=asleep), RECOVERY)
        finally:
            os.kill(pid, signal.SIGCONT)
        await load.more(10)
    await both(proof.firm, "dossier")
    assert worker(proof.firm, "dossier", but=asleep)
    await proof.holds(tmp_path)


async def test_every_email_left_once(load: Load, proof: Proof) -> None:
    await proof.emails_arrive()


async def test_one_key_used_fifty_times_at_once_has_one_effect_and_one_answer(running: Firm) -> None:
    key = {"Idempotency-Key": str(new_id())}
    await both(running, "contacts")
    answers = await at_once(
        running, SAME, lambda http, _: http.post("/contacts", json={"name": "Une Seule"}, headers=key)
    )
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    found = running.owner.read("/contacts", q="Une Seule")["items"]
    assert [item["id"] for item in found] == [answers[0].json()["id"]]


async def test_changes_of_one_contact_at_once_are_all_made(running: Firm) -> None:
    contact = running.owner.contact()
    answers = await at_once(
        running, MEMBERS, lambda http, number: http.put(f"/contacts/{contact}", json={"name": f"Nom {number}"})
    )
    assert [answer.status_code for answer in answers] == [200] * MEMBERS, [answer.text for answer in answers]
    assert len({answer.json()["version"] for answer in answers}) == MEMBERS


async def test_wrong_passwords_are_counted_over_all_instances(running: Firm) -> None:
    body = {"email": "nobody@cabinet.example", "password": "wrong"}
    answers = await at_once(running, 12, lambda http, _: http.post("/session", json=body))
    assert sorted(answer.status_code for answer in answers) == [401] * 5 + [429] * 7
