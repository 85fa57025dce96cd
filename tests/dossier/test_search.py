"""Search: one field, the best match first, and only what the caller may see."""

from typing import Any

import pytest

from services.dossier.contract import Search
from services.dossier.contract.search import NothingToSearch
from tests.dossier.conftest import Read
from tests.dossier.events import History


def found(page: dict[str, Any]) -> list[tuple[str, str]]:
    return [(item["kind"], item["title"]) for item in page["items"]]


@pytest.mark.rows("A-03", "D-12", "T-04")
async def test_accounts_and_contacts_are_found_best_match_first(history: History, read: Read) -> None:
    owner = history.member()
    zoe = history.contact("Zoé Lefèvre", emails=["zoe@pain.example"])
    history.contact("Lefèvre")
    history.account("Boulangerie Lefèvre", zoe)
    history.account("Au Prélefèvre", history.contact("Jean Dupont"))
    service = await read(history)
    page = await service.ask(owner, Search, q="LEFEVRE")
    assert found(page) == [
        ("contact", "Lefèvre"),
        ("account", "Boulangerie Lefèvre"),
        ("contact", "Zoé Lefèvre"),
        ("account", "Au Prélefèvre"),
    ]
    assert [item["rank"] for item in page["items"]] == [0, 2, 2, 4]
    assert found(await service.ask(owner, Search, q="e@pain.ex")) == [
        ("account", "Boulangerie Lefèvre"),
        ("contact", "Zoé Lefèvre"),
    ]
    assert found(await service.ask(owner, Search, q="lefevre", kind="account", limit=1)) == [
        ("account", "Boulangerie Lefèvre")
    ]


@pytest.mark.rows("D-31", "A-12")
async def test_interactions_are_found_by_their_words_and_documents_by_name(history: History, read: Read) -> None:
    owner = history.member()
    contact = history.contact("Zoé Martin")
    account = history.account("Boulangerie", contact)
    note = history.interaction(account, subject="Rappel", body="<p>Pièce <b>manquante</b> reçue</p>")
    alone = history.interaction(None, contact, subject="Pièce d’identité")
    document = history.document(account, history.folder(account, "2026"), "Pièce 12.pdf")
    service = await read(history)
    page = await service.ask(owner, Search, q="piece")
    assert [(item["kind"], item["id"], item["subtitle"]) for item in page["items"]] == [
        ("interaction", alone, "Vu."),
        ("document", document, "Boulangerie"),
        ("interaction", note, "Pièce manquante reçue"),
    ]
    assert [item["account_id"] for item in page["items"]] == [None, account, account]


@pytest.mark.rows("M-13", "M-39", "M-26")
async def test_what_stands_in_hidden_or_deleted_places_is_not_found(history: History, read: Read) -> None:
    clerk = history.member("Sans", "Droit", "employee")
    behind, free = history.contact("Derrière"), history.contact("Libre")
    hidden = history.account("Caché", behind)
    shown = history.account("Visible", history.contact("Devant"), team={clerk: "read"})
    for account in (hidden, shown):
        history.interaction(account, subject="Mot")
        history.document(account, history.folder(account, "Dossier"), "mot.pdf")
    secret = history.folder(shown, "Secret", rights={f"member:{clerk}": "none"})
    history.document(shown, secret, "mot secret.pdf")
    history.interaction(None, behind, subject="Mot caché")
    history.interaction(None, free, subject="Mot libre")
    gone = history.folder(shown, "Parti")
    history.document(shown, gone, "mot parti.pdf")
    history.on_tree("folder-deleted", shown, folder_id=gone, folders=[gone])
    service = await read(history)
    assert sorted(found(await service.ask(clerk, Search, q="mot"))) == [
        ("document", "mot.pdf"),
        ("interaction", "Mot"),
        ("interaction", "Mot libre"),
    ]
    assert len((await service.ask(None, Search, q="mot"))["items"]) == 7
    history.on_account("deleted", shown)
    history.record("contacts.contact.deleted", free)
    await service.take_in(history)
    assert found(await service.ask(clerk, Search, q="mot")) == []
    assert len((await service.ask(None, Search, q="mot"))["items"]) == 3


@pytest.mark.rows("M-13")
async def test_what_one_may_not_see_is_not_found(history: History, read: Read) -> None:
    clerk = history.member("Sans", "Droit", "employee")
    behind = history.contact("Derrière Lefèvre")
    history.account("Lefèvre caché", behind)
    service = await read(history)
    assert found(await service.ask(clerk, Search, q="lefevre")) == []


async def test_a_search_without_words_is_refused(history: History, read: Read) -> None:
    owner = history.member()
    service = await read(history)
    with pytest.raises(NothingToSearch):
        await service.ask(owner, Search, q=" \u0301 ")
