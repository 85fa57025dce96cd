"""Interactions in lists, and one with its comments (D-01, D-19, D-20, D-28, D-30, D-31, U-03, U-48)."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from services.dossier.contract.interactions import NAMED, GetComment, GetInteraction, ListComments, ListInteractions
from services.dossier.projections.accounts import ACCOUNTS
from services.dossier.projections.interactions import COMMENTS, INTERACTIONS
from services.dossier.projections.moments import utc
from services.dossier.projections.people import PEOPLE
from services.dossier.queries.activity import in_period
from services.dossier.queries.fitting import fitted
from services.dossier.queries.sentences import Names
from services.dossier.queries.visibility import Sight
from services.firm.contract import Access
from shared.context import current
from shared.dispatch import handles
from shared.problems import NotFound
from shared.readstore.conditions import Condition, Eq, Has, Matches, Not, Range
from shared.readstore.cursor import decode_cursor, encode_cursor
from shared.readstore.interface import Document, Order, ReadStore
from shared.text import sanitise

FIRST = [Order("at")]
_TOLD = ("id", "kind", "subject", "direction", "recorded_at", "comments_count", "version")
_COMMENTS = 50
_DAYS = timedelta(days=30)
_MINUTE = timedelta(minutes=1)


@handles(ListInteractions)
async def interactions(query: ListInteractions, read: ReadStore, sight: Sight) -> dict[str, Any]:
    order = [Order("at", descending=not query.upcoming)]
    narrow = query.account_id or query.contact_id
    seen = [Not(Eq("deleted", True)) if narrow else Eq("deleted", False), await sight.things(of_contacts=True)]
    after = decode_cursor(query.after, order)
    conditions = [*seen, *_filters(query, datetime.now(UTC))]
    page = await read.find(INTERACTIONS, *conditions, order=order, after=after, limit=query.limit)
    names = await _names(read, page.documents, NAMED)
    items = [_line(found, names) for found in page.documents]
    return {"items": items, "next": encode_cursor(page.next, order)}


def _filters(query: ListInteractions, now: datetime) -> list[Condition]:
    conditions = in_period(query.since, query.until)
    named: dict[str, object] = {"account_id": query.account_id, "contact_id": query.contact_id}
    named |= {"kind": query.kind, "author_id": query.author}
    conditions += [Eq(field, str(value)) for field, value in named.items() if value]
    if query.participant:
        conditions.append(Has("participants", str(query.participant)))
    if query.last_30_days:
        # To the minute: what was exactly 30 days old when its caller looked at the clock is inside.
        conditions.append(Range("at", gt=utc(now - _DAYS - _MINUTE), lt=utc(now + _MINUTE)))
    if query.upcoming:
        conditions.append(Range("at", gt=utc(now)))
    if query.q:
        conditions.append(Matches(query.q))
    return conditions


@handles(GetInteraction)
async def interaction(query: GetInteraction, read: ReadStore, access: Access) -> dict[str, Any]:
    found = await _known(read, query.interaction_id)
    names = await _names(read, [found])
    remarks = await _comments(read, ListComments(interaction_id=query.interaction_id, limit=_COMMENTS))
    emailed = await _emailed(read, access, found)
    who = [line | {"emailed": line["id"] in emailed} for line in _participants(found, names)]
    return _told(found, names) | {
        "body": sanitise(found["body"]),
        "changed_at": found["changed_at"],
        "participants": who,
        "comments": remarks["items"],
        "comments_next": remarks["next"],
    }


@handles(ListComments)
async def comments(query: ListComments, read: ReadStore) -> dict[str, Any]:
    return await _comments(read, query)


@handles(GetComment)
async def comment(query: GetComment, read: ReadStore) -> dict[str, Any]:
    found = await read.get(COMMENTS, str(query.comment_id))
    if found is None or found["deleted"] or found["interaction_id"] != str(query.interaction_id):
        raise NotFound
    return _remark(found, await _people(read, [found["author_id"]]))


async def _comments(read: ReadStore, query: ListComments) -> dict[str, Any]:
    after = decode_cursor(query.after, FIRST)
    mine = (Eq("interaction_id", str(query.interaction_id)), Eq("deleted", False))
    page = await read.find(COMMENTS, *mine, order=FIRST, after=after, limit=query.limit)
    names = await _people(read, [found["author_id"] for found in page.documents])
    items, following = fitted(page, lambda found: _remark(found, names), FIRST)
    return {"items": items, "next": following}


def _remark(found: Document, names: Names) -> Document:
    told = {name: found[name] for name in ("id", "at", "changed_at")}
    return told | {"author": names.named(found["author_id"]), "body": sanitise(found["body"])}


async def _known(read: ReadStore, id: UUID) -> Document:
    found = await read.get(INTERACTIONS, str(id))
    if found is None:
        raise NotFound
    return found


def _line(found: Document, names: Names) -> dict[str, Any]:
    return _told(found, names) | {
        "excerpt": found["excerpt"],
        "participants": _participants(found, names)[:NAMED],
        "participants_count": len(found["participants"]),
    }


def _told(found: Document, names: Names) -> dict[str, Any]:
    return {name: found[name] for name in _TOLD} | {
        "occurred_at": found["at"],
        "author": names.named(found["author_id"]),
        "account": names.named(found["account_id"]),
        "contact": names.named(found["contact_id"]),
    }


def _participants(found: Document, names: Names) -> list[dict[str, Any]]:
    pairs = zip(found["participants"], found["involved"], strict=True)
    return [{"id": id, "kind": kind, "name": names[id]} for id, kind in pairs]


async def _names(read: ReadStore, found: list[Document], named: int | None = None) -> Names:
    ids = {id for line in found for id in (line["author_id"], line["contact_id"], *line["participants"][:named])}
    people = await _people(read, ids)
    accounts = await read.get_many(ACCOUNTS, sorted({line["account_id"] for line in found if line["account_id"]}))
    return people.with_names({id: account["name"] for id, account in accounts.items()})


async def _people(read: ReadStore, ids: Iterable[str | None]) -> Names:
    people = await read.get_many(PEOPLE, sorted({id for id in ids if id}))
    return Names({id: person["name"] for id, person in people.items()})


async def _emailed(read: ReadStore, access: Access, found: Document) -> set[str]:
    """Participants who would be e-mailed about a comment of the caller, by their rights of now (rulings 4, 10)."""
    caller = current.get().id
    people = await read.get_many(PEOPLE, found["participants"])
    told = set()
    for id, kind in zip(found["participants"], found["involved"], strict=True):
        person = people.get(id)
        reached = person and person["active"] and not person["deleted"] and person["email"]
        if reached and id != str(caller) and (kind == "contact" or await _sees(access, id, found)):
            told.add(id)
    return told


async def _sees(access: Access, member_id: str, found: Document) -> bool:
    member = await access.member_of(member_id)
    if member is None or not member.active:
        return False
    if found["account_id"]:
        return await access.level(member, found["account_id"]) != "none"
    return await access.sees_contact(member, found["contact_id"])
