"""Contacts as the list and the page of one show them, with the accounts that link them (D-23, T-54)."""

from typing import Any

from services.dossier.projections.moments import utc
from services.dossier.projections.people import primary_email
from shared.events import Recorded
from shared.folding import fold
from shared.readstore.interface import Collection, Document

CONTACTS = Collection(
    "contacts",
    fields=("sort", "created_at", "active", "deleted"),
    lists=("scopes",),
    text="text",
    indexes=(("sort",), ("created_at",), ("deleted",)),
)
"""`scopes`: the accounts that link the contact. `text`: what it is found by."""

_NOTHING: Document = {
    "kind": None,
    "name": None,
    "given_name": "",
    "family_name": "",
    "emails": [],
    "phones": [],
    "addresses": [],
    "language": None,
    "active": False,
    "deleted": True,
    "created_at": None,
    "version": 0,
    "email": None,
    "phone": None,
    "sort": None,
    "text": "",
}
_LISTS = {"emails-changed": "emails", "phones-changed": "phones", "addresses-changed": "addresses"}


def unknown(id: str) -> Document:
    """A contact that was linked before it was heard of: shown nowhere."""
    return {"id": id, "scopes": []} | _NOTHING


def evolve(contact: Document, event: Recorded) -> Document:
    """A contact after an event of its own."""
    return _derived(contact | _facts(event) | {"version": event.version})


def linked(contact: Document, account_id: str, *, now: bool) -> Document:
    """A contact once an account links it, or no longer does."""
    scopes = {*contact["scopes"], account_id} if now else {*contact["scopes"]} - {account_id}
    return contact | {"scopes": sorted(scopes)}


def _facts(event: Recorded) -> Document:
    data = event.data
    match event.topic.removeprefix("contacts.contact."):
        case "created":
            names = ("kind", "name", "given_name", "family_name", "emails", "phones", "addresses", "language")
            return {name: data[name] for name in names} | {
                "active": True,
                "deleted": False,
                "created_at": utc(event.at),
            }
        case "renamed":
            return {name: data[name] for name in ("name", "given_name", "family_name")}
        case "emails-changed" | "phones-changed" | "addresses-changed" as change:
            return {_LISTS[change]: data[_LISTS[change]]}
        case "language-changed":
            return {"language": data["language"]}
        case "activated" | "deactivated" as change:
            return {"active": change == "activated"}
        case "deleted" | "restored" as change:
            return {"deleted": change == "deleted"}
    return {}


def _derived(contact: Document) -> Document:
    """The primary ways to reach it, and what it is sorted and found by."""
    phone: dict[str, Any] | None = next((phone for phone in contact["phones"] if phone["primary"]), None)
    names = dict.fromkeys([contact["name"] or "", f"{contact['given_name']} {contact['family_name']}".strip()])
    words = [*names, *(email["address"] for email in contact["emails"]), *map(_numbers, contact["phones"])]
    return contact | {
        "email": primary_email(contact["emails"]),
        "phone": phone,
        "sort": fold(contact["name"] or ""),
        "text": " ".join(filter(None, words)),
    }


def _numbers(phone: dict[str, Any]) -> str:
    """A number as typed, without its punctuation, and in E.164: found however it is typed."""
    typed = phone["typed"]
    digits = "".join(filter(str.isdigit, typed))
    return " ".join(dict.fromkeys(filter(None, (typed, digits, phone["number"]))))
