"""N2: the process behind everybody's reading asleep, while the others go on."""

import time
from pathlib import Path

from services.gateway.http.upstream import PATIENCE
from tests.e2e.client import API
from tests.faults.hurt import asleep, whole
from tests.faults.load import ACTS, Load, opened
from tests.faults.proof import Proof
from tests.faults.test_broker_away import door

ON_TIME = 2.0  # seconds for a command meanwhile, with all the waiting for a position that it may include


async def test_the_read_side_asleep_holds_up_nobody_and_catches_up(
    load: Load, proof: Proof, long: bool, tmp_path: Path
) -> None:
    """Nobody can tell from outside that it will not answer: who asks it is told so when the gateway's patience ends."""
    async with load.running(people=1):
        await load.more(3)
    before, reads = len(load.ledger.operations), []
    others = {act: weight for act, weight in ACTS.items() if act is not opened}
    with asleep(proof.firm, "dossier"):
        begun = time.monotonic()
        async with door(proof.firm) as http, load.running(acts=others):
            while time.monotonic() - begun < (300 if long else 5):
                await load.more(5)
                reads.append(await http.get(f"{API}/accounts"))
    print("whole again after", round(await whole(proof.firm, "dossier"), 1), "s")
    assert {answer.status_code for answer in reads} == {503}
    assert max(answer.elapsed.total_seconds() for answer in reads) < PATIENCE + 1
    assert [operation for operation in load.ledger.operations[before:] if operation.failures] == []
    assert max(operation.seconds for operation in load.ledger.operations[before:]) < ON_TIME
    await proof.holds(tmp_path)
