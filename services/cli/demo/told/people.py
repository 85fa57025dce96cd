"""Members and contacts."""

from services.cli.demo.client import Api, together
from services.cli.demo.model import Colleague, Contact
from services.cli.demo.staff import NEW, address

_RECEIVERS = ("owner", "admin", "desk")
"""Who enters contacts: those who may."""

Ids = dict[str, str]


async def tell_members(api: Api, password: str) -> Ids:
    """Create all but the owner and sign them in; returns everybody's id by key."""
    line = api.begin()
    ids = {"owner": str((await line.ask("owner", "/session"))["member"]["id"])}
    ids |= dict(await together(_member(api, colleague, password) for colleague in NEW))
    return ids


async def _member(api: Api, colleague: Colleague, password: str) -> tuple[str, str]:
    email = address(colleague)
    body = {
        "given_name": colleague.given_name,
        "family_name": colleague.family_name,
        "email": email,
        "role": colleague.role,
        "permissions": colleague.permissions,
        "language": colleague.language,
        "password": password,
    }
    id = await api.begin().make("owner", colleague.key, "/members", body)
    await api.sign_in(colleague.key, email, password)
    return colleague.key, id


async def tell_contact(api: Api, contact: Contact, ids: Ids) -> None:
    """Create a contact and keep its id."""
    number = int(contact.key.rpartition("-")[2])
    who = _RECEIVERS[number % len(_RECEIVERS)]
    ids[contact.key] = await api.begin().make(who, contact.key, "/contacts", contact.body)


async def tell_changes(api: Api, contact: Contact, ids: Ids) -> None:
    """What changed about a contact since."""
    line, path = api.begin(), f"/contacts/{ids[contact.key]}"
    for index, body in enumerate(contact.changes):
        await line.do("admin", f"{contact.key}/change-{index}", "PUT", path, body)
    if not contact.active:
        await line.do("admin", f"{contact.key}/active", "PUT", f"{path}/active", {"active": False})
