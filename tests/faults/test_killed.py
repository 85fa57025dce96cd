"""A firm whose processes are killed, and whose broker loses everything, while people work in it.

Nothing that was acknowledged is lost, nothing is done twice, and everybody is served again within ten seconds.
"""

import os
import signal
from pathlib import Path
from random import Random

import pytest

from tests.e2e.client import Json
from tests.faults import vital
from tests.faults.hurt import kill, lose_the_brokers_store
from tests.faults.load import Load, note
from tests.faults.proof import Proof
from tests.waiting import eventually

SERVICES = ("notifications", "contacts", "accounts", "interactions", "files", "dossier", "firm", "gateway")
BROKER_KILLS = 4, 25  # in the short form, in the long one
SERVICE_KILLS = 1, 10


async def test_the_broker_killed_again_and_again_loses_and_repeats_nothing(
    load: Load, proof: Proof, chance: Random, long: bool, tmp_path: Path
) -> None:
    async with load.running():
        await load.more(20)
        before = vital.of_all(proof.firm)
        for _ in range(BROKER_KILLS[long]):
            await load.more(chance.randrange(5, 40))
            print("the broker was away for", round(await kill(proof.firm, "nats-server"), 1), "s")
        await load.more(20)
    assert vital.grown(proof.firm, before) == []
    await proof.holds(tmp_path)


@pytest.mark.parametrize("service", SERVICES)
async def test_a_service_killed_under_load_loses_and_repeats_nothing(
    service: str, load: Load, proof: Proof, chance: Random, long: bool, tmp_path: Path
) -> None:
    async with load.running():
        await load.more(5)
        before = vital.of_all(proof.firm)
        for _ in range(SERVICE_KILLS[long]):
            await load.more(chance.randrange(5, 35))
            proof.cut += service == "notifications"
            print(f"{service} was away for", round(await kill(proof.firm, service), 1), "s")
        await load.more(20)
    assert vital.grown(proof.firm, before) == []
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
