"""The dossiers that each member opened last (A-04)."""

from services.dossier.projections.moments import utc
from shared.events import Recorded
from shared.readstore.interface import Batch, Collection, Document

RECENTS = Collection("recents")
"""By member: `accounts`, the latest first, each with `id` and `opened_at`."""

KEPT = 20


def evolve(recents: Document, event: Recorded) -> Document:
    """A member's recent dossiers once one more is opened."""
    account_id = event.data["account_id"]
    others = [opened for opened in recents["accounts"] if opened["id"] != account_id]
    latest = {"id": account_id, "opened_at": utc(event.at)}
    return recents | {"accounts": [latest, *others][:KEPT]}


class RecentDossiers:
    """What each member opened last; what they no longer see is left out when they ask."""

    name = "recents-1"
    services = frozenset({"dossier"})
    collections = (RECENTS,)
    personal = False

    async def apply(self, event: Recorded, batch: Batch) -> None:
        if event.topic == "dossier.recents.opened":
            member_id = event.data["member_id"]
            recents = await batch.get(RECENTS, member_id) or {"id": member_id, "accounts": []}
            batch.put(RECENTS, member_id, evolve(recents, event))
