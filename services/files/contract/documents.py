"""What can be asked of documents. Their bytes pass through the door alone, never through here."""

from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field

from services.files.contract.needs import Into
from services.files.values import BlobName, Content, FileName, MediaType, Sha256
from services.files.values.refusals import FolderDeleted, OtherAccount
from services.firm.contract import Every, Leads, OnFolder, OnThing
from shared.messages import DELETE, POST, PUT, Command, Model, Query


class Publishing(Model):
    """Where a document would go."""

    account_id: UUID


class MayPublish(Query):
    """Whether the caller may publish in a folder: asked by the door before it reads a byte (M-15)."""

    needs = OnFolder("folder", "folder_id", "full")
    answer: ClassVar = Publishing
    folder_id: UUID


class PublishDocument(Command):
    """Record a file whose bytes are safe in the blob store (M-15, T-09). `size` in bytes; `blob` is their name there.

    Another document of that name in the folder stays as it is; both keep their name.
    """

    needs = OnFolder("folder", "folder_id", "full")

    folder_id: UUID
    name: FileName
    media_type: MediaType
    size: Annotated[int, Field(ge=0, lt=2**63)]
    sha256: Sha256
    blob: BlobName


class OpenDocument(Command):
    """Open a document: it is no longer new, and who opened it when is recorded (M-14, T-10, ruling 8)."""

    needs = OnFolder("document", "document_id", "read")
    answer: ClassVar = Content
    document_id: UUID


class DescribeContent(Query):
    """What `OpenDocument` answers, with nothing recorded: for the later parts of a download."""

    needs = OnFolder("document", "document_id", "read")
    answer: ClassVar = Content
    document_id: UUID


class RenameDocument(Command):
    """Rename a document; needs the right full on its folder (M-15)."""

    http = PUT("/documents/{document_id}/name")
    needs = OnFolder("document", "document_id", "full")

    document_id: UUID
    name: FileName = Field(examples=["Bilan 2026.pdf"])


class MoveDocument(Command):
    """Move a document into another folder of its account; needs the right full on both folders (M-15)."""

    http = PUT("/documents/{document_id}/folder")
    needs = Every(OnFolder("document", "document_id", "full"), Into("folder_id"))
    refusals: ClassVar = (OtherAccount,)

    document_id: UUID
    folder_id: UUID


class DeleteDocument(Command):
    """Delete a document: it is hidden everywhere, and owners and admins can bring it back (ruling 3)."""

    http = DELETE("/documents/{document_id}")
    needs = OnFolder("document", "document_id", "full")
    document_id: UUID


class RestoreDocument(Command):
    """Bring back a document that was deleted, or whose folder was: into that folder, or into `folder_id` (ruling 3)."""

    http = POST("/documents/{document_id}/restoration")
    needs = Every(Leads(hidden=True), OnThing("document-ever", "document_id"))
    refusals: ClassVar = (FolderDeleted, OtherAccount)

    document_id: UUID
    folder_id: UUID | None = None
