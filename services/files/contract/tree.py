"""How a tree of folders looks to somebody who may see a part of it (M-39, M-47, ruling 11)."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from services.files.values import Right
from shared.folding import fold

Folder = Mapping[str, Any]
"""Anything with at least `id`, `parent_id` (or None) and `name`."""


@dataclass(slots=True)
class Seen:
    """A folder that somebody sees, their right on it, and what they see in it, by name.

    `parent_id` is the nearest folder above that they see: not the folder's own parent, if that one is hidden.
    """

    folder: Folder
    right: Right
    parent_id: str | None
    folders: list["Seen"] = field(default_factory=list)


def visible_tree(folders: Iterable[Folder], right_of: Callable[[Folder], Right]) -> list[Seen]:
    """The top-level folders as seen by whom `right_of` speaks for, the others within them.

    A folder that they may see under one that they may not see is shown at the nearest ancestor that they see; nothing
    tells that there is something between, nor what it is called.
    """
    known = {folder["id"]: folder for folder in folders}
    seen: dict[Any, Seen] = {}
    for id, folder in known.items():
        right = right_of(folder)
        if right != "none":
            seen[id] = Seen(folder, right, None)
    top: list[Seen] = []
    for shown in sorted(seen.values(), key=_by_name):
        shown.parent_id = _nearest(shown.folder["parent_id"], known, seen)
        (top if shown.parent_id is None else seen[shown.parent_id].folders).append(shown)
    return top


def contact_right(rights: Mapping[str, Right], contact_id: UUID | str) -> Right:
    """A contact's right on a folder: the one set, else none (ruling 11). `rights` as events carry them."""
    return rights.get(f"contact:{contact_id}", "none")


def _nearest(id: Any, known: Mapping[Any, Folder], seen: Mapping[Any, Seen]) -> Any:
    while id is not None and id not in seen:
        above = known.get(id)
        id = above["parent_id"] if above else None
    return id


def _by_name(shown: Seen) -> tuple[str, str]:
    return fold(shown.folder["name"]), str(shown.folder["id"])
