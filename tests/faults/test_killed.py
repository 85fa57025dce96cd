"""A firm whose processes are killed, and whose broker loses everything, while people work in it.

Nothing that was acknowledged is lost, nothing is done twice, and everybody is served again within ten seconds.
"""

import os
import signal
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from random import Random

import pytest

from tests.e2e.client import Json
from tests.e2e.system import Firm
from tests.faults.hurt import kill, lose_the_brokers_store
from tests.faults.ledger import Ledger
from tests.faults.load import Load, note
from tests.faults.proof import Proof
from tests.waiting import eventually

RETRY = 12  # seconds after which an e-mail that was not taken is tried again
SERVICES = ("notifications", "contacts", "accounts", "interactions", "files", "dossier", "firm", "gateway")
BROKER_KILLS = 4


@pytest.fixture(scope="module")
def seed() -> int:
    """Another one each time; `DOSSIER_FAULTS_SEED` repeats one."""
    return int(os.environ.get("DOSSIER_FAULTS_SEED") or time.time_ns() % 1_000_000)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firm]:
    firm = Firm(tmp_path_factory.mktemp("hurt"), DOSSIER_MAIL_RETRY_SECONDS=str(RETRY))
    try:
        yield firm.start()
    finally:
        firm.stop()


@pytest.fixture(scope="module")
def proof(running: Firm, seed: int) -> Proof:
    return Proof(running, Load(Ledger(running), seed))


@pytest.fixture
async def load(proof: Proof, seed: int) -> AsyncIterator[Load]:
    """People who work in the firm, ready to begin."""
    print(f"DOSSIER_FAULTS_SEED={seed}")
    async with proof.ledger as ledger:
        if not ledger.operations:
            await proof.load.begin()
        yield proof.load
    print(ledger.summary())


@pytest.fixture
def chance(seed: int, request: pytest.FixtureRequest) -> Random:
    return Random(f"{seed} {request.node.name}")


async def test_the_broker_killed_again_and_again_loses_and_repeats_nothing(
    load: Load, proof: Proof, chance: Random, tmp_path: Path
) -> None:
    async with load.running():
        for _ in range(BROKER_KILLS):
            await load.more(chance.randrange(5, 40))
            print("the broker was away for", round(await kill(proof.firm, "nats-server"), 1), "s")
        await load.more(20)
    await proof.holds(tmp_path)


@pytest.mark.parametrize("service", SERVICES)
async def test_a_service_killed_under_load_loses_and_repeats_nothing(
    service: str, load: Load, proof: Proof, chance: Random, tmp_path: Path
) -> None:
    async with load.running():
        await load.more(chance.randrange(5, 40))
        proof.cut += service == "notifications"
        print(f"{service} was away for", round(await kill(proof.firm, service), 1), "s")
        await load.more(20)
    await proof.holds(tmp_path)


async def test_every_email_left_once_whatever_was_killed(load: Load, proof: Proof) -> None:
    await proof.emails_arrive()


async def test_a_broker_that_lost_its_store_is_filled_again_with_what_happened_and_what_was_promised(
    load: Load, proof: Proof, chance: Random, tmp_path: Path
) -> None:
    await proof.emails_arrive()
    await an_email_is_refused(load, proof, chance)
    load.mails = False  # but for that one, nothing is just being sent
    async with load.running(people=2):
        await load.more(chance.randrange(2, 10))
        print("the broker was away for", round(await lose_the_brokers_store(proof.firm), 1), "s")
        load.mails = True
        await load.more(20)
    await proof.holds(tmp_path)
    await proof.emails_arrive()


async def an_email_is_refused(load: Load, proof: Proof, chance: Random) -> None:
    """Have a promise to send lie with the broker: the mailbox is away at the first try."""
    owner = proof.firm.owner
    for _ in range(5):
        pid = proof.firm.machine.pid("mailbox")
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        done = await load.ledger.perform(note(load, chance, people=1))

        def message(id: str = done.id) -> Json | None:
            tried = [item for item in owner.read("/messages", interaction_id=id)["items"] if item["attempts"]]
            return tried[0] if tried else None

        tried = await eventually(message)
        assert tried is not None
        await eventually(lambda: proof.firm.machine.pid("mailbox"))
        if tried["state"] == "queued":
            return
    raise AssertionError("the mailbox was never away")
