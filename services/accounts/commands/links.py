"""The links of an account to contacts."""

from services.accounts.commands.access import AccountAccess
from services.accounts.contract import DescribeLink, LinkContact, UnlinkContact
from services.accounts.domain.account import Account
from services.accounts.domain.links import Link
from shared.dispatch import handles
from shared.messages import Accepted
from shared.repository import Repository


@handles(LinkContact)
async def link(command: LinkContact, accounts: Repository[Account], access: AccountAccess) -> Accepted:
    await access.know_contact(command.contact_id, "contact_id")
    account = await accounts.get(command.account_id)
    account.link(Link(command.contact_id, command.description))
    return await accounts.save(account)


@handles(UnlinkContact)
async def unlink(command: UnlinkContact, accounts: Repository[Account]) -> Accepted:
    account = await accounts.get(command.account_id)
    account.unlink(command.contact_id)
    return await accounts.save(account)


@handles(DescribeLink)
async def describe(command: DescribeLink, accounts: Repository[Account]) -> Accepted:
    account = await accounts.get(command.account_id)
    account.describe_link(command.contact_id, command.description)
    return await accounts.save(account)
