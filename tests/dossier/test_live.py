"""Live updates: what changed is told as soon as it can be read, with who may know."""

import asyncio
from pathlib import Path
from typing import Any

import orjson
import pytest

from services.accounts import app as accounts
from services.accounts.contract import CreateAccount, RenameAccount
from services.contacts.contract import CreateContact
from services.dossier import app as dossier
from services.dossier.projections.live import Live, audience, news
from services.files import app as files
from services.files.contract import CreateFolder, PublishDocument, SetFolderRight
from services.firm.contract import Access
from services.interactions import app as interactions
from services.interactions.contract import RecordInteraction
from shared.readstore.interface import ReadStore
from tests.dossier.conftest import Read
from tests.dossier.events import History
from tests.running import running


async def hearing(store: ReadStore, history: History, *members: str) -> dict[str, list[str]]:
    """By member: the topics that they are told of, among the last things that happened."""
    access = Access(store)
    told = [(event.topic, await audience(event, store)) for event in history.events]
    return {id: [topic for topic, who in told if await access.hears(id, who)] for id in members}


@pytest.mark.rows("X-11", "M-13", "M-39")
async def test_each_hears_only_of_what_they_may_see(history: History, read: Read) -> None:
    owner, clerk = history.member(), history.member("Inès", "Moreau", "employee")
    manager = history.member("Tous", "Contacts", "employee", "manage-contacts")
    zoe, free = history.contact("Zoé"), history.contact("Libre")
    account = history.account("Un", zoe, team={clerk: "read"})
    top = history.folder(account, "Ouvert")
    secret = history.folder(account, "Secret", rights={f"member:{clerk}": "none"})
    service = await read(history)
    start = len(history.events)
    history.interaction(account)
    history.interaction(None, zoe)
    history.interaction(None, free)
    document = history.document(account, top)
    history.on_document("opened", document, account, owner, member_id=owner)
    history.document(account, secret)
    history.on_tree("folder-renamed", account, folder_id=secret, name="Autre", was="Secret")
    history.record("contacts.contact.deactivated", zoe)
    history.record("firm.member.role-changed", manager, role="employee", was="admin")
    await service.take_in(history)
    recent = History(history.events[start:])
    heard = await hearing(service.store, recent, owner, clerk, manager)
    assert heard[owner] == [event.topic for event in recent.events]
    note, published = "interactions.interaction.recorded", "files.document.published"
    opened, deactivated = "files.document.opened", "contacts.contact.deactivated"
    assert heard[clerk] == [note, note, note, published, opened, deactivated]
    assert heard[manager] == [note, note, deactivated]
    moved = history.on_document("moved", document, account, owner, folder_id=secret, was=top)
    gone = history.record("contacts.contact.deleted", zoe)
    await service.take_in(history)
    heard = await hearing(service.store, History([moved, gone]), owner, clerk, manager)
    assert heard == {owner: [moved.topic, gone.topic], clerk: [gone.topic], manager: []}


def test_the_news_name_what_changed_and_nothing_of_what_it_says(history: History) -> None:
    owner, account = history.member(), history.account("Un", history.contact())
    event = history.interaction(account, by=owner, subject="Secret")
    told = news(history.events[-1])
    assert told["subject"] == {"id": event, "kind": "interaction"}
    assert (told["account_id"], told["actor"], told["position"]) == (account, {"id": owner}, "interactions=1")
    assert "Secret" not in str(told)


@pytest.mark.rows("X-11")
async def test_what_was_told_live_can_be_read_already(tmp_path: Path) -> None:
    async with running(accounts, interactions, files, dossier, tmp_path=tmp_path) as system:
        heard: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

        async def hear(message: Any) -> None:
            await heard.put(orjson.loads(message.data) | {"on": message.subject})

        await system.connection.subscribe("live.>", cb=hear)
        await system.connection.flush()
        owner, clerk = system.owner, await system.member("employee")
        contact = await system.tell(CreateContact, owner, given_name="Zoé", family_name="Martin")
        links = [{"contact_id": contact.id}]
        made = await system.tell(CreateAccount, owner, name="Un", type="business", contacts=links)
        await system.tell(RenameAccount, owner, account_id=made.id, name="Deux")
        await system.tell(RecordInteraction, owner, account_id=made.id, kind="note", subject="Vu", participants=[])
        folder = await system.tell(CreateFolder, owner, account_id=made.id, name="2026")
        member = {"member_id": clerk.id}
        await system.tell(SetFolderRight, owner, folder_id=folder.id, subject=member, right="none")
        await system.tell(
            PublishDocument, owner, folder_id=folder.id, name="a.pdf", media_type="application/pdf", size=1,
            sha256="0" * 64, blob="documents/00/00000000000000000000000000000000",
        )  # fmt: skip
        wanted = {
            "contacts.contact.created", "accounts.account.created", "accounts.account.renamed",
            "interactions.interaction.recorded", "files.tree.folder-created", "files.tree.right-set",
            "files.document.published",
        }  # fmt: skip
        told: dict[str, dict[str, Any]] = {}
        async with asyncio.timeout(10):
            while wanted - told.keys():
                change = await heard.get()
                told[change["topic"]] = change
        assert told["accounts.account.renamed"]["on"] == f"live.{made.id}"
        assert told["contacts.contact.created"]["on"] == "live.-"
        assert told["contacts.contact.created"]["audience"]["contact"] == str(contact.id)
        assert told["files.document.published"]["audience"]["folder"] == {str(clerk.id): "none"}
        assert told["files.document.published"]["account_id"] == str(made.id)


async def test_what_is_old_is_no_news(tmp_path: Path, history: History) -> None:
    """`History` begins in March 2026: nothing is published, or the connection that is not there would be used."""
    live = Live()
    live.wire(None, None)  # type: ignore[arg-type]
    history.member()
    await live.committed(history.events)
