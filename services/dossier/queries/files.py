"""Folders and documents as the caller, or whom they look for, may see them (A-12, M-39, M-45, M-47, T-10)."""

from collections.abc import Callable, Iterable
from typing import Any, cast
from uuid import UUID

from services.dossier.contract.files import (
    VIEWER,
    GetDocument,
    GetFolder,
    ListAccountDocuments,
    ListDocuments,
    ListFolders,
)
from services.dossier.projections.accounts import ACCOUNTS
from services.dossier.projections.contacts import CONTACTS
from services.dossier.projections.files import COUNTS, DOCUMENTS, TREES
from services.dossier.projections.folders import FOLDERS
from services.dossier.projections.people import PEOPLE
from services.dossier.queries.fitting import fitted
from services.dossier.queries.places import folder_place
from services.dossier.queries.sentences import Names
from services.dossier.queries.visibility import Sight
from services.files.contract import Right, Seen, UnknownSubject, contact_right, visible_tree
from services.firm.contract import MANAGE_ACCOUNTS, Access, MemberRights
from shared.dispatch import handles
from shared.problems import NotFound
from shared.readstore.conditions import Condition, Eq, Matches, NotIn
from shared.readstore.cursor import InvalidCursor, decode_cursor, encode_cursor
from shared.readstore.interface import Document, Order, Page, ReadStore

_ALL = 1_000_000
_SORTED = {"name": "sort", "published": "published_at"}
_LINE = ("id", "name", "format", "media_type", "size", "folder_id", "published_at", "new", "version")
_DETAIL = ("id", "name", "format", "media_type", "size", "sha256", "published_at", "new", "version")
_NO_COUNTS: Document = {"documents": 0, "new": 0}
RightOf = Callable[[Document], Right]


@handles(ListFolders)
async def folders(query: ListFolders, read: ReadStore, sight: Sight, access: Access) -> dict[str, Any]:
    id = str(query.account_id)
    member = await sight.member()
    right_of = await _eyes(query, read, access) if query.view_as else await _of_member(access, member, id)
    alive = (await read.find(FOLDERS, Eq("account_id", id), Eq("deleted", False), limit=_ALL)).documents
    counts = await read.get_many(COUNTS, [folder["id"] for folder in alive])
    rights = await _people_with_rights(read, alive) if member.may(MANAGE_ACCOUNTS) else None
    tree = await read.get(TREES, id)
    top = visible_tree(alive, cast("Callable[[Any], Right]", right_of))
    lines = [_line(seen, depth, counts, rights) for seen, depth in _unfolded(top, 0)]
    items, following = fitted(Page(_following(lines, query.after), None), dict, [])
    return {"items": items, "next": following, "version": tree["version"] if tree else 0}


def _following(lines: list[Document], cursor: str | None) -> list[Document]:
    """The lines after the one at which a page ended."""
    after = decode_cursor(cursor, [])
    if after is None:
        return lines
    at = next((at for at, line in enumerate(lines) if line["id"] == after[0]), None)
    if at is None:
        raise InvalidCursor(field="after")
    return lines[at + 1 :]


async def _eyes(query: ListFolders, read: ReadStore, access: Access) -> RightOf:
    """What the one of whom the caller asks may do (M-47); `UnknownSubject` if they have nothing to do here."""
    match = VIEWER.match(query.view_as or "")
    assert match is not None
    id, kind, account_id = str(UUID(match["id"])), match["kind"], str(query.account_id)
    viewer = await access.member_of(id) if kind != "contact" else None
    if viewer is not None:
        return await _of_member(access, viewer, account_id)
    contact = await read.get(CONTACTS, id) if kind != "member" else None
    if contact is None or contact["deleted"] or account_id not in contact["scopes"]:
        raise UnknownSubject(field="view_as")
    return lambda folder: contact_right(folder["rights"], id)


async def _of_member(access: Access, member: MemberRights, account_id: str) -> RightOf:
    level = await access.level(member, account_id)
    return lambda folder: member.folder_right(folder["rights"].get(f"member:{member.id}"), level)


async def _people_with_rights(read: ReadStore, alive: list[Document]) -> Names:
    return await _people(read, {subject.partition(":")[2] for folder in alive for subject in folder["rights"]})


def _unfolded(folders: list[Seen], depth: int) -> Iterable[tuple[Seen, int]]:
    for seen in folders:
        yield seen, depth
        yield from _unfolded(seen.folders, depth + 1)


