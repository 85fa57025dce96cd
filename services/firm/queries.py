"""Who works here."""

from typing import Any

from services.firm.contract import MANAGE_MEMBERS, Access, GetMember, ListMembers
from services.firm.projections import MEMBERS
from shared.dispatch import handles
from shared.problems import NotFound
from shared.readstore.conditions import Contains, Eq
from shared.readstore.cursor import decode_cursor, encode_cursor
from shared.readstore.interface import Document, Order, ReadStore

_ORDER = (Order("sort"),)
_FOR_ALL = ("id", "given_name", "family_name", "role", "active", "version")
_FOR_MANAGERS = ("email", "permissions", "language")


@handles(ListMembers)
async def members(query: ListMembers, read: ReadStore, access: Access) -> dict[str, Any]:
    conditions: list[Contains | Eq] = [Contains("name", query.q)] if query.q else []
    if query.active != "all":
        conditions.append(Eq("active", query.active == "true"))
    after = decode_cursor(query.after, _ORDER)
    page = await read.find(MEMBERS, *conditions, order=_ORDER, after=after, limit=query.limit)
    everything = await _manages(access)
    shown = [_shown(document, access, everything) for document in page.documents]
    return {"items": shown, "next": encode_cursor(page.next, _ORDER)}


@handles(GetMember)
async def member(query: GetMember, read: ReadStore, access: Access) -> dict[str, Any]:
    document = await read.get(MEMBERS, str(query.member_id))
    if document is None:
        raise NotFound
    return _shown(document, access, await _manages(access))


async def _manages(access: Access) -> bool:
    return access.system or (await access.member()).may(MANAGE_MEMBERS)


def _shown(document: Document, access: Access, everything: bool) -> dict[str, Any]:
    """What the caller may know: names and roles of everybody, the rest of themselves and as a manager."""
    shown = {name: document[name] for name in _FOR_ALL}
    if everything or str(access.caller.id) == document["id"]:
        shown |= {name: document[name] for name in _FOR_MANAGERS}
        shown["can_sign_in"] = document["active"] and document["has_password"]
    return shown
