"""What changes a document."""

from datetime import UTC, datetime
from uuid import UUID

from services.files.commands.places import Places
from services.files.contract import (
    DeleteDocument,
    MoveDocument,
    OpenDocument,
    PublishDocument,
    RenameDocument,
    RestoreDocument,
)
from services.files.domain import Document
from services.files.values import Content
from services.files.values.refusals import FolderDeleted, OtherAccount
from shared.context import current
from shared.dispatch import handles
from shared.ids import new_id
from shared.messages import Accepted
from shared.problems import NotFound
from shared.repository import Repository


@handles(PublishDocument)
async def publish(command: PublishDocument, documents: Repository[Document], places: Places) -> Accepted:
    document = Document(
        id=new_id(),
        folder_id=command.folder_id,
        account_id=await places.account_of(command.folder_id),
        name=command.name,
        media_type=command.media_type,
        size=command.size,
        sha256=command.sha256,
        blob=command.blob,
    )
    return await documents.save(document)


@handles(OpenDocument)
async def open_(command: OpenDocument, documents: Repository[Document]) -> Content:
    document = await documents.get(command.document_id)
    caller = current.get()
    if caller.kind == "member" and caller.id is not None:
        document.open(caller.id, datetime.now(UTC))
    accepted = await documents.save(document)
    return document.content.model_copy(update={"position": accepted.position})


@handles(RenameDocument)
async def rename(command: RenameDocument, documents: Repository[Document]) -> Accepted:
    document = await documents.get(command.document_id)
    document.rename(command.name)
    return await documents.save(document)


@handles(MoveDocument)
async def move(command: MoveDocument, documents: Repository[Document], places: Places) -> Accepted:
    document = await documents.get(command.document_id)
    if await places.account_of(command.folder_id) != document.account_id:
        raise OtherAccount(field="folder_id")
    document.move(command.folder_id)
    return await documents.save(document)


@handles(DeleteDocument)
async def delete(command: DeleteDocument, documents: Repository[Document]) -> Accepted:
    document = await documents.get(command.document_id)
    document.delete()
    return await documents.save(document)


@handles(RestoreDocument)
async def restore(command: RestoreDocument, documents: Repository[Document], places: Places) -> Accepted:
    document = await documents.get(command.document_id)
    hidden = not await places.holds(document.account_id, document.folder_id)
    if command.folder_id is None:
        if hidden:
            raise FolderDeleted(field="folder_id")
    elif await _account_of(command, places) != document.account_id:
        raise OtherAccount(field="folder_id")
    document.restore(command.folder_id or document.folder_id, hidden=hidden)
    return await documents.save(document)


async def _account_of(command: RestoreDocument, places: Places) -> UUID | None:
    """The account of the folder that was named; `NotFound`, pointing at it, if there is none."""
    assert command.folder_id is not None
    try:
        return (await places.folder(command.folder_id)).account_id
    except NotFound:
        raise NotFound(field="folder_id") from None
