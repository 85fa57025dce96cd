"""The audit log of an account and of the firm: everything, with what changed from what to what (A-14, T-33, X-06)."""

from typing import Any

from services.dossier.contract.activity import Audit, FirmAudit
from services.dossier.projections.audit.entries import AUDIT, CHANGES
from services.dossier.queries.activity import LATEST, beside, hidden, in_period, of_type, told
from services.dossier.queries.fitting import fitted
from services.dossier.queries.sentences import names_in
from services.dossier.queries.visibility import Sight
from shared.dispatch import handles
from shared.readstore.conditions import Condition, Eq
from shared.readstore.cursor import decode_cursor
from shared.readstore.interface import Document, ReadStore


@handles(Audit)
async def audit(query: Audit, read: ReadStore, sight: Sight) -> dict[str, Any]:
    id = str(query.account_id)
    unseen = frozenset(await sight.hidden_folders(id))
    return await _page(query, read, [Eq("account_id", id), *await hidden(read, sight, id)], unseen)


@handles(FirmAudit)
async def firm_audit(query: FirmAudit, read: ReadStore) -> dict[str, Any]:
    return await _page(query, read, [], frozenset())


async def _page(
    query: Audit | FirmAudit, read: ReadStore, where: list[Condition], unseen: frozenset[str]
) -> dict[str, Any]:
    conditions = [*where, *in_period(query.since, query.until), *of_type(query.type)]
    if query.actor:
        actor = str(query.actor)
        conditions.append(beside("actor_id", actor) if where else Eq("actor_id", actor))
    elif not where and query.type.count(".") == 2:
        conditions.append(Eq("type", query.type))
    after = decode_cursor(query.after, LATEST)
    page = await read.find(AUDIT, *conditions, order=LATEST, after=after, limit=query.limit)
    names = await names_in(read, page.documents)
    changed = await read.get_many(CHANGES, [entry["id"] for entry in page.documents])

    def entry(found: Document) -> dict[str, Any]:
        changes = changed[found["id"]]["changes"] if found["id"] in changed else []
        return told(found, names) | {
            "address": found["address"],
            "request": found["request"],
            "account": names.named(found["account_id"]),
            "changes": [_seen(change, unseen) for change in changes],
        }

    items, following = fitted(page, entry, LATEST)
    return {"items": items, "next": following}


def _seen(change: Document, unseen: frozenset[str]) -> Document:
    """Without the folders that the caller may not see, where a change names several (ruling 4)."""
    if not unseen:
        return change
    return change | {side: _without(change[side], unseen) for side in ("from", "to")}


def _without(value: Any, unseen: frozenset[str]) -> Any:
    if isinstance(value, list):
        return [part for part in value if part not in unseen] if all(isinstance(part, str) for part in value) else value
    return None if isinstance(value, str) and value in unseen else value
