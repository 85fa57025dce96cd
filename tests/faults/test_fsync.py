"""P1 and D2: what was acknowledged was on disk before, and a disk that failed once is not trusted again."""

import re
from collections.abc import Callable
from pathlib import Path
from random import Random
from uuid import UUID

import pytest

from tests.faults.hurt import whole
from tests.faults.ledger import Operation
from tests.faults.load import Load, contact, rename_contact
from tests.faults.proof import Proof
from tests.faults.tracing import SENDS, Call, returned, traced

STORE = "/contacts/events.db-wal>"
LOGS = re.compile(r"/(contacts/events|keys/keys)\.db-wal>")
DONE = "Dossier-Status: 201"


def is_synced(call: Call) -> bool:
    return call.name in ("fdatasync", "fsync") and STORE in call.text and call.text.endswith("= 0")


def order(calls: list[Call], id: str) -> list[str]:
    """What happened of these: the event is in a write to the log, the log is on disk, the answer leaves."""
    steps = []
    for call in calls:
        if call.name == "pwrite64" and STORE in call.text and UUID(id).hex in call.text:
            steps.append("written")
        elif is_synced(call):
            steps.append("synced")
        elif DONE in call.text and id in call.text:
            return [*steps, "answered"]
    return steps


async def test_every_command_is_on_disk_before_its_answer_leaves(
    load: Load, proof: Proof, chance: Random, long: bool, tmp_path: Path
) -> None:
    pid = proof.firm.machine.pid("contacts")
    assert pid is not None
    trace = tmp_path / "trace"
    with traced(pid, trace, f"fdatasync,fsync,pwrite64,{SENDS}"):
        made = [await load.ledger.perform(contact(load, chance)) for _ in range(1_000 if long else 20)]
    calls = returned(trace)
    for done in made:
        steps = order(calls, done.id)
        assert "written" in steps
        assert steps[-1] == "answered"
        assert "synced" in steps[steps.index("written") :], f"{done.id} was answered before it was on disk"


@pytest.mark.parametrize("act", [contact, rename_contact])
async def test_a_disk_that_fails_to_sync_is_not_trusted_again(
    act: Callable[[Load, Random], Operation], load: Load, proof: Proof, tmp_path: Path
) -> None:
    """That of the keys (the first act needs one) and that of the events.

    What could not be written counts as clean afterwards: a later sync would say yes to what is not there.
    """
    firm, trace = proof.firm, tmp_path / "trace"
    pid = firm.machine.pid("contacts")
    assert pid is not None
    async with load.running(people=2, acts={act: 1}):
        await load.more(3)
        with traced(pid, trace, f"fdatasync,fsync,{SENDS}", "-e", "inject=fdatasync,fsync:error=EIO"):
            print("whole again after", round(await whole(firm, "contacts", pid), 1), "s")
        await load.more(10)
    calls = returned(trace)
    failed = next(at for at, call in enumerate(calls) if "EIO" in call.text and LOGS.search(call.text))
    assert [call.text for call in calls[failed:] if DONE in call.text] == []
    await proof.holds(tmp_path)
