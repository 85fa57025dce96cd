"""What an overview shows lines of: interactions and documents of an account, each as one entry (T-09, T-12, T-20)."""

from services.dossier.projections.moments import utc
from shared.events import Recorded
from shared.readstore.interface import Collection, Document
from shared.text import plain

ENTRIES = Collection(
    "overview_entries",
    fields=("account_id", "section", "at", "gone", "folder_id", "new"),
    indexes=(("account_id", "section", "at"), ("account_id", "at")),
)
"""`section`: notes, emails, calls, documents. `at`: when it happened or was published. `gone`: deleted, or its folder.
`item`: the line as it is shown, but for names: `author_id` and `contact_id` say whose those are."""

EXCERPT = 200
"""Characters of a body that a line shows."""

SECTIONS = {"note": "notes", "email": "emails", "call": "calls", "phone_message": "calls"}


def excerpt(body: str) -> str:
    """The beginning of a formatted text, in one line."""
    words = " ".join(plain(body[: 5 * EXCERPT]).split())
    return words if len(words) <= EXCERPT else f"{words[: EXCERPT - 1]}…"


def new_interaction(event: Recorded) -> Document:
    """The entry of an interaction that stands in an account."""
    data = event.data
    entry = {
        "id": event.id,
        "account_id": data["account_id"],
        "section": SECTIONS[data["kind"]],
        "gone": False,
        "folder_id": None,
        "new": None,
        "author_id": event.meta.actor_id,
        "contact_id": data["contact_id"],
        "item": {"id": event.id, "kind": data["kind"], "recorded_at": utc(event.at), "comments_count": 0},
    }
    return _said(entry, event)


def evolve_interaction(entry: Document, event: Recorded) -> Document:
    """An interaction's entry after a later event."""
    item = entry["item"]
    match event.topic.removeprefix("interactions.interaction."):
        case "changed":
            return _said(entry, event)
        case "commented" | "comment-deleted" as change:
            comments = item["comments_count"] + (1 if change == "commented" else -1)
            entry = entry | {"item": item | {"comments_count": comments}}
        case "deleted" | "restored" as change:
            entry = entry | {"gone": change == "deleted"}
    return _version(entry, event)


def _said(entry: Document, event: Recorded) -> Document:
    """What was said, when, and in which direction."""
    data = event.data
    at = utc(data["occurred_at"])
    said = {
        "subject": data["subject"],
        "excerpt": excerpt(data["body"]),
        "occurred_at": at,
        "direction": data["direction"],
    }
    if entry["section"] == "emails":
        said["status"] = {"incoming": "received", "outgoing": "sent"}.get(data["direction"] or "", "recorded")
    return _version(entry | {"at": at, "item": entry["item"] | said}, event)


def new_document(event: Recorded) -> Document:
    """The entry of a document: new until somebody of the firm opens it (ruling 8)."""
    data = event.data
    facts = {name: data[name] for name in ("folder_id", "media_type", "size")}
    item = {"id": event.id, "name": data["name"], "format": file_format(data["name"]), "published_at": utc(event.at)}
    entry = {
        "id": event.id,
        "account_id": data["account_id"],
        "section": "documents",
        "at": utc(event.at),
        "gone": False,
        "folder_id": data["folder_id"],
        "new": True,
        "author_id": event.meta.actor_id,
        "contact_id": None,
        "deleted": False,
        "item": item | facts | {"new": True},
    }
    return _version(entry, event)


def evolve_document(entry: Document, event: Recorded) -> Document:
    """A document's entry after a later event; whether its folder is gone is seen to elsewhere."""
    data, item = event.data, entry["item"]
    match event.topic.removeprefix("files.document."):
        case "renamed":
            entry = entry | {"item": item | {"name": data["name"], "format": file_format(data["name"])}}
        case "moved":
            entry = entry | {"folder_id": data["folder_id"], "item": item | {"folder_id": data["folder_id"]}}
        case "opened" if event.meta.actor_kind == "member":
            entry = entry | {"new": False, "item": item | {"new": False}}
        case "deleted" | "restored" as change:
            entry = entry | {"deleted": change == "deleted"}
    return _version(entry, event)


def file_format(name: str) -> str:
    """The extension of a file's name in small letters; empty without one (M-50)."""
    stem, dot, extension = name.rpartition(".")
    return extension.casefold() if dot and stem else ""


def _version(entry: Document, event: Recorded) -> Document:
    return entry | {"item": entry["item"] | {"version": event.version}}
