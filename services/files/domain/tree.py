"""The folders of one account, and the rights set on them."""

from dataclasses import replace
from uuid import UUID

from eventsourcing.domain import Aggregate, event

from services.files.domain.nodes import Node, below, cascaded, depth, height, taken, way_up
from services.files.values import Right
from services.files.values.refusals import (
    DEEPEST,
    MOST_FOLDERS,
    FolderInsideItself,
    NameTaken,
    ParentDeleted,
    TooDeep,
    TooManyFolders,
)
from shared.events import Personal
from shared.ids import derived_id
from shared.problems import NotFound


def tree_id(account_id: UUID) -> UUID:
    """Each account has one tree."""
    return derived_id("tree", account_id)


class Tree(Aggregate):
    """All folders of an account: names unique side by side, no folder inside itself, neither too deep nor too many."""

    TOPIC = "files.tree"
    SUBJECT = "account_id"
    SCOPE = "account_id"

    class Created(Aggregate.Created):
        TOPIC = "files.tree.planted"
        account_id: UUID

    class FolderCreated(Aggregate.Event):
        TOPIC = "files.tree.folder-created"
        folder_id: UUID
        parent_id: UUID | None
        name: Personal[str]
        rights: dict[str, Right]

    class FolderRenamed(Aggregate.Event):
        TOPIC = "files.tree.folder-renamed"
        folder_id: UUID
        name: Personal[str]
        was: Personal[str]

    class FolderMoved(Aggregate.Event):
        TOPIC = "files.tree.folder-moved"
        folder_id: UUID
        parent_id: UUID | None
        was: UUID | None

    class FolderDeleted(Aggregate.Event):
        TOPIC = "files.tree.folder-deleted"
        folder_id: UUID
        folders: list[UUID]

    class FolderRestored(Aggregate.Event):
        TOPIC = "files.tree.folder-restored"
        folder_id: UUID
        folders: list[UUID]

    class RightSet(Aggregate.Event):
        TOPIC = "files.tree.right-set"
        folder_id: UUID
        subject: str
        right: Right | None
        was: Right | None

    class RightsCascaded(Aggregate.Event):
        TOPIC = "files.tree.rights-cascaded"
        folder_id: UUID
        subjects: dict[str, Right | None]
        folders: list[UUID]

    @classmethod
    def plant(cls, account_id: UUID) -> "Tree":
        """The tree of an account, with no folder in it."""
        return cls(id=tree_id(account_id), account_id=account_id)

    @event(Created)
    def __init__(self, *, id: UUID, account_id: UUID) -> None:
        self.account_id = account_id
        self.folders: dict[UUID, Node] = {}
        self.deleted: dict[UUID, dict[UUID, Node]] = {}  # what was deleted together, by the folder that was named

    def folder(self, folder_id: UUID) -> Node:
        """A folder; raises `NotFound`."""
        node = self.folders.get(folder_id)
        if node is None:
            raise NotFound
        return node

    def below(self, folder_id: UUID) -> list[UUID]:
        """All sub-folders of a folder, at any depth."""
        return below(self.folders, folder_id)

    def create_folder(self, folder_id: UUID, name: str, parent_id: UUID | None) -> None:
        """A new folder; a sub-folder starts with a copy of what is set on its parent (ruling 5)."""
        if len(self.folders) >= MOST_FOLDERS:
            raise TooManyFolders
        parent = self._target(parent_id)
        if depth(self.folders, parent_id) >= DEEPEST:
            raise TooDeep(field="parent_id")
        if taken(self.folders, name, parent_id):
            raise NameTaken(field="name")
        rights = dict(parent.rights) if parent else {}
        self._folder_created(folder_id=folder_id, parent_id=parent_id, name=name, rights=rights)

    @event(FolderCreated)
    def _folder_created(self, folder_id: UUID, parent_id: UUID | None, name: str, rights: dict[str, Right]) -> None:
        self.folders[folder_id] = Node(name, parent_id, rights)

    def rename_folder(self, folder_id: UUID, name: str) -> None:
        node = self.folder(folder_id)
        if name == node.name:
            return
        if taken(self.folders, name, node.parent_id, but=folder_id):
            raise NameTaken(field="name")
        self._folder_renamed(folder_id=folder_id, name=name, was=node.name)

    @event(FolderRenamed)
    def _folder_renamed(self, folder_id: UUID, name: str, was: str) -> None:
        self.folders[folder_id] = replace(self.folders[folder_id], name=name)

    def move_folder(self, folder_id: UUID, parent_id: UUID | None) -> None:
        """Put a folder with all that is in it elsewhere; the rights set on it stay as they are."""
        node = self.folder(folder_id)
        self._target(parent_id)
        if parent_id == node.parent_id:
            return
        if folder_id in way_up(self.folders, parent_id):
            raise FolderInsideItself(field="parent_id")
        if depth(self.folders, parent_id) + height(self.folders, folder_id) > DEEPEST:
            raise TooDeep(field="parent_id")
        if taken(self.folders, node.name, parent_id):
            raise NameTaken(field="parent_id")
        self._folder_moved(folder_id=folder_id, parent_id=parent_id, was=node.parent_id)

    @event(FolderMoved)
    def _folder_moved(self, folder_id: UUID, parent_id: UUID | None, was: UUID | None) -> None:
        self.folders[folder_id] = replace(self.folders[folder_id], parent_id=parent_id)

    def delete_folder(self, folder_id: UUID) -> None:
        """Delete a folder with all its sub-folders; the documents in them are hidden with them."""
        self.folder(folder_id)
        self._folder_deleted(folder_id=folder_id, folders=[folder_id, *self.below(folder_id)])

    @event(FolderDeleted)
    def _folder_deleted(self, folder_id: UUID, folders: list[UUID]) -> None:
        self.deleted[folder_id] = {id: self.folders.pop(id) for id in folders}

    def restore_folder(self, folder_id: UUID) -> None:
        """Undo a deletion, sub-folders and rights included; the folder that it stood in must be there."""
        if folder_id not in self.deleted:
            raise NotFound
        node = self.deleted[folder_id][folder_id]
        if node.parent_id is not None and node.parent_id not in self.folders:
            raise ParentDeleted(field="folder_id")
        if taken(self.folders, node.name, node.parent_id):
            raise NameTaken(field="folder_id")
        self._folder_restored(folder_id=folder_id, folders=list(self.deleted[folder_id]))

    @event(FolderRestored)
    def _folder_restored(self, folder_id: UUID, folders: list[UUID]) -> None:
        self.folders |= self.deleted.pop(folder_id)

    def set_right(self, folder_id: UUID, subject: str, right: Right | None) -> None:
        """Set a right on this folder alone, or take it back with None (M-42, M-45)."""
        was = self.folder(folder_id).rights.get(subject)
        if right != was:
            self._right_set(folder_id=folder_id, subject=subject, right=right, was=was)

    @event(RightSet)
    def _right_set(self, folder_id: UUID, subject: str, right: Right | None, was: Right | None) -> None:
        self.folders[folder_id] = self.folders[folder_id].with_rights({subject: right})

    def cascade(self, folder_id: UUID, subject: str | None = None) -> None:
        """Set on every sub-folder what is set on the folder, "not set" included; for one, or for all (ruling 5)."""
        self.folder(folder_id)
        subjects, touched = cascaded(self.folders, folder_id, subject)
        if touched:
            self._rights_cascaded(folder_id=folder_id, subjects=subjects, folders=touched)

    @event(RightsCascaded)
    def _rights_cascaded(self, folder_id: UUID, subjects: dict[str, Right | None], folders: list[UUID]) -> None:
        for id in folders:
            self.folders[id] = self.folders[id].with_rights(subjects)

    def _target(self, parent_id: UUID | None) -> Node | None:
        if parent_id is not None and parent_id not in self.folders:
            raise NotFound(field="parent_id")
        return None if parent_id is None else self.folders[parent_id]
