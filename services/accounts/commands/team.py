"""Who of the team may see an account, and change it."""

from uuid import UUID

from services.accounts.commands.access import AccountAccess
from services.accounts.contract import ClearTeamAccess, SetTeamAccess
from services.accounts.domain.account import Account
from shared.dispatch import handles
from shared.messages import Accepted
from shared.problems import NotFound
from shared.repository import Repository


@handles(SetTeamAccess)
async def set_access(command: SetTeamAccess, accounts: Repository[Account], access: AccountAccess) -> Accepted:
    await _known(command.member_id, access)
    account = await accounts.get(command.account_id)
    account.set_access(command.member_id, command.access)
    return await accounts.save(account)


@handles(ClearTeamAccess)
async def clear_access(command: ClearTeamAccess, accounts: Repository[Account], access: AccountAccess) -> Accepted:
    await _known(command.member_id, access)
    account = await accounts.get(command.account_id)
    account.clear_access(command.member_id)
    return await accounts.save(account)


async def _known(member_id: UUID, access: AccountAccess) -> None:
    if not await access.knows_member(member_id):
        raise NotFound
