"""What can be asked about folders and documents; each answers only what the caller's rights reach (M-39, M-45)."""

import re
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from services.dossier.contract.pages import Cursor, Limit, Named, Words
from services.files.contract import UnknownSubject
from services.firm.contract import Access, Every, OnAccount, OnFolder
from shared.messages import GET, Message, Model, Query
from shared.problems import NotAllowed, NotFound, Refusal, SignInRequired
from shared.readstore.cursor import InvalidCursor
from shared.text import Moment

_ID = "[0-9a-fA-F]{8}(-?[0-9a-fA-F]{4}){3}-?[0-9a-fA-F]{12}"
VIEWER = re.compile(rf"^((?P<kind>member|contact):)?(?P<id>{_ID})$")

Right = Literal["none", "read", "full"]
DocumentSort = Literal["name", "-name", "published", "-published"]
Viewer = Annotated[str, StringConstraints(pattern=VIEWER.pattern.replace("?P<kind>", "").replace("?P<id>", ""))]


@dataclass(frozen=True, slots=True)
class ToViewAs:
    """Who looks with another's eyes needs to manage accounts (M-47, ruling 11); without `view_as` nothing is asked."""

    async def check(self, message: Message, access: Access) -> None:
        assert isinstance(message, ListFolders)
        if message.view_as is not None:
            await access.manage_account(message.account_id)

    def codes(self) -> list[type[Refusal]]:
        return [SignInRequired, NotFound, NotAllowed]


class SetRight(Model):
    """A right set on a folder for a member or a contact."""

    subject: str = Field(examples=["member:01931c6e-3b5a-7cc0-8f1e-0d5a4b7c9e21"])
    name: str | None
    right: Right


class FolderLine(Model):
    """A folder as somebody sees it. `parent_id` is the nearest folder above that they see (ruling 11)."""

    id: UUID
    name: str
    parent_id: UUID | None
    depth: int = Field(description="0 at the top.")
    right: Right = Field(description="What they may do in it.")
    documents_count: int
    new_documents_count: int
    rights: list[SetRight] | None = Field(description="What is set on it; null for who may not set rights.")


class FolderTree(Model):
    """The folders in the order of a tree that is unfolded: each followed by those within it, by name."""

    items: list[FolderLine]
    next: str | None = Field(description="Null but for a tree that is too large for one answer.")
    version: int = Field(description="That of the account's tree.")


class ListFolders(Query):
    """The folders of an account as the caller sees them, or as somebody else does (A-12, M-39, M-45, M-47)."""

    http = GET("/accounts/{account_id}/folders")
    needs = Every(OnAccount(), ToViewAs())
    refusals: ClassVar = (UnknownSubject, InvalidCursor)
    answer: ClassVar = FolderTree

    account_id: UUID
    view_as: Viewer | None = Field(
        None,
        description="`member:<id>`, `contact:<id>` or the id of either: the tree as they see it (M-47).",
        examples=["member:01931c6e-3b5a-7cc0-8f1e-0d5a4b7c9e21"],
    )
    after: Cursor | None = None


class FolderDetail(Model):
    """A folder, where it stands and what the caller may do in it."""

    id: UUID
    name: str
    account: Named
    parent_id: UUID | None
    right: Right
    documents_count: int
    new_documents_count: int
    version: int = Field(description="That of the account's tree.")


class GetFolder(Query):
    """One folder (M-39)."""

    http = GET("/folders/{folder_id}")
    needs = OnFolder("folder", "folder_id")
    answer: ClassVar = FolderDetail

    folder_id: UUID


class DocumentLine(Model):
    """A document in a list; `new` until somebody of the firm has opened it (T-10). `size` in bytes."""

    id: UUID
    name: str
    format: str
    media_type: str
    size: int
    folder_id: UUID
    published_at: Moment
    author: Named | None
    new: bool
    version: int


class DocumentPage(Model):
    items: list[DocumentLine]
    next: str | None


class ListDocuments(Query):
    """The documents in a folder (A-12, M-14, M-39)."""

    http = GET("/folders/{folder_id}/documents")
    needs = OnFolder("folder", "folder_id")
    refusals: ClassVar = (InvalidCursor,)
    answer: ClassVar = DocumentPage

    folder_id: UUID
    sort: DocumentSort = "name"
    after: Cursor | None = None
    limit: Limit = 50


class ListAccountDocuments(Query):
    """All documents of an account that the caller may see, in whichever folder (A-12, T-08, T-09)."""

    http = GET("/accounts/{account_id}/documents")
    needs = OnAccount()
    refusals: ClassVar = (InvalidCursor,)
    answer: ClassVar = DocumentPage

    account_id: UUID
    q: Words = Field("", description="Part of the name.")
    format: Words = Field("", description="The extension of the name.", examples=["pdf"])
    folder: UUID | None = Field(None, description="Only those in this folder.")
    new: bool | None = Field(None, description="Only those that nobody of the firm has opened yet, or only the others.")
    sort: DocumentSort = "-published"
    after: Cursor | None = None
    limit: Limit = 50


class Opening(Model):
    """That somebody opened a document, and when first and last (ruling 8)."""

    member: Named
    first_at: Moment
    last_at: Moment
    times: int


class NameGiven(Model):
    """A name that a document had from this moment on."""

    name: str
    at: Moment
    author: Named | None


class DocumentDetail(Model):
    """A document, its names over time, and who opened it. `size` in bytes, `sha256` in hexadecimal."""

    id: UUID
    name: str
    format: str
    media_type: str
    size: int
    sha256: str
    account: Named
    folder: Named
    right: Right
    published_at: Moment
    author: Named | None
    new: bool
    names: list[NameGiven] = Field(description="The first one first; the last one is the present name.")
    opened: list[Opening] = Field(description="Who opened it last comes first.")
    version: int


class GetDocument(Query):
    """One document: what it is, what it was called, who opened it when (M-14, T-10, ruling 8)."""

    http = GET("/documents/{document_id}")
    needs = OnFolder("document", "document_id")
    answer: ClassVar = DocumentDetail

    document_id: UUID
