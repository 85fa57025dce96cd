"""M4 and B1: the last words of PostgreSQL lost, and S3 gone in the middle of an upload."""

from collections.abc import AsyncIterator
from contextlib import ExitStack
from pathlib import Path
from random import Random

import httpx
import pytest

from tests.e2e.client import API
from tests.engines.wires import Wired
from tests.faults.engines.test_wires import harmed
from tests.faults.ledger import Operation
from tests.faults.load import Load
from tests.faults.proof import Proof
from tests.waiting import eventually

LARGE = 12 * 1024**2  # bytes: three parts
_WAITS = 30  # seconds: longer than the store is waited for, and tried again
_FORM = "multipart/form-data; boundary=edge"
_HEAD = b'--edge\r\nContent-Disposition: form-data; name="file"; filename="whole.bin"\r\n\r\n'
_TAIL = b"\r\n--edge--\r\n"


async def test_a_commit_whose_answer_is_lost_is_told_as_done_and_done_once(
    wires: Wired, load: Load, proof: Proof, chance: Random, long: bool, tmp_path: Path
) -> None:
    before = len(proof.ledger.operations)
    async with load.running():
        for _ in range(100 if long else 5):
            await load.more(chance.randrange(1, 8))
            wires.between.swallows_commit = True
            await eventually(lambda: not wires.between.swallows_commit)
        await load.more(10)
    assert [(o.kind, o.failures) for o in proof.ledger.operations[before:] if o.failures] == []
    await proof.holds(tmp_path)


@pytest.mark.parametrize("harm", ["silent", "closed"])
async def test_an_upload_that_the_store_drops_half_way_is_refused_and_can_be_repeated(
    harm: str, wires: Wired, load: Load, proof: Proof, chance: Random, tmp_path: Path
) -> None:
    folder, name, objects = load.some(chance, "folder"), load.name(), _objects(wires)
    path, content = f"/folders/{folder}/documents", chance.randbytes(LARGE)
    upload = Operation("document", "POST", path, file=(f"{name}.bin", content), name=name, on=folder)
    headers = {"Authorization": f"Bearer {proof.firm.owner.token}", "Idempotency-Key": upload.key}
    with ExitStack() as stack:

        async def body() -> AsyncIterator[bytes]:
            yield _HEAD + content[: LARGE // 2]
            stack.enter_context(harmed(wires.ways["s3"], harm))
            yield content[LARGE // 2 :] + _TAIL

        async with httpx.AsyncClient(base_url=proof.firm.address + API, timeout=_WAITS) as http:
            answer = await http.post(path, headers=headers | {"Content-Type": _FORM}, content=body())
    assert (answer.status_code, answer.headers.get("Retry-After")) == (503, "1"), answer.text
    assert _objects(wires) == objects
    await load.ledger.perform(upload)
    assert len(_objects(wires)) == len(objects) + 1
    await proof.holds(tmp_path)


def _objects(wires: Wired) -> set[Path]:
    """What the bucket shows; the parts of an unfinished upload are not among it."""
    return {path for path in wires.engines.s3.files() if ".sgwtmp" not in path.parts}
