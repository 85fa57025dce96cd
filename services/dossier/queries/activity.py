"""The activity feed of an account: the last 1,000 of its audit log, filtered (M-48..M-53)."""

from typing import Any

from services.dossier.contract.activity import WINDOW, Activity
from services.dossier.projections.activity import LOUD, WINDOWS
from services.dossier.projections.audit.entries import AUDIT
from services.dossier.projections.files import DOCUMENTS
from services.dossier.projections.moments import utc
from services.dossier.queries.sentences import Names, names_in, sentence
from services.dossier.queries.visibility import Sight
from shared.context import current
from shared.dispatch import handles
from shared.folding import fold
from shared.readstore.conditions import AnyOf, Condition, Contains, Eq, Has, HasAny, In, Not, NotIn, Range
from shared.readstore.cursor import decode_cursor, encode_cursor
from shared.readstore.interface import Document, Order, ReadStore

LATEST = [Order("at", descending=True)]
_ALL = 1_000_000


@handles(Activity)
async def activity(query: Activity, read: ReadStore, sight: Sight) -> dict[str, Any]:
    id = str(query.account_id)
    window = await read.get(WINDOWS, id)
    if window is None:
        return {"items": [], "next": None, "total": 0, "window": WINDOW}
    narrowed = [*filters(query), *await hidden(read, sight, id)]
    conditions = [Eq("account_id", id), LOUD, *_within(window), *narrowed]
    after = decode_cursor(query.after, LATEST)
    page = await read.find(AUDIT, *conditions, order=LATEST, after=after, limit=query.limit)
    if not narrowed:
        total = min(window["count"], WINDOW)
    elif after is None and page.next is None:
        total = len(page.documents)
    else:
        total = await read.count(AUDIT, *conditions)
    names = await names_in(read, page.documents)
    items = [_item(entry, names) for entry in page.documents]
    return {"items": items, "next": encode_cursor(page.next, LATEST), "total": total, "window": WINDOW}


def _within(window: Document) -> list[Condition]:
    """Inside the window; its beginning is one activity, which may share its moment with older ones."""
    if window["count"] <= WINDOW:
        return []
    return [Range("at", ge=window["at"]), AnyOf(Range("at", gt=window["at"]), Range("key", ge=window["key"]))]


def filters(query: Activity) -> list[Condition]:
    """The five filters: file name, format, folder, period and type (M-49..M-53)."""
    conditions = [*in_period(query.since, query.until), *of_type(query.type)]
    if fold(query.name):
        conditions.append(Contains("names", query.name))
    if query.format:
        conditions.append(beside("format", query.format.removeprefix(".").casefold()))
    if query.folder:
        conditions.append(Has("folders", str(query.folder)))
    return conditions


def in_period(since: Any, until: Any, field: str = "at") -> list[Condition]:
    """Between two moments, both included; either may be open."""
    bounds = [moment and utc(moment) for moment in (since, until)]
    return [Range(field, ge=bounds[0], le=bounds[1])] if any(bounds) else []


def of_type(type: str) -> list[Condition]:
    """A topic, or all that begin with the first parts of one: `files`, `files.document`."""
    wanted = type.removesuffix(".")
    return [beside(("service", "aggregate", "type")[min(wanted.count("."), 2)], wanted)] if wanted else []


def beside(field: str, value: str) -> Condition:
    """`Eq` for a field by which few are left out: a store that has an index on it is not tempted to begin there."""
    return Range(field, ge=value, le=value)


async def hidden(read: ReadStore, sight: Sight, account_id: str) -> list[Condition]:
    """Nothing of folders that the caller may not see, nor of documents that lie in one by now (M-39, ruling 4)."""
    folders = await sight.hidden_folders(account_id)
    return await outside(read, folders) if folders else []


async def outside(read: ReadStore, folders: list[str]) -> list[Condition]:
    """Entries of the audit log that have nothing to do with these folders."""
    inside = await read.find(DOCUMENTS, In("folder_id", folders), limit=_ALL)
    documents = [document["id"] for document in inside.documents]
    return [Not(HasAny("folders", folders)), NotIn("subject_id", documents)]


def told(entry: Document, names: Names) -> dict[str, Any]:
    """What feed and audit log tell alike of an event."""
    actor_id = entry["actor_id"]
    return {
        "id": entry["id"],
        "type": entry["type"],
        "at": entry["at"],
        "occurred_at": entry["occurred_at"],
        "actor": {"id": actor_id, "kind": entry["actor_kind"], "name": names[actor_id]},
        "subject": {"id": entry["subject_id"], "kind": entry["subject_kind"]},
        "text": sentence(entry, names, current.get().language),
    }


def _item(entry: Document, names: Names) -> dict[str, Any]:
    return told(entry, names) | {name: entry[name] for name in ("name", "format", "folder_id")}
