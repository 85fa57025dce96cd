"""D1: no room left for PostgreSQL's files."""

from pathlib import Path

import httpx
import pytest

from tests.e2e.client import API
from tests.engines.wires import Wired
from tests.faults.engines.outage import healed
from tests.faults.ledger import Operation
from tests.faults.load import Load
from tests.faults.proof import Proof

ENOUGH = 400  # contacts: more than the pages have room for that the server has already


async def test_without_room_changes_are_refused_reads_go_on_and_room_heals_it(
    wires: Wired, load: Load, proof: Proof, tmp_path: Path
) -> None:
    database = wires.engines.postgres
    if not database.small:
        pytest.skip("this machine does not let a test mount a file system")
    ballast = database.data.parent / "ballast"
    headers = {"Authorization": f"Bearer {proof.firm.owner.token}"}
    async with httpx.AsyncClient(base_url=proof.firm.address + API, headers=headers, timeout=10) as http:
        _fill(ballast)
        try:
            refused, answer = await _until_refused(http, load)
            assert (answer.status_code, answer.json()["code"]) == (507, "out-of-space")
            assert answer.headers["Retry-After"]
            listed = await http.get("/contacts", params={"limit": 1})
            assert listed.status_code == 200
        finally:
            ballast.unlink()
    async with load.running():
        await healed(proof)
    await load.ledger.perform(refused)
    await proof.holds(tmp_path)


async def _until_refused(http: httpx.AsyncClient, load: Load) -> tuple[Operation, httpx.Response]:
    """Make contacts for as long as they are taken; all but the last one go into the ledger."""
    for number in range(ENOUGH):
        name = f"{load.name()}f{number}"
        operation = Operation("contact", "POST", "/contacts", {"name": name}, name=name)
        answer = await http.post("/contacts", json=operation.body, headers={"Idempotency-Key": operation.key})
        if not answer.is_success:
            return operation, answer
        await load.ledger.perform(operation)
    raise AssertionError("there was room for all")


def _fill(path: Path) -> None:
    """Write until the file system has no room."""
    with path.open("wb", buffering=0) as file:
        for size in (1024**2, 8192):
            try:
                while True:
                    file.write(b"\0" * size)
            except OSError:
                continue
