"""N2: the process behind everybody's reading asleep, while the others go on."""

import time
from pathlib import Path

from tests.e2e.client import API
from tests.faults.hurt import asleep, whole
from tests.faults.load import ACTS, Load, opened
from tests.faults.proof import Proof
from tests.faults.test_broker_away import ANSWER, door

ON_TIME = 1.0  # seconds for a command meanwhile


async def test_the_read_side_asleep_holds_up_nobody_and_catches_up(
    load: Load, proof: Proof, long: bool, tmp_path: Path
) -> None:
    reads = []
    async with load.running(people=1):
        await load.more(3)
    before = len(load.ledger.operations)
    with asleep(proof.firm, "dossier"):
        begun = time.monotonic()
        async with (
            door(proof.firm) as http,
            load.running(acts={act: n for act, n in ACTS.items() if act is not opened}),
        ):
            while time.monotonic() - begun < (300 if long else 5):
                await load.more(5)
                reads.append(await http.get(f"{API}/accounts"))
    print("whole again after", round(await whole(proof.firm, "dossier"), 1), "s")
    print("reads", [(a.status_code, round(a.elapsed.total_seconds(), 1)) for a in reads])
    assert {answer.status_code for answer in reads} == {503}
    tried = [operation for operation in load.ledger.operations[before:] if operation.failures]
    assert tried == []
    assert max(answer.elapsed.total_seconds() for answer in reads) < ANSWER
    await proof.holds(tmp_path)
