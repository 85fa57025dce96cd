"""K3: PostgreSQL and the server of MongoDB's protocol killed with SIGKILL again and again, while people work."""

from pathlib import Path
from random import Random

import pytest

from tests.engines.wires import Wired
from tests.faults.engines.outage import healed, told
from tests.faults.load import Load
from tests.faults.proof import Proof

KILLS = 2


@pytest.mark.parametrize("server", ["postgres", "mongo"])
async def test_an_engine_killed_under_load_loses_and_repeats_nothing(
    server: str, wires: Wired, load: Load, proof: Proof, chance: Random, long: bool, tmp_path: Path
) -> None:
    killed = {"postgres": wires.engines.postgres, "mongo": wires.engines.mongo}[server]
    async with load.running():
        for _ in range(20 * KILLS if long else KILLS):
            await load.more(chance.randrange(5, 20))
            killed.kill()
            found = await told(proof, chance.uniform(0.5, 2.5))
            killed.start()
            await healed(proof, found)
    await proof.holds(tmp_path)
