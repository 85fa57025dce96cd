"""Interactions as lists and the page of one show them, with the accounts through which each is seen (D-01, D-30)."""

from collections.abc import Sequence

from services.dossier.projections.entries import excerpt
from services.dossier.projections.moments import utc
from shared.events import Recorded
from shared.readstore.conditions import Eq
from shared.readstore.interface import Batch, Collection, Document
from shared.text import plain

INTERACTIONS = Collection(
    "interactions",
    fields=("kind", "account_id", "contact_id", "author_id", "at", "deleted"),
    lists=("scopes", "participants"),
    text="text",
    indexes=(("deleted", "at"), ("account_id", "at"), ("contact_id", "at")),
)
"""`at`: when it happened or will. `participants`: their ids; `involved`: whether each is a member or a contact."""

COMMENTS = Collection(
    "comments", fields=("interaction_id", "at", "deleted"), indexes=(("interaction_id", "deleted", "at"),)
)
LINKED = Collection("linked_contacts")
"""By contact: `accounts` that link it, and whether there are interactions with it `alone`, on no account."""

_ALL = 1_000_000
_FIRST = "interactions.interaction.recorded"


def begun(event: Recorded, accounts: list[str]) -> Document:
    """An interaction as recorded; `accounts` are those through which its contact is seen."""
    data = event.data
    interaction: Document = {
        "id": event.id,
        "kind": data["kind"],
        "account_id": data["account_id"],
        "contact_id": data["contact_id"],
        "author_id": event.meta.actor_id,
        "recorded_at": utc(event.at),
        "changed_at": None,
        "comments_count": 0,
        "deleted": False,
        "scopes": [data["account_id"]] if data["account_id"] else accounts,
        "version": event.version,
    }
    return interaction | _said(event) | _with(event)


def evolve(interaction: Document, event: Recorded) -> Document:
    """An interaction after a later event of its own."""
    return interaction | _facts(interaction, event) | {"version": event.version}


def _facts(interaction: Document, event: Recorded) -> Document:
    match event.topic.removeprefix("interactions.interaction."):
        case "changed":
            return _said(event) | {"changed_at": utc(event.at)}
        case "participants-changed":
            return _with(event)
        case "commented":
            return {"comments_count": interaction["comments_count"] + 1}
        case "comment-deleted":
            return {"comments_count": interaction["comments_count"] - 1}
        case "deleted" | "restored" as change:
            return {"deleted": change == "deleted"}
    return {}


def _said(event: Recorded) -> Document:
    data = event.data
    return {
        "subject": data["subject"],
        "body": data["body"],
        "excerpt": excerpt(data["body"]),
        "text": f"{data['subject']} {plain(data['body'])}",
        "direction": data["direction"],
        "at": utc(data["occurred_at"]),
    }


def _with(event: Recorded) -> Document:
    """Who takes part."""
    who = [(id, role.removesuffix("_id")) for part in event.data["participants"] for role, id in part.items()]
    return {"participants": [id for id, _ in who], "involved": [role for _, role in who]}


def commented(event: Recorded) -> Document:
    """A comment as made."""
    return {
        "id": event.data["comment_id"],
        "interaction_id": event.id,
        "author_id": event.meta.actor_id,
        "body": event.data["body"],
        "at": utc(event.at),
        "changed_at": None,
        "deleted": False,
    }


def evolve_comment(comment: Document, event: Recorded) -> Document:
    """A comment once it is changed or deleted; what was deleted is kept nowhere here."""
    if event.topic == "interactions.interaction.comment-deleted":
        return comment | {"deleted": True, "body": ""}
    return comment | {"body": event.data["body"], "changed_at": utc(event.at)}


class Interactions:
    """Notes, calls, phone messages and e-mails of the whole firm, with their comments (D-19, D-28, D-30, U-48)."""

    name = "interactions-1"
    services = frozenset({"accounts", "interactions"})
    collections = (INTERACTIONS, COMMENTS, LINKED)

    async def prepare(self, events: Sequence[Recorded], batch: Batch) -> None:
        later = [event for event in events if event.service == "interactions" and event.topic != _FIRST]
        await batch.get_many(INTERACTIONS, {event.id for event in later})
        await batch.get_many(LINKED, {id for event in events for id in _contacts(event)})

    async def apply(self, event: Recorded, batch: Batch) -> None:
        if event.topic.startswith("interactions.interaction."):
            await self._interaction(event, batch)
        for contact_id in _contacts(event):
            await self._link(batch, contact_id, event.id, now=not event.topic.endswith("contact-unlinked"))

    async def _interaction(self, event: Recorded, batch: Batch) -> None:
        if event.topic == _FIRST:
            batch.put(INTERACTIONS, event.id, begun(event, await self._seen_through(event, batch)))
            return
        interaction = await batch.get(INTERACTIONS, event.id)
        if interaction is not None:
            batch.put(INTERACTIONS, event.id, evolve(interaction, event))
        if event.topic == "interactions.interaction.commented":
            batch.put(COMMENTS, event.data["comment_id"], commented(event))
        elif "comment_id" in event.data:
            comment = await batch.get(COMMENTS, event.data["comment_id"])
            if comment is not None:
                batch.put(COMMENTS, comment["id"], evolve_comment(comment, event))

    async def _seen_through(self, event: Recorded, batch: Batch) -> list[str]:
        """The accounts of its contact, if it is on none; noted, so that it follows the contact's links."""
        contact_id = event.data["contact_id"]
        if event.data["account_id"] or contact_id is None:
            return []
        linked = await batch.get(LINKED, contact_id) or _unlinked(contact_id)
        if not linked["alone"]:
            batch.put(LINKED, contact_id, linked | {"alone": True})
        accounts: list[str] = linked["accounts"]
        return accounts

    async def _link(self, batch: Batch, contact_id: str, account_id: str, *, now: bool) -> None:
        linked = await batch.get(LINKED, contact_id) or _unlinked(contact_id)
        accounts = sorted({*linked["accounts"], account_id} if now else {*linked["accounts"]} - {account_id})
        batch.put(LINKED, contact_id, linked | {"accounts": accounts})
        if linked["alone"]:
            alone = (Eq("contact_id", contact_id), Eq("account_id", None))
            for interaction in (await batch.find(INTERACTIONS, *alone, limit=_ALL)).documents:
                batch.put(INTERACTIONS, interaction["id"], interaction | {"scopes": accounts})


def _contacts(event: Recorded) -> list[str]:
    """The contacts that an account links now, or links no longer."""
    match event.topic:
        case "accounts.account.created":
            return [link["contact_id"] for link in event.data["contacts"]]
        case "accounts.account.contact-linked" | "accounts.account.contact-unlinked":
            return [event.data["contact_id"]]
    return []


def _unlinked(contact_id: str) -> Document:
    return {"id": contact_id, "accounts": [], "alone": False}
