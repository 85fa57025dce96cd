"""What can be asked of folders and of the rights on them."""

from typing import ClassVar
from uuid import UUID

from pydantic import Field

from services.files.contract.needs import Into
from services.files.values import Right, Subject
from services.files.values.refusals import (
    FolderInsideItself,
    NameTaken,
    OtherAccount,
    ParentDeleted,
    TooDeep,
    TooManyFolders,
)
from services.firm.contract import Every, Leads, OnAccount, OnFolder
from shared.messages import DELETE, POST, PUT, Command
from shared.problems import NotAllowed, Refusal
from shared.text import Line

_SOMEBODY = {"member_id": "01931c6e-3b5a-7cc0-8f1e-0d5a4b7c9e21"}


class UnknownSubject(Refusal):
    """No such member, or a contact that is not linked to the account."""

    code, status = "unknown-subject", 422
    fr = "Ce collaborateur n'existe pas, ou ce contact n'est pas lié au dossier."
    en = "There is no such member, or this contact is not linked to the account."


class CreateFolder(Command):
    """Create a folder in an account's tree (A-12, ruling 5).

    A sub-folder starts with a copy of the rights set on its parent, a top-level folder with none set. Two folders side
    by side cannot have the same name, accents and capitals apart. Needs the right full on the parent; at the top, the
    level full on the account. The version in the answer is that of the account's tree, here and for every folder.
    """

    http = POST("/accounts/{account_id}/folders", creates="/folders/{id}")
    needs = Every(OnAccount(), Into("parent_id"))
    refusals: ClassVar = (NameTaken, TooDeep, TooManyFolders)

    account_id: UUID
    name: Line = Field(examples=["Liasse fiscale 2026"])
    parent_id: UUID | None = None


class RenameFolder(Command):
    """Rename a folder; needs the right full on it."""

    http = PUT("/folders/{folder_id}/name")
    needs = OnFolder("folder", "folder_id", "full")
    refusals: ClassVar = (NameTaken,)

    folder_id: UUID
    name: Line = Field(examples=["Bilans"])


class MoveFolder(Command):
    """Move a folder, with all that is in it, into another one or (null) to the top of its account's tree.

    The rights set on the folder stay as they are. Needs the right full on both.
    """

    http = PUT("/folders/{folder_id}/parent")
    needs = Every(OnFolder("folder", "folder_id", "full"), Into("parent_id", moved="folder_id"))
    refusals: ClassVar = (FolderInsideItself, NameTaken, OtherAccount, TooDeep)

    folder_id: UUID
    parent_id: UUID | None


class DeleteFolder(Command):
    """Delete a folder with its sub-folders; the documents in them are hidden, and can be brought back one by one.

    Needs the right full on the folder and on each of its sub-folders.
    """

    http = DELETE("/folders/{folder_id}")
    needs = OnFolder("folder", "folder_id", "full")
    refusals: ClassVar = (NotAllowed,)
    folder_id: UUID


class RestoreFolder(Command):
    """Bring a deleted folder back, with its sub-folders, rights and documents, to where it stood (ruling 3)."""

    http = POST("/folders/{folder_id}/restoration")
    needs = Every(Leads(hidden=True), OnFolder("folder-ever", "folder_id"))
    refusals: ClassVar = (NameTaken, ParentDeleted)
    folder_id: UUID


class SetFolderRight(Command):
    """Set what a member or a contact may do in a folder, or take it back with null (M-40, M-42, M-45).

    It holds for this folder alone; sub-folders are reached by the cascade (M-43).
    """

    http = PUT("/folders/{folder_id}/rights")
    needs = OnFolder("folder", "folder_id", manage=True)
    refusals: ClassVar = (UnknownSubject,)

    folder_id: UUID
    subject: Subject = Field(examples=[_SOMEBODY])
    right: Right | None = Field(examples=["read"])


class CascadeRights(Command):
    """Set on every sub-folder, at any depth, what is set on this folder, "not set" included (M-43, M-46, ruling 5).

    For one member or contact, or, without `subject`, for everybody.
    """

    http = POST("/folders/{folder_id}/rights/cascade")
    needs = OnFolder("folder", "folder_id", manage=True)

    folder_id: UUID
    subject: Subject | None = Field(None, examples=[_SOMEBODY])
