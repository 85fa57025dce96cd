"""A firm of its own: what the fuzzer does to it is nobody else's concern."""

from collections.abc import Iterator

import pytest

from tests.e2e.stage import Stage, staged
from tests.e2e.system import Firm


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """An account with all that can stand in it, in a firm whose sign-ins are never slowed down."""
    unhindered = {"DOSSIER_SIGN_IN_FAILURES_ACCOUNT": "1000000", "DOSSIER_SIGN_IN_FAILURES_ADDRESS": "1000000"}
    firm = Firm(tmp_path_factory.mktemp("fuzzed"), **unhindered)
    try:
        yield staged(firm.start(), firm.owner)
    finally:
        firm.stop()
