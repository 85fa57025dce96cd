"""One firm that is hurt in every way, test after test, and the ledger of all that was asked of it."""

import os
import time
from collections.abc import AsyncIterator, Iterator
from random import Random

import pytest

from tests.e2e.system import Firm
from tests.faults.ledger import Ledger
from tests.faults.load import Load
from tests.faults.proof import Proof

RETRY = 12  # seconds after which an e-mail that was not taken is tried again


@pytest.fixture(scope="session")
def seed() -> int:
    """Another one each time; `DOSSIER_FAULTS_SEED` repeats one."""
    return int(os.environ.get("DOSSIER_FAULTS_SEED") or time.time_ns() % 1_000_000)


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firm]:
    firm = Firm(tmp_path_factory.mktemp("hurt"), DOSSIER_MAIL_RETRY_SECONDS=str(RETRY))
    try:
        yield firm.start()
    finally:
        firm.stop()


@pytest.fixture(scope="session")
def proof(running: Firm, seed: int) -> Proof:
    return Proof(running, Load(Ledger(running), seed))


@pytest.fixture
async def load(proof: Proof) -> AsyncIterator[Load]:
    """People who work in the firm, ready to begin."""
    print(f"DOSSIER_FAULTS_SEED={proof.load.seed}")
    async with proof.ledger as ledger:
        if not ledger.operations:
            await proof.load.begin()
        await ledger.settle()
        yield proof.load
    print(ledger.summary())


@pytest.fixture
def chance(seed: int, request: pytest.FixtureRequest) -> Random:
    return Random(f"{seed} {request.node.name}")
