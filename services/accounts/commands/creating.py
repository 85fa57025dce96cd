"""A new account, with contacts that exist or are created with it."""

from services.accounts.commands.access import AccountAccess
from services.accounts.commands.contacts import Contacts
from services.accounts.contract import CreateAccount, UnknownMember
from services.accounts.domain.account import Account
from services.accounts.domain.links import check_contacts
from shared.dispatch import handles
from shared.ids import new_id
from shared.messages import Accepted
from shared.repository import Repository


@handles(CreateAccount)
async def create(
    command: CreateAccount, accounts: Repository[Account], access: AccountAccess, contacts: Contacts
) -> Accepted:
    await _check(command, access)
    team = await _team(command, access)
    links = await contacts.linked(command.contacts)
    account = Account.create(
        id=new_id(),
        name=command.name or await contacts.name_of(links[0].contact_id),
        generated=command.name is None,
        type=command.type,
        links=links,
        tags=command.tags,
        team=team,
        address=command.address,
    )
    return await accounts.save(account)


async def _check(command: CreateAccount, access: AccountAccess) -> None:
    """Everything that can be refused is refused before a contact is created."""
    check_contacts(link.contact_id for link in command.contacts)
    for index, link in enumerate(command.contacts):
        if link.contact_id is not None:
            await access.know_contact(link.contact_id, f"contacts/{index}/contact_id")


async def _team(command: CreateAccount, access: AccountAccess) -> dict[str, str]:
    """The levels that were asked for; an employee who creates an account gets level full on it (ruling 11)."""
    for member_id in command.team:
        if not await access.knows_member(member_id):
            raise UnknownMember(field=f"team/{member_id}")
    team: dict[str, str] = {str(member_id): level for member_id, level in command.team.items()}
    if access.system or (creator := await access.member()).leads:
        return team
    return team | {creator.id: "full"}
