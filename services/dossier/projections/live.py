"""Tells the gateway's readers what changed, and who of them may know (X-11). It keeps nothing."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
from nats.aio.client import Client

from services.dossier.projections import SERVICES
from services.dossier.projections.audit.entries import subject
from services.dossier.projections.contacts import CONTACTS
from services.dossier.projections.files import DOCUMENTS
from services.dossier.projections.folders import FOLDERS
from services.dossier.projections.interactions import INTERACTIONS
from services.dossier.projections.moments import utc
from shared.events import Recorded
from shared.readstore.interface import Batch, Collection, Document, ReadStore

GRACE = timedelta(seconds=60)
"""What was recorded longer before this process began is no news: a rebuild must not flood the readers."""

Audience = dict[str, Any]
NOBODY_BUT_LEADERS: Audience = {"scopes": [], "contact": None, "folder": None}


class Live:
    """One message per event, once everything that shows it has taken it in.

    Its audience is worked out from the read models as they are by then; the gateway checks it against the rights of
    each reader (`Access.hears`). A reader who is told asks again for what they look at: the message says no more than
    what changed.
    """

    name = "live-1"
    services = SERVICES
    collections: tuple[Collection, ...] = ()
    personal = False

    def __init__(self) -> None:
        self._since = datetime.now(UTC) - GRACE
        self._wired: tuple[Client, ReadStore] | None = None

    def wire(self, connection: Client, read: ReadStore) -> None:
        """From now on, tell over this connection."""
        self._wired = connection, read

    async def apply(self, event: Recorded, batch: Batch) -> None:
        """Nothing is stored but how far it has come."""

    async def committed(self, events: Sequence[Recorded]) -> None:
        if self._wired is None:
            return
        connection, read = self._wired
        for event in events:
            if event.at >= self._since:
                told = news(event) | {"audience": await audience(event, read)}
                await connection.publish(f"live.{event.scope or '-'}", orjson.dumps(told))


def news(event: Recorded) -> Document:
    """What the readers are told."""
    id, kind = subject(event)
    return {
        "topic": event.topic,
        "account_id": event.scope,
        "subject": {"id": id, "kind": kind},
        "at": utc(event.at),
        "actor": {"id": event.meta.actor_id},
        "position": f"{event.service}={event.number}",
    }


async def audience(event: Recorded, read: ReadStore) -> Audience:
    """Who may be told: as `Access.hears` wants it."""
    match event.topic.split(".")[:2]:
        case ["files", "tree" | "folder" | "document"]:
            return await _of_files(event, read)
        case ["contacts", _]:
            return await _of_contact(event, event.id, read)
        case ["interactions", _] if event.scope is None:
            interaction = await read.get(INTERACTIONS, event.id)
            return await _of_contact(event, interaction["contact_id"] if interaction else None, read)
    return NOBODY_BUT_LEADERS | {"scopes": [event.scope] if event.scope else []}


async def _of_contact(event: Recorded, contact_id: str | None, read: ReadStore) -> Audience:
    """Who sees the contact; of one that is deleted, who sees an account that links it."""
    if event.topic != "contacts.contact.deleted":
        return NOBODY_BUT_LEADERS | {"contact": contact_id}
    contact = await read.get(CONTACTS, event.id)
    return NOBODY_BUT_LEADERS | {"scopes": contact["scopes"] if contact else []}


async def _of_files(event: Recorded, read: ReadStore) -> Audience:
    """Who sees the account and may see every folder that it is about (ruling 4)."""
    folders = await read.get_many(FOLDERS, await _folders(event, read))
    rights: dict[str, str] = {}
    for folder in folders.values():
        for somebody, right in folder["rights"].items():
            kind, _, id = somebody.partition(":")
            if kind == "member" and rights.get(id) != "none":
                rights[id] = right
    return NOBODY_BUT_LEADERS | {"scopes": [event.scope], "folder": rights}


async def _folders(event: Recorded, read: ReadStore) -> list[str]:
    named = [event.data.get("folder_id")]
    if event.topic.startswith("files.folder."):
        named = [event.id]
    elif event.topic.startswith("files.document."):
        document = await read.get(DOCUMENTS, event.id)
        named += [document["folder_id"]] if document else []
        named += [event.data["was"]] if event.topic == "files.document.moved" else []
    return [id for id in named if id]
