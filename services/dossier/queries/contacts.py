"""The list of contacts, and one of them (D-14, D-15, D-23, D-24, T-24, T-41, T-42)."""

from typing import Any

from services.dossier.contract import GetContact, ListContacts
from services.dossier.projections.accounts import ACCOUNTS
from services.dossier.projections.contacts import CONTACTS
from services.dossier.queries.visibility import Sight
from shared.dispatch import handles
from shared.folding import fold
from shared.problems import NotFound
from shared.readstore.conditions import Condition, Eq, Has, HasAny, Matches
from shared.readstore.cursor import decode_cursor, encode_cursor
from shared.readstore.interface import Order, ReadStore

_ALL = 1_000_000
_SORTED = {"name": "sort", "created": "created_at"}
_LINE = ("id", "kind", "name", "email", "phone", "active", "created_at", "version")
_DETAIL = (
    "id", "kind", "name", "given_name", "family_name", "emails", "phones", "addresses", "language", "active",
    "created_at", "version",
)  # fmt: skip


@handles(ListContacts)
async def contacts(query: ListContacts, read: ReadStore, sight: Sight) -> dict[str, Any]:
    order = [Order(_SORTED[query.sort.removeprefix("-")], descending=query.sort.startswith("-"))]
    conditions: list[Condition] = [await sight.contacts()]
    if query.q:
        conditions.append(Matches(query.q))
    if query.status != "all":
        conditions.append(Eq("active", query.status == "active"))
    if query.account_id:
        conditions.append(Has("scopes", str(query.account_id)))
    if query.tag:
        tagged = await read.find(ACCOUNTS, await sight.accounts(), Has("tag_keys", fold(query.tag)), limit=_ALL)
        conditions.append(HasAny("scopes", [account["id"] for account in tagged.documents]))
    after = decode_cursor(query.after, order)
    page = await read.find(CONTACTS, *conditions, order=order, after=after, limit=query.limit)
    seen = await sight.seen({id for contact in page.documents for id in contact["scopes"]})
    items = []
    for contact in page.documents:
        accounts = [{"id": id, "name": seen[id]["name"]} for id in contact["scopes"] if id in seen]
        line = {name: contact[name] for name in _LINE}
        items.append(line | {"accounts": sorted(accounts, key=_alphabetical), "accounts_count": len(accounts)})
    return {"items": items, "next": encode_cursor(page.next, order)}


@handles(GetContact)
async def contact(query: GetContact, read: ReadStore, sight: Sight) -> dict[str, Any]:
    id = str(query.contact_id)
    found = await read.get(CONTACTS, id)
    if found is None:
        raise NotFound
    seen = await sight.seen(found["scopes"])
    accounts = [
        {"id": account["id"], "name": account["name"], "description": account["links"][id]}
        for account in seen.values()
        if id in account["links"]
    ]
    return {name: found[name] for name in _DETAIL} | {"accounts": sorted(accounts, key=_alphabetical)}


def _alphabetical(line: dict[str, Any]) -> tuple[str, str]:
    return fold(line["name"]), line["id"]
