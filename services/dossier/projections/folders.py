"""Folders with the rights set on them, one document each; what a folder holds is counted elsewhere."""

from collections.abc import Iterable
from typing import Any

from shared.events import Recorded
from shared.readstore.conditions import Has
from shared.readstore.interface import Batch, Collection, Document

FOLDERS = Collection(
    "folders",
    fields=("account_id", "parent_id", "deleted"),
    lists=("hidden", "path"),
    indexes=(("account_id",), ("deleted",)),
)
"""`rights`: what is set explicitly, per `member:<id>` or `contact:<id>`. `hidden`: members for whom that is none.
`path`: the ids from the top-level folder down to this one."""

_ALL = 1_000_000


def born(event: Recorded, parent: Document | None) -> Document:
    """A folder as it begins; what is set on its parent was copied into the event (ruling 5)."""
    data = event.data
    folder = {
        "id": data["folder_id"],
        "account_id": event.scope,
        "parent_id": data["parent_id"],
        "name": data["name"],
        "path": [*(parent["path"] if parent else []), data["folder_id"]],
        "deleted": False,
        "created_at": event.at.isoformat(),
    }
    return _with_rights(folder, data["rights"])


def evolve(folder: Document, event: Recorded) -> Document:
    """A folder after an event that names it, but for its place."""
    data = event.data
    match event.topic:
        case "files.tree.folder-renamed":
            return folder | {"name": data["name"]}
        case "files.tree.folder-deleted" | "files.tree.folder-restored":
            return folder | {"deleted": event.topic == "files.tree.folder-deleted"}
        case "files.tree.right-set":
            return _with_rights(folder, folder["rights"] | {data["subject"]: data["right"]})
        case "files.tree.rights-cascaded":
            return _with_rights(folder, folder["rights"] | data["subjects"])
    return folder


def _with_rights(folder: Document, rights: dict[str, Any]) -> Document:
    """Explicit rights; None takes one back."""
    explicit = {subject: rights[subject] for subject in sorted(rights) if rights[subject] is not None}
    hidden = [
        subject.removeprefix("member:")
        for subject, right in explicit.items()
        if right == "none" and subject.startswith("member:")
    ]
    return folder | {"rights": explicit, "hidden": hidden}


class Folders:
    """The folders of every account (M-39..M-46): a part of the projection `Dossiers`."""

    async def apply(self, event: Recorded, batch: Batch) -> None:
        data = event.data
        match event.topic:
            case "files.tree.folder-created":
                parent = await batch.get(FOLDERS, data["parent_id"]) if data["parent_id"] else None
                batch.put(FOLDERS, data["folder_id"], born(event, parent))
            case "files.tree.folder-moved":
                await self._move(event, batch)
            case "files.tree.folder-renamed" | "files.tree.right-set":
                await self._evolve(event, batch, [data["folder_id"]])
            case "files.tree.folder-deleted" | "files.tree.folder-restored" | "files.tree.rights-cascaded":
                await self._evolve(event, batch, data["folders"])

    async def _evolve(self, event: Recorded, batch: Batch, ids: Iterable[str]) -> None:
        for id in ids:
            folder = await batch.get(FOLDERS, id)
            if folder is not None:
                batch.put(FOLDERS, id, evolve(folder, event))

    async def _move(self, event: Recorded, batch: Batch) -> None:
        """The folder and everything under it stands elsewhere now."""
        moved, parent_id = event.data["folder_id"], event.data["parent_id"]
        parent = await batch.get(FOLDERS, parent_id) if parent_id else None
        above = parent["path"] if parent else []
        found = await batch.find(FOLDERS, Has("path", moved), limit=_ALL)
        for folder in found.documents:
            path = [*above, *folder["path"][folder["path"].index(moved) :]]
            change = {"path": path} | ({"parent_id": parent_id} if folder["id"] == moved else {})
            batch.put(FOLDERS, folder["id"], folder | change)
