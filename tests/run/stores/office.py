"""A small firm as it lies on disk, made by its real services in this process and then stopped."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from services.accounts import app as accounts
from services.accounts.contract import CreateAccount
from services.contacts.contract import CreateContact
from services.files import app as files
from services.files.contract import CreateFolder, PublishDocument
from services.interactions import app as interactions
from services.interactions.contract import RecordInteraction
from services.notifications import app as notifications
from shared.blobs import Blobs, upload_key
from shared.ids import new_id
from shared.keys import KeyDatabase
from tests.running import System, running

CONTENT = b"%PDF-1.7 a tax return\n" * 5_000


@dataclass(frozen=True)
class Office:
    """What there is, and the environment of its commands."""

    data: Path
    environment: dict[str, str]
    owner: UUID
    contacts: list[UUID]
    erased: UUID
    blob: str


def make(folder: Path) -> Office:
    """Three contacts, one of them erased; an account, two notes, a document."""
    return asyncio.run(_make(folder))


async def _make(folder: Path) -> Office:
    async with running(accounts, files, interactions, notifications, tmp_path=folder) as system:
        clients = [(await system.tell(CreateContact, system.owner, name=name)).id for name in ("Ada", "Ben", "Zoé")]
        links = [{"contact_id": client} for client in clients]
        account = await system.tell(CreateAccount, system.owner, name="Boulangerie", type="business", contacts=links)
        for subject in ("Bilan", "TVA"):
            note = {"kind": "note", "subject": subject, "body": "<p>Reçu.</p>", "account_id": account.id}
            assert (await system.tell(RecordInteraction, system.owner, **note)).status == 201
        blob = await _publish(system, account.id)
    key = system.settings.master_key
    assert key
    keys = KeyDatabase(system.settings.data / "keys" / "keys.db", bytes.fromhex(key.get_secret_value()))
    await keys.destroy(str(clients[2]), "2026-11-20T10:00:00+00:00")
    keys.close()
    environment = {"DOSSIER_DATA": str(system.settings.data), "DOSSIER_MASTER_KEY": key.get_secret_value()}
    assert system.owner.id
    return Office(system.settings.data, environment, system.owner.id, clients, clients[2], blob)


async def _publish(system: System, account: UUID) -> str:
    made = await system.tell(CreateFolder, system.owner, account_id=account, name="Impôts")
    assert made.status == 201, made
    stored = await Blobs.of(system.settings).put(upload_key(new_id()), _stream())
    assert stored.sha256 == hashlib.sha256(CONTENT).hexdigest()
    document = {"name": "2026.pdf", "media_type": "application/pdf", "size": stored.size, "sha256": stored.sha256}
    done = await system.tell(PublishDocument, system.owner, folder_id=made.id, blob=stored.key, **document)
    assert done.status == 200, done
    return stored.key


async def _stream() -> AsyncIterator[bytes]:
    yield CONTENT
