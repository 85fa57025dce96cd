"""D1: the disks of a firm fill up, one store's after the other and then all, and have room again."""

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.client import API
from tests.e2e.system import Firm
from tests.faults.disks import full, on_small_disks
from tests.faults.hurt import RECOVERY, whole
from tests.faults.ledger import Ledger
from tests.faults.load import Load
from tests.faults.proof import Proof
from tests.faults.test_broker_away import EVERY, door
from tests.faults.vital import MIB
from tests.waiting import eventually

DISKS = ("contacts", "accounts", "dossier", "notifications", "blobs", "mailbox", "nats")
SHORT = ("notifications", "nats", ".")
SIZE = 64 * MIB  # room for write-ahead logs before they are carried over
NOTICED = 2.5  # seconds that a disk stays full: the broker's is looked at once a second


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firm]:
    folder = tmp_path_factory.mktemp("small")
    with on_small_disks(folder, *DISKS, size=SIZE, DOSSIER_MAIL_RETRY_SECONDS="1") as firm:
        yield firm


@pytest.fixture(scope="module")
def proof(running: Firm, seed: int) -> Proof:
    return Proof(running, Load(Ledger(running), seed))


def behind(firm: Firm) -> dict[str, int]:
    """What the services' health says is not yet where it belongs."""
    services = firm.owner.get("/health/ready").json()["services"]
    return {f"{name} {part}": lag for name, state in services.items() for part, lag in state["lag"].items() if lag}


async def healed(firm: Firm) -> bool:
    health = firm.owner.get("/health/ready")
    return health.status_code == 200 and not behind(firm)


async def felt(disk: str, load: Load, proof: Proof, since: int) -> bool:
    """Whether somebody was refused, or something waits, for want of room."""
    if disk == "mailbox":
        tried = proof.firm.owner.read("/messages", state="queued")["items"]
        return any(message["attempts"] for message in tried)
    refused = any(operation.failures for operation in load.ledger.operations[since:])
    return refused or bool(behind(proof.firm))


async def reads_go_on(firm: Firm, seconds: float) -> None:
    """And what is refused is refused with a problem document."""
    begun = time.monotonic()
    async with door(firm) as http:
        while time.monotonic() - begun < seconds:
            assert (await http.get(f"{API}/accounts")).status_code == 200
            made = await http.post(f"{API}/contacts", json={"name": ""})
            assert made.headers["Content-Type"] == "application/problem+json"
            await asyncio.sleep(EVERY)


@pytest.mark.parametrize("disk", [*DISKS, "."])
async def test_a_full_disk_refuses_what_is_new_shows_what_is_known_and_heals(
    disk: str, load: Load, proof: Proof, long: bool, tmp_path: Path
) -> None:
    if not long and disk not in SHORT:
        pytest.skip("in the long form only")
    firm, since = proof.firm, len(load.ledger.operations)
    pids = firm.machine.pids()
    folders = [firm.machine.data / name for name in ((*DISKS, ".") if disk == "." else (disk,))]
    async with load.running(people=3):
        await load.more(5)
        with full(*folders):
            await reads_go_on(firm, NOTICED)
            await eventually(lambda: felt(disk, load, proof, since))
            if disk == ".":
                states = firm.owner.get("/health/ready").json()["services"].values()
                assert {state["disk"]["free"] for state in states} == {0}
        begun = time.monotonic()
        if "nats" in (disk, *(folder.name for folder in folders)):
            await whole(firm, "nats-server", pids["nats-server"])
        await eventually(lambda: healed(firm), RECOVERY)
        print(f"{disk} healed after {time.monotonic() - begun:.1f} s")
        await load.more(10)
    assert {name for name, pid in firm.machine.pids().items() if pids[name] != pid} <= {"nats-server"}
    await proof.holds(tmp_path)
    await proof.emails_arrive()
