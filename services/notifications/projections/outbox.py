"""The messages and how they stand."""

from shared.events import Recorded
from shared.readstore.interface import Batch, Collection, Document

OUTBOX = Collection(
    "outbox",
    fields=("state", "interaction_id", "queued_at"),
    lists=("scopes",),
    indexes=(("queued_at",), ("interaction_id", "queued_at"), ("state", "queued_at")),
)


class Outbox:
    """One document a message."""

    name = "outbox-1"
    services = frozenset({"notifications"})
    collections = (OUTBOX,)

    async def apply(self, event: Recorded, batch: Batch) -> None:
        if event.topic.startswith("notifications.message."):
            before = await batch.get(OUTBOX, event.id) or {}
            batch.put(OUTBOX, event.id, evolve(before, event) | {"version": event.version})


def evolve(message: Document, event: Recorded) -> Document:
    """A message; `due` is None once it no longer waits."""
    data = event.data
    match event.topic:
        case "notifications.message.queued":
            return _queued(event)
        case "notifications.message.sent":
            done = {"state": "sent", "due": None, "sent_at": event.at.isoformat()}
            return message | done | {"attempts": data["attempt"], "error": None}
        case "notifications.message.attempt-failed":
            return message | {"due": data["next"], "attempts": data["attempt"], "error": data["error"]}
        case "notifications.message.failed":
            return message | {"state": "failed", "due": None, "attempts": data["attempt"], "error": data["error"]}
        case "notifications.message.withheld":
            return message | {"state": "withheld", "due": None, "withheld": data["reason"]}
        case "notifications.message.requeued":
            return message | {"state": "queued", "due": data["due"]}
    return message


def _queued(event: Recorded) -> Document:
    data, about = event.data, event.data["about"]
    return {
        "id": event.id,
        "state": "queued",
        "recipient": data["recipient"],
        "address": data["address"],
        "account_id": data["account_id"],
        "scopes": [data["account_id"]] if data["account_id"] else [],
        "interaction_id": about["id"],
        "comment_id": about.get("comment_id"),
        "reason": data["reason"],
        "queued_at": event.at.isoformat(),
        "due": data["due"],
        "sent_at": None,
        "attempts": 0,
        "error": None,
        "withheld": None,
    }
