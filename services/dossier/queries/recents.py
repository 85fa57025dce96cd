"""Dossiers opened recently, as far as they may still be seen (A-04)."""

from typing import Any

from services.dossier.contract import ListRecents
from services.dossier.projections.recents import RECENTS
from services.dossier.queries.visibility import Sight
from shared.dispatch import handles
from shared.readstore.interface import ReadStore


@handles(ListRecents)
async def recents(query: ListRecents, read: ReadStore, sight: Sight) -> dict[str, Any]:
    found = await read.get(RECENTS, (await sight.member()).id)
    opened = found["accounts"] if found else []
    seen = await sight.seen([account["id"] for account in opened])
    items = [
        {"id": account["id"], "name": seen[account["id"]]["name"], "type": seen[account["id"]]["type"]}
        | {"opened_at": account["opened_at"]}
        for account in opened
        if account["id"] in seen
    ]
    return {"items": items, "next": None}
