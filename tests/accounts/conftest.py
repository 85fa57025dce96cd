"""The accounts service, running, and people who ask things of it."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio

from services.accounts import app as accounts
from services.accounts.contract import CreateAccount
from services.contacts.contract import CreateContact
from shared.context import Context
from tests.accounts.stored import Make
from tests.running import System, running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def system(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[System]:
    async with running(accounts, tmp_path=tmp_path_factory.mktemp("accounts")) as system:
        yield system


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def manager(system: System) -> Context:
    """An employee who manages accounts and contacts, and sees only what they are given."""
    return await system.member("employee", ["manage-accounts", "manage-contacts"])


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def novice(system: System) -> Context:
    """An employee without any permission."""
    return await system.member("employee")


@pytest.fixture
def contact(system: System) -> Make:
    """Makes a contact; returns its id."""

    async def make(**fields: Any) -> UUID:
        answer = await system.tell(CreateContact, system.owner, **({"given_name": "Zoé"} | fields))
        assert answer.status == 201, answer
        return answer.id

    return make


@pytest.fixture
def account(system: System, contact: Make) -> Make:
    """Makes an account of these contacts, of a new one if none is named; returns its id."""

    async def make(*contacts: UUID, by: Context | None = None, **fields: Any) -> UUID:
        links = [{"contact_id": str(id)} for id in contacts or [await contact()]]
        fields = {"name": "Boulangerie Lefèvre", "type": "business", "contacts": links} | fields
        answer = await system.tell(CreateAccount, by or system.owner, **fields)
        assert answer.status == 201, answer
        return answer.id

    return make
