"""Where things stand, for the needs that messages declare; what is deleted stands nowhere."""

from uuid import UUID

from services.dossier.projections.files import DOCUMENTS
from services.dossier.projections.folders import FOLDERS
from services.dossier.projections.interactions import INTERACTIONS
from services.firm.contract import Access, Place
from shared.problems import NotFound
from shared.readstore.interface import Document, ReadStore


class Places:
    """Answers from the read models: a question is asked of what can be read."""

    def __init__(self, read: ReadStore) -> None:
        self._read = read

    async def interaction(self, id: UUID) -> Place:
        found = await self._read.get(INTERACTIONS, str(id))
        if found is None or found["deleted"]:
            raise NotFound
        return Place(account_id=_id(found["account_id"]), contact_id=_id(found["contact_id"]))

    async def folder(self, id: UUID) -> Place:
        return folder_place(await self._read.get(FOLDERS, str(id)))

    async def document(self, id: UUID) -> Place:
        found = await self._read.get(DOCUMENTS, str(id))
        if found is None or found["deleted"]:
            raise NotFound
        return folder_place(await self._read.get(FOLDERS, found["folder_id"]))


def folder_place(folder: Document | None) -> Place:
    """A folder as far as rights go; raises `NotFound`."""
    if folder is None or folder["deleted"]:
        raise NotFound
    members = {
        subject.removeprefix("member:"): right
        for subject, right in folder["rights"].items()
        if subject.startswith("member:")
    }
    return Place(account_id=UUID(folder["account_id"]), folder_rights=members)


def _id(text: str | None) -> UUID | None:
    return UUID(text) if text else None


def access(read: ReadStore) -> Access:
    """The rights of the present caller, over what this service keeps."""
    places = Places(read)
    locate = {"interaction": places.interaction, "folder": places.folder, "document": places.document}
    return Access(read, locate)
