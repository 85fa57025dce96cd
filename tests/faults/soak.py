"""`make soak`: people at work for hours while processes are killed, put to sleep and started again, at random.

Ends with a report, and with 1 if something was lost, was done twice, or grows that must not.
"""

import argparse
import asyncio
import os
import signal
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from random import Random

from tests.e2e.system import Firm
from tests.faults.hurt import RECOVERY, asleep, kill, whole
from tests.faults.ledger import Ledger
from tests.faults.load import Load
from tests.faults.proof import Proof
from tests.faults.slopes import Watch, beyond

SERVICES = ("contacts", "accounts", "interactions", "files", "notifications", "dossier", "firm", "gateway")
PAUSE = 0.4  # seconds between two operations of one person: hours of them must be held against the stores
EVERY = 5.0  # seconds between two looks
BETWEEN = (10.0, 40.0)  # seconds between two faults
SLEEP = (0.5, 4.0)  # seconds


async def hurt(firm: Firm, proof: Proof, chance: Random) -> str:
    """One fault, and the firm whole again."""
    kind = chance.choices(["kill", "end", "sleep"], [4, 2, 3])[0]
    name = chance.choice([*SERVICES, "nats-server"])
    proof.cut += name == "notifications" and kind == "kill"
    if kind == "kill":
        return f"{name} killed, away for {await kill(firm, name):.1f} s"
    if kind == "sleep":
        with asleep(firm, name):
            await asyncio.sleep(chance.uniform(*SLEEP))
        return f"{name} put to sleep, whole after {await whole(firm, name):.1f} s"
    pid = firm.machine.pid(name)
    assert pid is not None
    os.kill(pid, signal.SIGTERM)
    return f"{name} ended, away for {await whole(firm, name, pid):.1f} s"


async def soak(firm: Firm, seconds: float, seed: int, folder: Path) -> list[str]:
    """The report."""
    proof, chance = Proof(firm, Load(Ledger(firm), seed)), Random(seed)
    watch, faults = Watch(firm), 0
    proof.load.pause = PAUSE
    async with proof.ledger as ledger:
        await proof.load.begin()
        watching = asyncio.create_task(watch.keep(EVERY))
        async with proof.load.running():
            while time.monotonic() - watch.begun < seconds:
                await asyncio.sleep(chance.uniform(*BETWEEN))
                print(f"{time.monotonic() - watch.begun:7.0f} s  {await hurt(firm, proof, chance)}", flush=True)
                faults += 1
        await proof.emails_arrive()
        await asyncio.sleep(EVERY + RECOVERY / 2)  # one more look, at rest
        watching.cancel()
        with suppress(asyncio.CancelledError):
            await watching
        await proof.holds(folder)
        return [*watch.lines(), f"{faults} faults, {ledger.summary()}; nothing lost, nothing twice"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m tests.faults.soak")
    parser.add_argument("--hours", type=float, default=0.0)
    parser.add_argument("--minutes", type=float, default=0.0)
    parser.add_argument("--seed", type=int, default=time.time_ns() % 1_000_000)
    given = parser.parse_args()
    seconds = given.hours * 3600 + given.minutes * 60 or 7200.0
    with tempfile.TemporaryDirectory(prefix="dossier-soak-") as folder:
        firm = Firm(Path(folder) / "firm")
        print(f"seed {given.seed}")
        try:
            report = asyncio.run(soak(firm.start(), seconds, given.seed, Path(folder)))
        finally:
            firm.stop()
    print("\n".join(report))
    raise SystemExit(any(line.endswith(beyond(True)) for line in report))


if __name__ == "__main__":
    main()
