"""The files service with accounts, running, and people of differing rights."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from services.accounts import app as accounts
from services.files import app as files
from tests.files.office import Office
from tests.running import running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def office(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Office]:
    async with running(accounts, files, tmp_path=tmp_path_factory.mktemp("files")) as system:
        people = [await system.member("employee", given) for given in ([], [], ["manage-accounts"], [])]
        yield Office(system, *people)
