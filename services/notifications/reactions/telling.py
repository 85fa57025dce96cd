"""Who is told: the participants of an interaction, once about it and once about each later comment (ruling 10)."""

import asyncio
import logging
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from services.notifications.contract import QueueMessage
from services.notifications.values import About, Recipient
from shared.context import Context
from shared.events import Recorded
from shared.problems import Erased
from shared.readstore.interface import Batch, Collection, Document
from shared.service import Running

_log = logging.getLogger(__name__)

THREADS = Collection("threads")
"""By id of the interaction, as of the event last reacted to: author_id, participants."""


class Telling:
    """Queues a message for each participant, never about what they did or said themselves."""

    name = "telling-1"
    services = frozenset({"interactions"})
    collections = (THREADS,)

    def __init__(self, running: Running) -> None:
        self._running = running

    async def apply(self, event: Recorded, batch: Batch) -> None:
        data = event.data
        if event.topic == "interactions.interaction.recorded":
            thread = {"author_id": event.meta.actor_id, "participants": data["participants"]}
            batch.put(THREADS, event.id, thread)
            await self._tell(event, thread["participants"], thread["author_id"])
        elif thread_or_none := await batch.get(THREADS, event.id):
            await self._follow(event, thread_or_none, batch)

    async def _follow(self, event: Recorded, thread: Document, batch: Batch) -> None:
        match event.topic:
            case "interactions.interaction.participants-changed":
                participants = event.data["participants"]
                added = [person for person in participants if person not in thread["participants"]]
                batch.put(THREADS, event.id, thread | {"participants": participants})
                await self._tell(event, added, thread["author_id"])
            case "interactions.interaction.commented":
                comment_id = UUID(event.data["comment_id"])
                await self._tell(event, thread["participants"], event.meta.actor_id, comment_id)

    async def _tell(
        self,
        event: Recorded,
        participants: Iterable[dict[str, Any]],
        author_id: str | None,
        comment_id: UUID | None = None,
    ) -> None:
        """Everything that came before the event is known once it is: whoever it names, and their rights."""
        await self._running.progress.wait({event.service: event.number})
        about = About(service=event.service, id=UUID(event.id), topic=event.topic, key=event.key, comment_id=comment_id)
        account_id = UUID(event.scope) if event.scope else None
        context = Context(kind="system", request=event.meta.correlation, trace=event.meta.trace)
        recipients = [Recipient.model_validate(person) for person in participants]
        messages = [
            QueueMessage(recipient=person, account_id=account_id, about=about)
            for person in recipients
            if str(person.id) != author_id
        ]
        await asyncio.gather(*(self._queue(message, context) for message in messages))

    async def _queue(self, message: QueueMessage, context: Context) -> None:
        try:
            await self._running.perform(message, context)
        except Erased:
            _log.info("a participant was erased: nothing is sent to them")
