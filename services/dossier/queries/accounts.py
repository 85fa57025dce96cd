"""The list of accounts, and one of them (A-01, A-02, T-04, T-31, T-34, T-40..T-42)."""

from collections.abc import Mapping
from typing import Any

from services.dossier.contract import GetAccount, ListAccounts
from services.dossier.projections.accounts import ACCOUNTS
from services.dossier.projections.contacts import CONTACTS
from services.dossier.projections.people import PEOPLE
from services.dossier.queries.visibility import Sight
from shared.dispatch import handles
from shared.folding import fold
from shared.problems import NotFound
from shared.readstore.conditions import Condition, Eq, Has, Matches
from shared.readstore.cursor import decode_cursor, encode_cursor
from shared.readstore.interface import Document, Order, ReadStore

_SORTED = {"name": "sort", "created": "created_at", "activity": "last_activity_at"}
_LINE = (
    "id", "name", "type", "tags", "contacts", "members_count", "folders_count", "email", "phone", "created_at",
    "last_activity_at", "version",
)  # fmt: skip
_DETAIL = (
    "id", "name", "type", "tags", "address", "members_count", "folders_count", "created_at", "last_activity_at",
    "version",
)  # fmt: skip
_CONTACT = ("id", "kind", "name", "active", "email", "phone", "emails", "version")


@handles(ListAccounts)
async def accounts(query: ListAccounts, read: ReadStore, sight: Sight) -> dict[str, Any]:
    order = [Order(_SORTED[query.sort.removeprefix("-")], descending=query.sort.startswith("-"))]
    conditions: list[Condition] = [await sight.accounts()]
    if query.q:
        conditions.append(Matches(query.q))
    if query.tag:
        conditions.append(Has("tag_keys", fold(query.tag)))
    if query.type:
        conditions.append(Eq("type", query.type))
    if query.group:
        conditions.append(Eq("group_id", str(query.group)))
    after = decode_cursor(query.after, order)
    page = await read.find(ACCOUNTS, *conditions, order=order, after=after, limit=query.limit)
    hidden = await sight.hidden_counts([account["id"] for account in page.documents])
    items = [_line(account, hidden.get(account["id"], 0)) for account in page.documents]
    return {"items": items, "next": encode_cursor(page.next, order)}


def _line(account: Document, hidden: int) -> Document:
    line = {name: account[name] for name in _LINE}
    line["folders_count"] -= hidden
    return line


@handles(GetAccount)
async def account(query: GetAccount, read: ReadStore, sight: Sight) -> dict[str, Any]:
    id = str(query.account_id)
    found = await read.get(ACCOUNTS, id)
    if found is None:
        raise NotFound
    linked = await read.get_many(CONTACTS, [*found["links"]])
    people = await read.get_many(PEOPLE, [*found["team"]])
    hidden = await sight.hidden_counts([id])
    return {name: found[name] for name in _DETAIL} | {
        "contacts": _contacts(found["links"], linked),
        "team": _team(found["team"], people),
        "related_accounts": await related(read, sight, id, linked),
        "folders_count": found["folders_count"] - hidden.get(id, 0),
    }


def _contacts(links: Mapping[str, str], linked: Mapping[str, Document]) -> list[Document]:
    """In alphabetical order (T-40)."""
    lines = [
        {name: linked[id][name] for name in _CONTACT} | {"description": description}
        for id, description in links.items()
        if id in linked and not linked[id]["deleted"]
    ]
    return sorted(lines, key=_alphabetical)


def _team(team: Mapping[str, str], people: Mapping[str, Document]) -> list[Document]:
    lines = [
        {"id": id, "name": people[id]["name"] if id in people else None, "access": level} for id, level in team.items()
    ]
    return sorted(lines, key=_alphabetical)


async def related(
    read: ReadStore, sight: Sight, account_id: str, contacts: Mapping[str, Document]
) -> list[dict[str, Any]]:
    """The other accounts that link one of these contacts and that the caller sees (T-34)."""
    ids = {id for contact in contacts.values() if not contact["deleted"] for id in contact["scopes"]} - {account_id}
    if not ids:
        return []
    seen = await sight.seen(sorted(ids))
    return sorted(({"id": id, "name": found["name"]} for id, found in seen.items()), key=_alphabetical)


def _alphabetical(line: Mapping[str, Any]) -> tuple[str, str]:
    return fold(line["name"] or ""), line["id"]
