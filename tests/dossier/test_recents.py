"""Dossiers opened recently (A-04)."""

from typing import Any
from uuid import UUID

import pytest

from services.dossier.contract import ListRecents
from services.dossier.domain import KEPT, Recents
from shared.ids import new_id
from tests.dossier.conftest import Read
from tests.dossier.events import History
from tests.scenario import fact, given


def a_recents(member_id: UUID) -> Recents:
    return Recents(id=new_id(), member_id=member_id)


def test_opening_a_dossier_is_recorded() -> None:
    member, account = new_id(), new_id()
    given(a_recents(member)).when(lambda recents: recents.open(account)).then(
        fact(Recents.Opened, member_id=member, account_id=account)
    )


def test_opening_the_latest_dossier_again_records_nothing() -> None:
    account = new_id()
    given(a_recents(new_id()), lambda recents: recents.open(account)).when(
        lambda recents: recents.open(account)
    ).then_nothing()


def test_only_the_last_dossiers_are_remembered() -> None:
    recents, accounts = a_recents(new_id()), [new_id() for _ in range(KEPT + 5)]
    for account in accounts:
        recents.open(account)
    assert recents.accounts == accounts[: -KEPT - 1 : -1]


def names(page: dict[str, Any]) -> list[str]:
    return [item["name"] for item in page["items"]]


@pytest.mark.rows("A-04")
async def test_recent_dossiers_are_listed_latest_first_as_far_as_they_are_seen(history: History, read: Read) -> None:
    owner, clerk = history.member(), history.member("Inès", "Moreau", "employee")
    contact, id = history.contact(), history.id("recents")
    accounts = [history.account(name, contact, team={clerk: "read"}) for name in ("Un", "Deux", "Trois")]
    for account in (accounts[0], accounts[1], accounts[2], accounts[0]):
        history.record("dossier.recents.opened", id, by=clerk, member_id=clerk, account_id=account)
    service = await read(history)
    assert names(await service.ask(clerk, ListRecents)) == ["Un", "Trois", "Deux"]
    assert names(await service.ask(owner, ListRecents)) == []
    history.on_account("team-cleared", accounts[2], member_id=clerk, was="read")
    history.on_account("deleted", accounts[0])
    await service.take_in(history)
    assert names(await service.ask(clerk, ListRecents)) == ["Deux"]
