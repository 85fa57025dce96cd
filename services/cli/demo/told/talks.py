"""Interactions and their comments."""

from typing import Any

from services.cli.demo.client import Api
from services.cli.demo.model import Talk
from services.cli.demo.told.people import Ids


async def tell_talk(api: Api, talk: Talk, ids: Ids) -> None:
    """Record an interaction; then it is changed, commented on, deleted, if it was."""
    body: dict[str, Any] = {**talk.body, "kind": talk.kind, "occurred_at": talk.occurred_at.isoformat()}
    for name, key in (("account_id", talk.account), ("contact_id", talk.contact)):
        if key is not None:
            body[name] = ids[key]
    if talk.participants:
        body["participants"] = [{kind: ids[key]} for kind, key in talk.participants]
    line = api.begin()
    id = await line.make(talk.author, talk.key, "/interactions", body)
    path = f"/interactions/{id}"
    for index, change in enumerate(talk.changes):
        await line.do(talk.author, f"{talk.key}/change-{index}", "PUT", path, change)
    for index, (author, comment) in enumerate(talk.comments):
        await line.make(author, f"{talk.key}/comment-{index}", f"{path}/comments", {"body": comment})
    if talk.deleted:
        await line.do(talk.author, f"{talk.key}/deletion", "DELETE", path)
