"""Where folders and documents stand, answered by their own events: no copy that could lag behind."""

from collections.abc import Mapping
from uuid import UUID

from services.files.domain import Document, Folder, Tree, tree_id
from services.files.values import Content, Right
from services.firm.contract import Locator, Place
from shared.problems import NotFound
from shared.repository import Repository
from shared.store import EventStore

_MEMBER = "member:"


class Places:
    """Looks up places; each raises `NotFound` for what is deleted or was never there."""

    def __init__(self, store: EventStore) -> None:
        self._folders = Repository(store, Folder)
        self._trees = Repository(store, Tree)
        self._documents = Repository(store, Document)

    async def account_of(self, folder_id: UUID) -> UUID:
        """The account of a folder, of one that was deleted too."""
        return (await self._folders.peek(folder_id)).account_id

    async def holds(self, account_id: UUID, folder_id: UUID) -> bool:
        """Whether this folder is in the account's tree, and not deleted."""
        return folder_id in (await self._trees.peek(tree_id(account_id))).folders

    async def folder(self, folder_id: UUID) -> Place:
        account_id = await self.account_of(folder_id)
        tree = await self._trees.peek(tree_id(account_id))
        return place(account_id, tree.folder(folder_id).rights)

    async def folder_ever(self, folder_id: UUID) -> Place:
        """The account of a folder, deleted or not."""
        return Place(account_id=await self.account_of(folder_id))

    async def document(self, document_id: UUID) -> Place:
        document = await self._documents.peek(document_id)
        if document.deleted:
            raise NotFound
        return await self.folder(document.folder_id)

    async def document_ever(self, document_id: UUID) -> Place:
        """The account of a document, deleted or not."""
        return Place(account_id=(await self._documents.peek(document_id)).account_id)

    async def content(self, document_id: UUID) -> Content:
        return (await self._documents.peek(document_id)).content

    def locators(self) -> dict[str, Locator]:
        return {
            "folder": self.folder,
            "folder-ever": self.folder_ever,
            "document": self.document,
            "document-ever": self.document_ever,
        }


def place(account_id: UUID, rights: Mapping[str, Right]) -> Place:
    """The place of a folder with these rights set on it; those of contacts do not concern members."""
    members = {key.removeprefix(_MEMBER): right for key, right in rights.items() if key.startswith(_MEMBER)}
    return Place(account_id=account_id, folder_rights=members)
