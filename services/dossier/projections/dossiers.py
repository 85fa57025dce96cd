"""Accounts, contacts, people and overviews: one projection, because each shows something of the others."""

from collections.abc import Sequence
from typing import Any

from services.dossier.projections import SERVICES, accounts, contacts, entries, people
from services.dossier.projections.accounts import ACCOUNTS
from services.dossier.projections.activity import QUIET
from services.dossier.projections.contacts import CONTACTS
from services.dossier.projections.entries import ENTRIES
from services.dossier.projections.folders import FOLDERS, Folders
from services.dossier.projections.moments import utc
from services.dossier.projections.overviews import OVERVIEWS, finished, headed
from services.dossier.projections.people import PEOPLE
from services.dossier.projections.placing import names_of, overview_of, place, reach, rename
from services.dossier.projections.preparing import look_up
from shared.events import Recorded
from shared.readstore.conditions import Eq, In
from shared.readstore.interface import Batch, Document

_ALL = 1_000_000


class Dossiers:
    """What every client's record, and everybody's name, stands in (T-01, T-04, D-14, D-15, D-23, M-24, M-25)."""

    name = "dossiers-1"
    services = SERVICES
    collections = (PEOPLE, CONTACTS, ACCOUNTS, FOLDERS, OVERVIEWS, ENTRIES)

    def __init__(self) -> None:
        self._folders = Folders()
        self._parts = {
            "firm.member": self._person,
            "contacts.contact": self._contact,
            "accounts.account": self._account,
            "interactions.interaction": self._interaction,
            "files.tree": self._tree,
            "files.document": self._document,
        }

    async def prepare(self, events: Sequence[Recorded], batch: Batch) -> None:
        await look_up(events, batch)

    async def apply(self, event: Recorded, batch: Batch) -> None:
        if event.scope is not None and event.topic not in QUIET:
            await self._happened(event, event.scope, batch)
        part = self._parts.get(event.topic.rpartition(".")[0])
        if part is not None:
            await part(event, batch)

    async def _happened(self, event: Recorded, account_id: str, batch: Batch) -> None:
        account = await _account_of(batch, account_id)
        at = utc(event.at)
        batch.put(ACCOUNTS, account_id, accounts.active(account, at))
        await reach(batch, account_id, at)

    async def _person(self, event: Recorded, batch: Batch) -> None:
        heard_of = await batch.get(PEOPLE, event.id)
        before = heard_of or people.unknown(event.id)
        after = people.evolve(before, event)
        batch.put(PEOPLE, event.id, after)
        if heard_of is not None and after["name"] != before["name"]:
            await rename(batch, event.id, after["name"])

    async def _contact(self, event: Recorded, batch: Batch) -> None:
        await self._person(event, batch)
        contact = await _contact_of(batch, event.id)
        contact = contacts.evolve(contact, event)
        batch.put(CONTACTS, event.id, contact)
        for account_id in contact["scopes"]:
            await _describe(batch, await _account_of(batch, account_id))

    async def _account(self, event: Recorded, batch: Batch) -> None:
        before = await _account_of(batch, event.id)
        after = accounts.evolve(before, event)
        for contact_id in sorted(before["links"].keys() ^ after["links"].keys()):
            contact = await _contact_of(batch, contact_id)
            now = contact_id in after["links"]
            batch.put(CONTACTS, contact_id, contacts.linked(contact, event.id, now=now))
        await _describe(batch, after)

    async def _interaction(self, event: Recorded, batch: Batch) -> None:
        if event.topic == "interactions.interaction.recorded":
            if event.data["account_id"]:
                await place(batch, None, entries.new_interaction(event))
            return
        before = await batch.get(ENTRIES, event.id)
        if before is not None:
            await place(batch, before, entries.evolve_interaction(before, event))

    async def _tree(self, event: Recorded, batch: Batch) -> None:
        await self._folders.apply(event, batch)
        change = event.topic.removeprefix("files.tree.")
        if event.scope is None or change not in ("folder-created", "folder-deleted", "folder-restored"):
            return
        gone, folders = change == "folder-deleted", event.data.get("folders", [])
        account = await _account_of(batch, event.scope)
        more = -len(folders) if gone else len(folders) or 1
        await _describe(batch, account | {"folders_count": account["folders_count"] + more})
        if folders:
            found = await batch.find(ENTRIES, Eq("account_id", event.scope), In("folder_id", folders), limit=_ALL)
            for entry in found.documents:
                await place(batch, entry, entry | {"gone": gone or entry["deleted"]})

    async def _document(self, event: Recorded, batch: Batch) -> None:
        if event.topic == "files.document.published":
            before, after = None, entries.new_document(event)
        else:
            before = await batch.get(ENTRIES, event.id)
            if before is None:
                return
            after = entries.evolve_document(before, event)
        folder = await batch.get(FOLDERS, after["folder_id"])
        gone = after["deleted"] or (folder is not None and folder["deleted"])
        await place(batch, before, after | {"gone": gone})


async def _account_of(batch: Batch, id: str) -> Document:
    return await batch.get(ACCOUNTS, id) or accounts.unknown(id)


async def _contact_of(batch: Batch, id: str) -> Document:
    return await batch.get(CONTACTS, id) or contacts.unknown(id)


async def _describe(batch: Batch, account: Document) -> None:
    """Store an account with what is shown of its contacts, in the list and at the head of its overview."""
    linked: dict[str, Any] = {id: await _contact_of(batch, id) for id in account["links"]}
    account = accounts.described(account, linked)
    batch.put(ACCOUNTS, account["id"], account)
    overview = await overview_of(batch, account["id"])
    names = await names_of(batch, account["team"])
    batch.put(OVERVIEWS, account["id"], finished(headed(overview, account, linked, names)))
