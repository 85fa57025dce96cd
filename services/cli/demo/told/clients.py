"""Accounts, with their contacts and their team."""

from collections.abc import Iterable

from services.cli.demo.client import Api
from services.cli.demo.model import Account
from services.cli.demo.told.people import Ids


async def tell_account(api: Api, account: Account, ids: Ids) -> None:
    """Create an account, keep its id, and change what was changed about it since."""
    links = [{"contact_id": ids[contact], "description": text} for contact, text in account.links]
    team = {ids[member]: level for member, level in account.team.items()}
    line = api.begin()
    body = {**account.body, "contacts": links, "team": team}
    id = ids[account.key] = await line.make(account.creator, account.key, "/accounts", body)
    for index, change in enumerate(account.changes):
        path = f"/accounts/{id}{change.path.format_map(ids)}"
        await line.do("admin", f"{account.key}/change-{index}", change.method, path, change.body)


async def tell_deletion(api: Api, account: Account, ids: Ids) -> None:
    """Delete an account for good."""
    await api.begin().do("owner", f"{account.key}/deletion", "DELETE", f"/accounts/{ids[account.key]}")


async def tell_openings(api: Api, who: str, accounts: Iterable[Account], ids: Ids) -> None:
    """Let somebody have opened these dossiers, one after the other (A-04)."""
    line = api.begin()
    for account in accounts:
        await line.do(who, f"{account.key}/opened-{who}", "POST", f"/accounts/{ids[account.key]}/opened")
