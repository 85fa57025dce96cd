"""What changes the rights on folders."""

from uuid import UUID

from services.files.commands.folders import tree_of
from services.files.commands.places import Places
from services.files.contract import CascadeRights, SetFolderRight, Subject, UnknownSubject
from services.files.domain import Tree
from services.firm.contract import Access
from services.firm.contract.copy import CONTACTS
from shared.dispatch import handles
from shared.messages import Accepted
from shared.readstore.interface import ReadStore
from shared.repository import Repository


@handles(SetFolderRight)
async def set_right(
    command: SetFolderRight, trees: Repository[Tree], places: Places, access: Access, read: ReadStore
) -> Accepted:
    tree = await tree_of(command.folder_id, trees, places)
    # A right can always be taken back, from somebody who has left the account too.
    if command.right is not None and not await _known(command.subject, tree.account_id, access, read):
        raise UnknownSubject(field="subject")
    tree.set_right(command.folder_id, command.subject.key, command.right)
    return await trees.save(tree, answer=command.folder_id)


@handles(CascadeRights)
async def cascade(command: CascadeRights, trees: Repository[Tree], places: Places) -> Accepted:
    tree = await tree_of(command.folder_id, trees, places)
    tree.cascade(command.folder_id, command.subject.key if command.subject else None)
    return await trees.save(tree, answer=command.folder_id)


async def _known(subject: Subject, account_id: UUID, access: Access, read: ReadStore) -> bool:
    """Whether there is such a member, active or not, or this contact is linked to the account."""
    if subject.member_id is not None:
        return await access.member_of(str(subject.member_id)) is not None
    contact = await read.get(CONTACTS, str(subject.contact_id))
    return contact is not None and str(account_id) in contact["accounts"]
