"""What changes the tree of an account."""

from uuid import UUID

from services.files.commands.places import Places, place
from services.files.contract import CreateFolder, DeleteFolder, MoveFolder, RenameFolder, RestoreFolder
from services.files.domain import Folder, Tree, tree_id
from services.files.values.refusals import OtherAccount
from services.firm.contract import Access
from shared.context import current
from shared.dispatch import handles
from shared.ids import new_id
from shared.messages import Accepted
from shared.problems import ChangedMeanwhile, NotAllowed, NotFound
from shared.repository import Repository


@handles(CreateFolder)
async def create(command: CreateFolder, trees: Repository[Tree]) -> Accepted:
    tree = await trees.find(tree_id(command.account_id)) or Tree.plant(command.account_id)
    folder = Folder(id=new_id(), account_id=command.account_id)
    tree.create_folder(folder.id, command.name, command.parent_id)
    return await trees.save(tree, folder, answer=folder.id)


@handles(RenameFolder)
async def rename(command: RenameFolder, trees: Repository[Tree], places: Places) -> Accepted:
    tree = await tree_of(command.folder_id, trees, places)
    tree.rename_folder(command.folder_id, command.name)
    return await trees.save(tree, answer=command.folder_id)


@handles(MoveFolder)
async def move(command: MoveFolder, trees: Repository[Tree], places: Places) -> Accepted:
    tree = await tree_of(command.folder_id, trees, places)
    if command.parent_id is not None and await places.account_of(command.parent_id) != tree.account_id:
        raise OtherAccount(field="parent_id")
    tree.move_folder(command.folder_id, command.parent_id)
    return await trees.save(tree, answer=command.folder_id)


@handles(DeleteFolder)
async def delete(command: DeleteFolder, trees: Repository[Tree], places: Places, access: Access) -> Accepted:
    tree = await tree_of(command.folder_id, trees, places)
    for id in tree.below(command.folder_id):
        try:
            await access.folder_right(place(tree.account_id, tree.folder(id).rights), "full")
        except NotFound:
            raise NotAllowed from None
    tree.delete_folder(command.folder_id)
    return await trees.save(tree, answer=command.folder_id)


@handles(RestoreFolder)
async def restore(command: RestoreFolder, trees: Repository[Tree], places: Places) -> Accepted:
    tree = await tree_of(command.folder_id, trees, places)
    tree.restore_folder(command.folder_id)
    return await trees.save(tree, answer=command.folder_id)


async def tree_of(folder_id: UUID, trees: Repository[Tree], places: Places) -> Tree:
    """The tree that a folder stands in. `If-Match` on a folder speaks of its tree; raises `ChangedMeanwhile`."""
    tree = await trees.get(tree_id(await places.account_of(folder_id)))
    context = current.get()
    if context.if_match is not None and context.target == folder_id and context.if_match != tree.version:
        raise ChangedMeanwhile
    return tree
