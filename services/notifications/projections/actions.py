"""What was done and said: interactions and their comments, as e-mails tell of them."""

from shared.events import Recorded
from shared.readstore.interface import Batch, Collection, Document

ACTIONS = Collection("actions")
"""By id of the interaction: what was recorded, as it now reads, its author_id, and whether it is deleted."""
REMARKS = Collection("remarks")
"""By id of the comment: author_id, body. One that was deleted is not there."""


class Actions:
    """Interactions and comments in their present wording."""

    name = "actions-1"
    services = frozenset({"interactions"})
    collections = (ACTIONS, REMARKS)

    async def apply(self, event: Recorded, batch: Batch) -> None:
        data = event.data
        match event.topic:
            case "interactions.interaction.commented":
                remark = {"author_id": event.meta.actor_id, "body": data["body"], "at": event.at.isoformat()}
                batch.put(REMARKS, data["comment_id"], remark)
            case "interactions.interaction.comment-changed":
                before = await batch.get(REMARKS, data["comment_id"]) or {}
                batch.put(REMARKS, data["comment_id"], before | {"body": data["body"]})
            case "interactions.interaction.comment-deleted":
                batch.delete(REMARKS, data["comment_id"])
            case _:
                before = await batch.get(ACTIONS, event.id) or {}
                batch.put(ACTIONS, event.id, evolve(before, event))


def evolve(action: Document, event: Recorded) -> Document:
    """An interaction."""
    data = event.data
    match event.topic:
        case "interactions.interaction.recorded":
            kept = ("kind", "account_id", "contact_id", "subject", "body", "occurred_at", "participants")
            return {name: data[name] for name in kept} | {"author_id": event.meta.actor_id, "deleted": False}
        case "interactions.interaction.changed":
            return action | {name: data[name] for name in ("subject", "body", "occurred_at")}
        case "interactions.interaction.participants-changed":
            return action | {"participants": data["participants"]}
        case "interactions.interaction.deleted":
            return action | {"deleted": True}
        case "interactions.interaction.restored":
            return action | {"deleted": False}
    return action
