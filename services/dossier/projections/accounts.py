"""Accounts as the list shows them: their own facts, and what their contacts and folders add (M-23..M-25, T-04)."""

from collections.abc import Mapping
from typing import Any

from services.dossier.projections.moments import utc
from shared.events import Recorded
from shared.folding import fold
from shared.readstore.interface import Collection, Document

ACCOUNTS = Collection(
    "accounts",
    fields=("sort", "type", "group_id", "created_at", "last_activity_at", "deleted"),
    lists=("scopes", "tag_keys"),
    text="text",
    indexes=(("sort",), ("created_at",), ("last_activity_at",), ("deleted",)),
)
"""`scopes`: the account's own id. `links`: contact id and description, as linked. `tag_keys`: tags, folded."""

_NOTHING: Document = {
    "name": None,
    "type": None,
    "tags": [],
    "tag_keys": [],
    "address": None,
    "group_id": None,
    "links": {},
    "team": {},
    "created_at": None,
    "last_activity_at": None,
    "deleted": True,
    "version": 0,
    "contacts": [],
    "email": None,
    "phone": None,
    "members_count": 0,
    "folders_count": 0,
    "sort": None,
    "text": "",
}


def unknown(id: str) -> Document:
    """An account whose things came in before itself: shown nowhere."""
    return {"id": id, "scopes": [id]} | _NOTHING


def evolve(account: Document, event: Recorded) -> Document:
    """An account after an event of its own; `described` adds what its contacts say."""
    return account | _facts(account, event) | {"version": event.version}


def active(account: Document, at: str) -> Document:
    """An account after anything happened in it at this moment."""
    return account if at <= (account["last_activity_at"] or "") else account | {"last_activity_at": at}


def described(account: Document, contacts: Mapping[str, Document]) -> Document:
    """An account with what is shown of its contacts; those deleted or not yet known do not count."""
    present = [contacts[id] for id in account["links"] if id in contacts and not contacts[id]["deleted"]]
    names = sorted((contact["name"] for contact in present), key=lambda name: (fold(name), name))
    emails = [email["address"] for contact in present for email in contact["emails"]]
    team = [member for member, level in account["team"].items() if level != "none"]
    return account | {
        "contacts": names,
        "email": next((contact["email"] for contact in present if contact["email"]), None),
        "phone": next((contact["phone"] for contact in present if contact["phone"]), None),
        "members_count": len(present) + len(team),
        "sort": fold(account["name"] or ""),
        "text": " ".join([account["name"] or "", *names, *emails]),
    }


def _facts(account: Document, event: Recorded) -> Document:
    data = event.data
    match event.topic.removeprefix("accounts.account."):
        case "created":
            return _created(event)
        case "renamed":
            return {"name": data["name"]}
        case "type-changed":
            return {"type": data["type"]}
        case "tags-changed":
            return _tags(data["tags"])
        case "address-changed":
            return {"address": data["address"]}
        case "deleted" | "restored" as change:
            return {"deleted": change == "deleted"}
        case "team-set":
            return {"team": account["team"] | {data["member_id"]: data["access"]}}
        case "team-cleared":
            return {"team": {id: level for id, level in account["team"].items() if id != data["member_id"]}}
    return _links(account, event)


def _created(event: Recorded) -> Document:
    data = event.data
    return _tags(data["tags"]) | {
        "name": data["name"],
        "type": data["type"],
        "address": data.get("address"),
        "links": {link["contact_id"]: "" for link in data["contacts"]},
        "team": data["team"],
        "created_at": utc(event.at),
        "deleted": False,
    }


def _links(account: Document, event: Recorded) -> Document:
    data = event.data
    match event.topic.removeprefix("accounts.account."):
        case "contact-linked" | "link-described":
            return {"links": account["links"] | {data["contact_id"]: data["description"]}}
        case "contact-unlinked":
            return {"links": {id: text for id, text in account["links"].items() if id != data["contact_id"]}}
    return {}


def _tags(tags: list[Any]) -> Document:
    return {"tags": tags, "tag_keys": [fold(tag) for tag in tags]}
