"""The demonstration firm: an accounting firm of made-up people, told to a running system through its public HTTP API.

`imagined` thinks it up from a seed, `told` tells it; `words` and `papers` are what it is made of. The same seed makes
the same firm; dates are counted from the moment at which it was begun. A fill that was cut off goes on where it was,
because each step has an idempotency key of its own and those hold for a day.
"""

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any

import click

from services.cli.demo.client import Api, Report, together
from services.cli.demo.imagined import imagine, people
from services.cli.demo.model import Contact, Firm, Sizes
from services.cli.demo.staff import BY_KEY, NEW, address
from services.cli.demo.told import (
    tell_account,
    tell_changes,
    tell_contact,
    tell_deletion,
    tell_members,
    tell_openings,
    tell_talk,
    tell_tree,
)
from services.cli.demo.told.people import Ids

SEED = "dossier"
GOES_ON = timedelta(hours=23)
"""How long after its beginning a fill can go on; receipts of idempotency keys are kept for an hour more."""


async def fill(
    address: str, email: str, password: str, progress: Report, *, scale: float = 1.0, seed: str = SEED
) -> None:
    """Fill the firm at this address, signed in as its owner; `scale` makes a smaller one.

    Raises `ClickException` where the system refuses something, or where an earlier fill is too old to go on with.
    """
    sizes = Sizes.scaled(scale)
    async with Api.at(address, f"{seed}/{sizes}", progress) as api:
        await api.sign_in("owner", email, password)
        contacts = people(seed, sizes)
        ids: Ids = {}
        began = await _begin(api, contacts[0], ids)
        firm = imagine(seed, sizes, began)
        api.expect(firm.steps + len(NEW))
        shared = demo_password(seed, password)
        await _tell(api, firm, ids, shared, began)
    _introduce(shared)


def demo_password(seed: str, owner_password: str) -> str:
    """The other members' password: made from the owner's, so that nobody else knows it, and slow to turn back."""
    made = hashlib.scrypt(owner_password.encode(), salt=seed.encode(), n=2**14, r=8, p=1, dklen=8).hex()
    return "-".join(made[index : index + 4] for index in range(0, 16, 4))


async def _begin(api: Api, first: Contact, ids: Ids) -> datetime:
    """Make the first contact; when it was created is the moment from which the demonstration counts its dates."""
    api.stage("Beginning")
    line = api.begin()
    email = first.body["emails"][0]["address"]
    found = await line.ask("owner", "/contacts", q=email)
    if found["items"] and datetime.now(UTC) - _created(found["items"][0]) > GOES_ON:
        raise click.ClickException(
            "The demonstration firm was begun more than a day ago, which is too long to go on with it. "
            "It stays as it is; for a new one, name an empty folder with DOSSIER_DATA."
        )
    await tell_contact(api, first, ids)
    return _created(await api.begin().ask("owner", f"/contacts/{ids[first.key]}")).replace(microsecond=0)


def _created(contact: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(contact["created_at"]).astimezone(UTC)


async def _tell(api: Api, firm: Firm, ids: Ids, password: str, began: datetime) -> None:
    """Everything, in an order in which what is named is there."""
    api.stage("Members")
    ids |= await tell_members(api, password)
    api.stage("Contacts")
    await together(tell_contact(api, contact, ids) for contact in firm.contacts[1:])
    api.stage("Accounts")
    await together(tell_account(api, account, ids) for account in firm.accounts)
    api.stage("Files and interactions")
    trees = [tell_tree(api, tree, firm.papers_in(tree), ids, began) for tree in firm.trees]
    await together([*trees, *(tell_talk(api, talk, ids) for talk in firm.talks)])
    api.stage("Changes")
    await together(tell_changes(api, contact, ids) for contact in firm.contacts)
    await together(tell_openings(api, who, opened, ids) for who, opened in firm.opened.items())
    await tell_deletion(api, firm.accounts[-1], ids)
    api.stage("Demonstration firm")


def _introduce(password: str) -> None:
    """Say who else can sign in."""
    click.echo(f"The other members sign in with the password {password}:")
    for colleague in NEW:
        may = ", ".join(colleague.permissions) or "sees only the dossiers of their teams"
        rights = colleague.role if BY_KEY[colleague.key].rights.leads else f"{colleague.role}: {may}"
        click.echo(f"  {address(colleague):<30} {rights}")
