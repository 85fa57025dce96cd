"""Documents as lists and the page of one show them, and how many lie in each folder (A-12, T-09, T-10, M-39)."""

from services.dossier.projections.entries import file_format
from services.dossier.projections.moments import utc
from shared.events import Recorded
from shared.folding import fold
from shared.readstore.interface import Batch, Collection, Document

DOCUMENTS = Collection(
    "documents",
    fields=("account_id", "folder_id", "sort", "published_at", "format", "new", "deleted"),
    lists=("scopes",),
    text="name",
    indexes=tuple((place, by) for place in ("folder_id", "account_id") for by in ("sort", "published_at")),
)
"""`names`: those it had, the first one first, with whoever gave them. `opened`: per member, when and how often."""

COUNTS = Collection("folder_counts")
"""By folder: how many `documents` lie in it, how many of them are `new`. A deleted folder's are left as they were."""

TREES = Collection("trees")
"""By account: the `version` of its tree of folders."""

NAMES = 100
"""Names of a document that are remembered."""


def published(event: Recorded) -> Document:
    """A document as it begins: new until somebody of the firm opens it (ruling 8)."""
    data = event.data
    facts = ("account_id", "folder_id", "media_type", "size", "sha256")
    document: Document = {"id": event.id} | {name: data[name] for name in facts}
    document |= {
        "scopes": [data["account_id"]],
        "published_at": utc(event.at),
        "author_id": event.meta.actor_id,
        "new": True,
        "deleted": False,
        "names": [],
        "opened": {},
        "version": event.version,
    }
    return document | _named(document, event)


def evolve(document: Document, event: Recorded) -> Document:
    """A document after a later event of its own."""
    return document | _facts(document, event) | {"version": event.version}


def _facts(document: Document, event: Recorded) -> Document:
    match event.topic.removeprefix("files.document."):
        case "renamed":
            return _named(document, event)
        case "moved":
            return {"folder_id": event.data["folder_id"]}
        case "opened" if event.meta.actor_kind == "member" and event.meta.actor_id:
            return _opened(document, event.meta.actor_id, utc(event.at))
        case "deleted" | "restored" as change:
            return {"deleted": change == "deleted"}
    return {}


def _named(document: Document, event: Recorded) -> Document:
    name = event.data["name"]
    given = {"name": name, "at": utc(event.at), "author_id": event.meta.actor_id}
    names = [*document["names"], given][-NAMES:]
    return {"name": name, "sort": fold(name), "format": file_format(name), "names": names}


def _opened(document: Document, member_id: str, at: str) -> Document:
    before = document["opened"].get(member_id, {"first_at": at, "times": 0})
    opened = before | {"last_at": at, "times": before["times"] + 1}
    return {"new": False, "opened": document["opened"] | {member_id: opened}}


class Documents:
    """The documents of all accounts; which folders exist and who sees them is the part of `Folders`."""

    name = "documents-1"
    services = frozenset({"files"})
    collections = (DOCUMENTS, COUNTS, TREES)

    async def apply(self, event: Recorded, batch: Batch) -> None:
        if event.topic.startswith("files.tree."):
            batch.put(TREES, str(event.scope), {"id": event.scope, "version": event.version})
        elif event.topic == "files.document.published":
            await self._put(batch, None, published(event))
        elif event.topic.startswith("files.document."):
            before = await batch.get(DOCUMENTS, event.id)
            if before is not None:
                await self._put(batch, before, evolve(before, event))

    async def _put(self, batch: Batch, before: Document | None, after: Document) -> None:
        batch.put(DOCUMENTS, after["id"], after)
        if before is None or any(before[name] != after[name] for name in ("folder_id", "new", "deleted")):
            await _count(batch, before, -1)
            await _count(batch, after, +1)


async def _count(batch: Batch, document: Document | None, sign: int) -> None:
    if document is None or document["deleted"]:
        return
    id = document["folder_id"]
    counts = await batch.get(COUNTS, id) or {"id": id, "documents": 0, "new": 0}
    changed = {"documents": counts["documents"] + sign, "new": counts["new"] + sign * document["new"]}
    batch.put(COUNTS, id, counts | changed)
