"""An account's name, type, tags and address; its end and its return."""

from services.accounts.contract import ChangeAccount, DeleteAccount, RenameAccount, RestoreAccount, SetAccountTags
from services.accounts.domain.account import Account
from shared.dispatch import handles
from shared.messages import Accepted
from shared.repository import Repository


@handles(RenameAccount)
async def rename(command: RenameAccount, accounts: Repository[Account]) -> Accepted:
    account = await accounts.get(command.account_id)
    account.rename(command.name)
    return await accounts.save(account)


@handles(ChangeAccount)
async def change(command: ChangeAccount, accounts: Repository[Account]) -> Accepted:
    account = await accounts.get(command.account_id)
    if command.name is not None:
        account.rename(command.name)
    if command.type is not None:
        account.change_type(command.type)
    if "address" in command.model_fields_set:
        account.change_address(command.address)
    return await accounts.save(account)


@handles(SetAccountTags)
async def set_tags(command: SetAccountTags, accounts: Repository[Account]) -> Accepted:
    account = await accounts.get(command.account_id)
    account.change_tags(command.tags)
    return await accounts.save(account)


@handles(DeleteAccount)
async def delete(command: DeleteAccount, accounts: Repository[Account]) -> Accepted:
    account = await accounts.get(command.account_id)
    account.delete()
    return await accounts.save(account)


@handles(RestoreAccount)
async def restore(command: RestoreAccount, accounts: Repository[Account]) -> Accepted:
    account = await accounts.get(command.account_id)
    account.restore()
    return await accounts.save(account)
