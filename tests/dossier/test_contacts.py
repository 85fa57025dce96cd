"""The list of contacts, and one of them."""

from typing import Any

import pytest

from services.dossier.contract import GetContact, ListContacts
from shared.problems import NotFound
from tests.dossier.conftest import Read
from tests.dossier.events import History


def names(page: dict[str, Any]) -> list[str]:
    return [item["name"] for item in page["items"]]


@pytest.mark.rows("D-14", "D-15", "D-23")
async def test_contacts_are_listed_with_or_without_an_account(history: History, read: Read) -> None:
    owner = history.member()
    alone = history.contact("Noël D’Hondt", emails=["noel@x.example"], phones=["01 42 68 53 00"])
    linked = history.contact("Élise Lefèvre")
    one, two = history.account("Zeta", linked), history.account("Alpha", linked)
    service = await read(history)
    page = await service.ask(owner, ListContacts)
    assert names(page) == ["Élise Lefèvre", "Noël D’Hondt"]
    assert page["items"][0]["accounts"] == [{"id": two, "name": "Alpha"}, {"id": one, "name": "Zeta"}]
    assert (page["items"][1]["accounts"], page["items"][1]["id"]) == ([], alone)
    assert (page["items"][1]["email"], page["items"][1]["phone"]["typed"]) == ("noel@x.example", "01 42 68 53 00")


@pytest.mark.rows("D-24", "T-04")
@pytest.mark.parametrize("words", ["noel", "d'hondt", "NOEL@", "0142685300", "+33142", "01 42 68", "hondt noel"])
async def test_contacts_are_found_by_name_email_and_phone(words: str, history: History, read: Read) -> None:
    owner = history.member()
    history.contact("Noël D’Hondt", emails=["noel@x.example"], phones=["01 42 68 53 00"])
    history.contact("Élise Lefèvre", emails=["elise@y.example"], phones=["02 31 00 00 00"])
    service = await read(history)
    assert names(await service.ask(owner, ListContacts, q=words)) == ["Noël D’Hondt"]


async def test_contacts_are_filtered_by_status_account_and_tag_of_their_accounts(history: History, read: Read) -> None:
    owner = history.member()
    one, two = history.contact("Un"), history.contact("Deux")
    account = history.account("Compte", one, tags=["Été"])
    history.record("contacts.contact.deactivated", two)
    service = await read(history)
    assert names(await service.ask(owner, ListContacts, status="active")) == ["Un"]
    assert names(await service.ask(owner, ListContacts, status="inactive")) == ["Deux"]
    assert names(await service.ask(owner, ListContacts, account_id=account)) == ["Un"]
    assert names(await service.ask(owner, ListContacts, tag="ete")) == ["Un"]
    assert names(await service.ask(owner, ListContacts, tag="autre")) == []
    assert names(await service.ask(owner, ListContacts, sort="-created")) == ["Deux", "Un"]


@pytest.mark.rows("M-13")
async def test_a_contact_is_seen_through_its_accounts_by_who_does_not_manage_contacts(
    history: History, read: Read
) -> None:
    clerk = history.member("Sans", "Droit", "employee")
    manager = history.member("Gère", "Contacts", "employee", "manage-contacts")
    behind, free = history.contact("Derrière"), history.contact("Libre")
    both = history.contact("Deux côtés")
    hidden = history.account("Caché", behind, both)
    shown = history.account("Visible", both, team={clerk: "read"})
    service = await read(history)
    assert names(await service.ask(clerk, ListContacts)) == ["Deux côtés", "Libre"]
    assert names(await service.ask(clerk, ListContacts, q="derri")) == []
    with pytest.raises(NotFound):
        await service.ask(clerk, GetContact, contact_id=behind)
    with pytest.raises(NotFound):
        await service.ask(clerk, ListContacts, account_id=hidden)
    told = await service.ask(clerk, GetContact, contact_id=both)
    assert told["accounts"] == [{"id": shown, "name": "Visible", "description": ""}]
    page = await service.ask(manager, ListContacts)
    assert names(page) == ["Derrière", "Deux côtés", "Libre"]
    assert [item["accounts_count"] for item in page["items"]] == [0, 0, 0]
    assert (await service.ask(None, GetContact, contact_id=free))["accounts"] == []


@pytest.mark.rows("T-24", "T-41", "T-42", "T-54")
async def test_a_contact_is_told_with_what_it_is_to_each_account(history: History, read: Read) -> None:
    owner, zoe = history.member(), history.contact("Zoé Martin", emails=["zoe@x.example", "perso@x.example"])
    one, two = history.account("Un", zoe), history.account("Deux", zoe)
    history.on_account("link-described", one, contact_id=zoe, description="Contact principal", was="")
    history.on_account("link-described", two, contact_id=zoe, description="Gérante", was="")
    service = await read(history)
    told = await service.ask(owner, GetContact, contact_id=zoe)
    assert [(account["name"], account["description"]) for account in told["accounts"]] == [
        ("Deux", "Gérante"),
        ("Un", "Contact principal"),
    ]
    assert [email["address"] for email in told["emails"]] == ["zoe@x.example", "perso@x.example"]
    assert told["version"] == 1


async def test_a_deleted_contact_is_in_no_list_until_it_is_restored(history: History, read: Read) -> None:
    owner, zoe = history.member(), history.contact("Zoé Martin")
    history.record("contacts.contact.deleted", zoe)
    service = await read(history)
    assert names(await service.ask(owner, ListContacts)) == []
    with pytest.raises(NotFound):
        await service.ask(owner, GetContact, contact_id=zoe)
    history.record("contacts.contact.restored", zoe)
    await service.take_in(history)
    assert names(await service.ask(owner, ListContacts)) == ["Zoé Martin"]
