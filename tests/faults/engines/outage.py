"""What everybody is told while an engine is away, and that they are served again soon after."""

from tests.faults.hurt import RECOVERY, whole
from tests.faults.load import PEOPLE
from tests.faults.proof import Proof
from tests.faults.test_broker_away import Outage, asked_throughout
from tests.waiting import eventually

GIVEN_UP = 6.0  # seconds: the gateway waits five for a service
_SERVED = {("command", 200), ("command", 201), ("query", 200)}
_REFUSED = {("command", 503), ("query", 503)}


async def told(proof: Proof, seconds: float) -> Outage:
    """Ask for so long: each answer is a success or the advice to come again, in time, and the gateway lives."""
    found = await asked_throughout(proof.load, proof.firm, seconds)
    print(dict(found.statuses))
    assert found.statuses.keys() <= _SERVED | _REFUSED
    assert found.slowest < GIVEN_UP
    return found


async def healed(proof: Proof, *outages: Outage) -> None:
    """Everybody is served within ten seconds, without help; what was refused can be done now, once."""
    before = proof.ledger.answered
    print("whole again after", round(await whole(proof.firm, "dossier"), 1), "s")
    await eventually(lambda: proof.ledger.answered >= before + PEOPLE, RECOVERY)
    for outage in outages:
        for operation in outage.commands:
            await proof.ledger.perform(operation)
