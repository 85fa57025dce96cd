"""The overview, and what it means that it is one stored document.

Its bytes are passed on unread to whoever sees every folder of the account, as long as nothing that was planned has come
due since the dossier's last activity. Otherwise it is read, the sections concerned are filled again from the entries
that the projection keeps, and written anew. Related accounts depend on who asks and are always added at the end.
"""

from datetime import UTC, datetime
from typing import Any

import orjson

from services.dossier.contract import Overview
from services.dossier.projections.accounts import ACCOUNTS
from services.dossier.projections.activity import LOUD
from services.dossier.projections.audit.entries import AUDIT
from services.dossier.projections.contacts import CONTACTS
from services.dossier.projections.entries import ENTRIES
from services.dossier.projections.moments import utc
from services.dossier.projections.overviews import INTERACTIONS, LATEST, OVERVIEWS, finished, line, people_of
from services.dossier.projections.people import PEOPLE
from services.dossier.projections.placing import in_order, within
from services.dossier.queries.accounts import related
from services.dossier.queries.activity import outside
from services.dossier.queries.visibility import Sight
from shared.dispatch import handles
from shared.problems import NotFound
from shared.readstore.conditions import Condition, Eq, NotIn
from shared.readstore.interface import Document, ReadStore

_BEGINS = b'{"valid_until":"'
_MOMENT = len("2026-03-02T09:00:00.000000Z")


@handles(Overview)
async def overview(query: Overview, read: ReadStore, sight: Sight) -> bytes:
    id = str(query.account_id)
    stored = await read.get_raw(OVERVIEWS, id)
    account = await read.get(ACCOUNTS, id)
    if stored is None or account is None:
        raise NotFound
    now = utc(datetime.now(UTC))
    hidden = await sight.hidden_folders(id)
    due = come_due(stored, now)
    if hidden or due:
        document = orjson.loads(stored)
        if due:
            document = await _as_of(now, document, read)
        if hidden:
            document = await _without(hidden, document, read, (await sight.hidden_counts([id])).get(id, 0))
        stored = orjson.dumps(finished(document))
    others = await related(read, sight, id, await read.get_many(CONTACTS, [*account["links"]]))
    return b'%b,"related_accounts":%b}' % (stored[:-1], orjson.dumps(others))


def come_due(stored: bytes, now: str) -> bool:
    """Whether the first planned interaction of a stored overview lies in the past by now."""
    return stored.startswith(_BEGINS) and stored[len(_BEGINS) : len(_BEGINS) + _MOMENT] <= now.encode()


async def _as_of(now: str, document: Document, read: ReadStore) -> Document:
    """With what was planned where it belongs by now (U-03, T-12, T-20)."""
    sections = {
        section: await _section(read, section, *within(document["id"], section, now))
        for section in ("upcoming", *INTERACTIONS)
    }
    return document | sections


async def _without(hidden: list[str], document: Document, read: ReadStore, folders: int) -> Document:
    """Without what lies in folders that the caller may not see (M-39, M-45)."""
    conditions = [*within(document["id"], "documents", now=""), NotIn("folder_id", hidden)]
    told = await outside(read, hidden)
    return document | {
        "documents": await _section(read, "documents", *conditions),
        "documents_count": await read.count(ENTRIES, *conditions),
        "new_documents_count": await read.count(ENTRIES, *conditions, Eq("new", True)),
        "folders_count": document["folders_count"] - folders,
        "activity_count": await read.count(AUDIT, Eq("account_id", document["id"]), LOUD, *told),
    }


async def _section(read: ReadStore, section: str, *conditions: Condition) -> list[dict[str, Any]]:
    page = await read.find(ENTRIES, *conditions, order=[in_order(section)], limit=LATEST)
    people = await read.get_many(PEOPLE, list(people_of(page.documents)))
    names = {id: person["name"] for id, person in people.items()}
    return [line(entry, names) for entry in page.documents]
