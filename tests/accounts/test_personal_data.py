"""Whose key seals what an account says of people, and what is left of it when they are erased (ruling 3)."""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from services.accounts.domain.account import Account
from services.accounts.domain.links import Link
from services.accounts.values import BusinessAddress
from shared.events import ERASED
from shared.ids import new_id
from shared.keys import KeyDatabase, Keys
from shared.problems import Erased
from shared.store import EventStore

ZOE, LEO = new_id(), new_id()
LYON = BusinessAddress(street="12 rue de l'Église", city="Lyon")


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[tuple[EventStore, KeyDatabase]]:
    """The store as a fresh process opens it: nothing in memory."""
    database = KeyDatabase(folder / "keys.db", (folder / "master").read_bytes())
    store = EventStore("accounts", folder, [Account], Keys(database))
    await store.open()
    yield store, database
    await store.close()
    database.close()


@pytest.fixture
async def account(tmp_path: Path) -> Account:
    """The Lefèvres' account, with two contacts; it is stored below `tmp_path`."""
    (tmp_path / "master").write_bytes(secrets.token_bytes(32))
    links = [Link(ZOE, "Gérante"), Link(LEO)]
    account = Account.create(new_id(), name="Famille Lefèvre", type="individual", links=links, address=LYON)
    account.describe_link(LEO, "Conjoint")
    async with opened(tmp_path) as (store, _):
        await store.save(account)
    return account


async def test_no_name_and_no_description_is_readable_in_the_store(tmp_path: Path, account: Account) -> None:
    async with opened(tmp_path) as (store, _):
        stored = b"".join(row.state for row in await store.notifications(0, 100))
    for text in ("Lefèvre", "Gérante", "Conjoint", "Église", "Lyon"):
        assert text.encode() not in stored
    assert str(ZOE).encode() in stored


@pytest.mark.rows("T-41")
async def test_an_erased_contact_leaves_a_placeholder_on_its_link(tmp_path: Path, account: Account) -> None:
    async with opened(tmp_path) as (_, keys):
        await keys.destroy(str(ZOE), "2026-11-23T00:00:00Z")
    async with opened(tmp_path) as (store, _):
        found = await store.load(Account, account.id)
        assert found.links == {ZOE: ERASED, LEO: "Conjoint"}
        assert found.name == "Famille Lefèvre"
        found.describe_link(ZOE, "DG")
        with pytest.raises(Erased):
            await store.save(found)


async def test_an_erased_contact_can_still_be_unlinked(tmp_path: Path, account: Account) -> None:
    async with opened(tmp_path) as (store, keys):
        await keys.destroy(str(ZOE), "2026-11-23T00:00:00Z")
    async with opened(tmp_path) as (store, _):
        found = await store.load(Account, account.id)
        found.unlink(ZOE)
        await store.save(found)
        assert found.links == {LEO: "Conjoint"}


async def test_an_accounts_own_key_holds_its_name_and_address(tmp_path: Path, account: Account) -> None:
    async with opened(tmp_path) as (_, keys):
        await keys.destroy(str(account.id), "2026-11-23T00:00:00Z")
    async with opened(tmp_path) as (store, _):
        found = await store.load(Account, account.id)
        assert (found.name, found.address) == (ERASED, None)
        assert found.links == {ZOE: "Gérante", LEO: "Conjoint"}
