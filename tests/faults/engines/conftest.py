"""One firm on PostgreSQL, MongoDB's protocol and S3, each to be killed and cut off test after test."""

from collections.abc import Iterator

import pytest

from tests.e2e.system import Firm
from tests.engines.stored import InEngines
from tests.engines.wires import Wired, wired
from tests.faults.ledger import Ledger
from tests.faults.load import Load
from tests.faults.proof import Proof

_HASTE = {
    "DOSSIER_MAIL_RETRY_SECONDS": "2",
    "DOSSIER_SMTP_SECONDS": "5",
    "DOSSIER_BLOBS_SECONDS": "3",
}
"""What otherwise has the patience of the world outside."""


@pytest.fixture(scope="session")
def wires(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Wired]:
    with wired(tmp_path_factory.mktemp("wired"), **_HASTE) as found:
        yield found


@pytest.fixture(scope="session")
def running(wires: Wired) -> Firm:
    return wires.firm


@pytest.fixture(scope="session")
def proof(wires: Wired, seed: int) -> Proof:
    return Proof(wires.firm, Load(Ledger(wires.firm), seed), InEngines(wires.engines))
