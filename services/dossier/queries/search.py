"""Search over everything that has a text of its own: each kind's collection is asked, the best of all are told."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from services.dossier.contract import Search
from services.dossier.contract.search import NothingToSearch
from services.dossier.projections.accounts import ACCOUNTS
from services.dossier.projections.contacts import CONTACTS
from services.dossier.projections.files import DOCUMENTS
from services.dossier.projections.interactions import INTERACTIONS
from services.dossier.queries.visibility import Sight
from shared.dispatch import handles
from shared.folding import fold
from shared.readstore.conditions import Condition, Eq, Not, NotIn
from shared.readstore.interface import Collection, Document, Hit, ReadStore
from shared.readstore.ranking import STARTS


@dataclass(frozen=True)
class Source:
    """A kind of thing that is searched: where, what of it the caller sees, and how a find is told."""

    kind: str
    collection: Collection
    seen: Callable[[Sight], Awaitable[Sequence[Condition]]]
    told: Callable[[Document, dict[str, Document]], Document]


async def _accounts(sight: Sight) -> Sequence[Condition]:
    return [await sight.accounts()]


async def _contacts(sight: Sight) -> Sequence[Condition]:
    return [await sight.contacts()]


def _account(found: Document, accounts: dict[str, Document]) -> Document:
    return {"title": found["name"], "subtitle": ", ".join(found["contacts"]), "account_id": found["id"]}


def _contact(found: Document, accounts: dict[str, Document]) -> Document:
    phone = found["phone"]["typed"] if found["phone"] else ""
    return {"title": found["name"], "subtitle": found["email"] or phone, "account_id": None}


async def _interactions(sight: Sight) -> Sequence[Condition]:
    return [await sight.things(of_contacts=True), Not(Eq("deleted", True))]


async def _documents(sight: Sight) -> Sequence[Condition]:
    closed = [*await sight.hidden_folders(), *await sight.deleted_folders()]
    return [await sight.things(), Not(Eq("deleted", True)), NotIn("folder_id", closed)]


def _interaction(found: Document, accounts: dict[str, Document]) -> Document:
    return {"title": found["subject"], "subtitle": found["excerpt"], "account_id": found["account_id"]}


def _document(found: Document, accounts: dict[str, Document]) -> Document:
    account = accounts.get(found["account_id"])
    subtitle = account["name"] if account else ""
    return {"title": found["name"], "subtitle": subtitle, "account_id": found["account_id"]}


SOURCES = (
    Source("account", ACCOUNTS, _accounts, _account),
    Source("contact", CONTACTS, _contacts, _contact),
    Source("interaction", INTERACTIONS, _interactions, _interaction),
    Source("document", DOCUMENTS, _documents, _document),
)
"""In this order where two finds are equally good."""


@handles(Search)
async def search(query: Search, read: ReadStore, sight: Sight) -> dict[str, Any]:
    if not fold(query.q):
        raise NothingToSearch(field="q")
    hits: list[tuple[Source, Hit]] = []
    for source in SOURCES:
        if query.kind in (None, source.kind) and not _filled(hits, query.limit):
            conditions = await source.seen(sight)
            found = await read.search(source.collection, query.q, *conditions, limit=query.limit)
            hits += [(source, hit) for hit in found]
    hits = sorted(hits, key=lambda hit: hit[1].rank)[: query.limit]
    ids = {hit.document["account_id"] for _, hit in hits if hit.document.get("account_id")}
    accounts = await read.get_many(ACCOUNTS, sorted(ids))
    return {"items": [_told(source, hit, accounts) for source, hit in hits], "next": None}


def _filled(hits: list[tuple[Source, Hit]], limit: int) -> bool:
    """Enough that begin with the query: what is asked later would come after them, and may be long to look through."""
    return sum(hit.rank <= STARTS for _, hit in hits) >= limit


def _told(source: Source, hit: Hit, accounts: dict[str, Document]) -> Document:
    return {"kind": source.kind, "id": hit.id, "rank": hit.rank} | source.told(hit.document, accounts)
