"""U1: services told to end (SIGTERM) under load end in time, and nobody is told anything worse than to come again."""

import os
import signal
import time
from pathlib import Path
from random import Random

from tests.faults.hurt import RECOVERY, whole
from tests.faults.load import Load
from tests.faults.proof import Proof
from tests.waiting import eventually

SERVICES = ("contacts", "accounts", "interactions", "files", "notifications", "dossier", "firm", "gateway")


async def ended(proof: Proof, name: str) -> float:
    """SIGTERM; the seconds until the process is gone."""
    pid = proof.firm.machine.pid(name)
    assert pid is not None
    begun = time.monotonic()
    os.kill(pid, signal.SIGTERM)
    await eventually(lambda: not Path(f"/proc/{pid}").exists(), RECOVERY)
    took = time.monotonic() - begun
    await whole(proof.firm, name, pid)
    return took


async def test_services_that_are_told_to_end_lose_and_repeat_nothing(
    load: Load, proof: Proof, chance: Random, long: bool, tmp_path: Path
) -> None:
    """The ledger takes no answer but success, a refusal that it expects, and 503."""
    names = SERVICES * 10 if long else [*chance.sample(SERVICES[:-1], 2), "gateway"]
    async with load.running():
        for name in names:
            await load.more(chance.randrange(5, 20))
            print(f"{name} ended in", round(await ended(proof, name), 1), "s")
        await load.more(10)
    await proof.holds(tmp_path)