def _line(seen: Seen, depth: int, counts: dict[str, Document], names: Names | None) -> dict[str, Any]:
    folder = seen.folder
    rights = [
        {"subject": subject, "name": names[subject.partition(":")[2]], "right": right}
        for subject, right in (folder["rights"].items() if names else ())
        if names
    ]
    return _counted(folder, counts) | {
        "parent_id": seen.parent_id,
        "depth": depth,
        "right": seen.right,
        "rights": None if names is None else rights,
    }


def _counted(folder: Any, counts: dict[str, Document]) -> dict[str, Any]:
    count = counts.get(folder["id"], _NO_COUNTS)
    shown = {"documents_count": count["documents"], "new_documents_count": count["new"]}
    return {"id": folder["id"], "name": folder["name"]} | shown


@handles(GetFolder)
async def folder(query: GetFolder, read: ReadStore, sight: Sight, access: Access) -> dict[str, Any]:
    id = str(query.folder_id)
    found = await read.get(FOLDERS, id)
    if found is None:
        raise NotFound
    right_of = await _of_member(access, await sight.member(), found["account_id"])
    above = await read.get_many(FOLDERS, found["path"][:-1])
    parent = next((up for up in reversed(found["path"][:-1]) if right_of(above[up]) != "none"), None)
    tree = await read.get(TREES, found["account_id"])
    return _counted(found, await read.get_many(COUNTS, [id])) | {
        "account": await _account(read, found["account_id"]),
        "parent_id": parent,
        "right": right_of(found),
        "version": tree["version"] if tree else 0,
    }


@handles(ListDocuments)
async def documents(query: ListDocuments, read: ReadStore) -> dict[str, Any]:
    return await _page(query, read, [Eq("folder_id", str(query.folder_id))])


@handles(ListAccountDocuments)
async def account_documents(query: ListAccountDocuments, read: ReadStore, sight: Sight) -> dict[str, Any]:
    id = str(query.account_id)
    unseen = [*await sight.hidden_folders(id), *await sight.deleted_folders(id)]
    conditions: list[Condition] = [Eq("account_id", id), NotIn("folder_id", unseen)]
    if query.q:
        conditions.append(Matches(query.q))
    if query.format:
        conditions.append(Eq("format", query.format.removeprefix(".").casefold()))
    if query.folder:
        conditions.append(Eq("folder_id", str(query.folder)))
    if query.new is not None:
        conditions.append(Eq("new", query.new))
    return await _page(query, read, conditions)


async def _page(
    query: ListDocuments | ListAccountDocuments, read: ReadStore, conditions: list[Condition]
) -> dict[str, Any]:
    order = [Order(_SORTED[query.sort.removeprefix("-")], descending=query.sort.startswith("-"))]
    after = decode_cursor(query.after, order)
    page = await read.find(DOCUMENTS, Eq("deleted", False), *conditions, order=order, after=after, limit=query.limit)
    names = await _people(read, {document["author_id"] for document in page.documents})
    items = [
        {name: document[name] for name in _LINE} | {"author": names.named(document["author_id"])}
        for document in page.documents
    ]
    return {"items": items, "next": encode_cursor(page.next, order)}


@handles(GetDocument)
async def document(query: GetDocument, read: ReadStore, sight: Sight, access: Access) -> dict[str, Any]:
    found = await read.get(DOCUMENTS, str(query.document_id))
    if found is None:
        raise NotFound
    stands = await read.get(FOLDERS, found["folder_id"])
    assert stands is not None
    given = [name["author_id"] for name in found["names"]]
    names = await _people(read, {found["author_id"], *given, *found["opened"]})
    told = [{"name": n["name"], "at": n["at"], "author": names.named(n["author_id"])} for n in found["names"]]
    opened = [{"member": names.named(id)} | times for id, times in found["opened"].items()]
    return {name: found[name] for name in _DETAIL} | {
        "account": await _account(read, found["account_id"]),
        "folder": {"id": stands["id"], "name": stands["name"]},
        "right": await access.right_on(await sight.member(), folder_place(stands)),
        "author": names.named(found["author_id"]),
        "names": told,
        "opened": sorted(opened, key=lambda opening: opening["last_at"], reverse=True),
    }


async def _account(read: ReadStore, id: str) -> dict[str, Any]:
    found = await read.get(ACCOUNTS, id)
    return {"id": id, "name": found["name"] if found else None}


async def _people(read: ReadStore, ids: Iterable[str | None]) -> Names:
    people = await read.get_many(PEOPLE, sorted({id for id in ids if id}))
    return Names({id: person["name"] for id, person in people.items()})
