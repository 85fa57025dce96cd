"""What an operator does about e-mails that wait or have failed."""

from datetime import UTC, datetime
from typing import Any, Literal
from uuid import UUID

from services.notifications.contract import RetryMessage
from services.notifications.projections.outbox import OUTBOX
from shared.context import Context
from shared.control import NotPossible, Verb
from shared.ids import new_id
from shared.readstore.conditions import Eq
from shared.readstore.interface import Document, Key, Order
from shared.schedules import Schedules
from shared.service import Running
from shared.telemetry import exporting, gauge, on_loop

State = Literal["queued", "failed"]
STATES: tuple[State, ...] = ("queued", "failed")
_MOST = 200  # e-mails in one answer
_OLDEST = (Order("queued_at"),)
_TOLD = ("id", "state", "address", "queued_at", "due", "attempts", "error", "interaction_id")
_queue = gauge("dossier.mail.queue.size", "{email}", "E-mails that wait to be sent, or have failed.")
_waiting = gauge("dossier.mail.queue.age", "s", "Age of the oldest e-mail that waits to be sent.")


class Operating:
    """The operator's verbs of this service."""

    def __init__(self, running: Running, schedules: Schedules) -> None:
        self._running, self._schedules = running, schedules
        self.verbs: dict[str, Verb] = {"mail": self.mail, "mail-counts": self.counts, "mail-retry": self.retry}
        if exporting():
            _queue.of(on_loop(self.counts), by="state")
            _waiting.of(on_loop(self._oldest))

    async def counts(self) -> dict[str, float | None]:
        """How many wait, and how many have failed."""
        return {state: await self._running.read.count(OUTBOX, Eq("state", state)) for state in STATES}

    async def mail(self, state: State = "failed", after: Key | None = None) -> dict[str, Any]:
        """E-mails that wait or have failed, the oldest first; `next` is the `after` of the page behind."""
        page = await self._running.read.find(OUTBOX, Eq("state", state), order=_OLDEST, after=after, limit=_MOST)
        return {"items": [{name: one[name] for name in _TOLD} for one in page.documents], "next": page.next}

    async def retry(self, id: UUID) -> dict[str, Any]:
        """Send one again: a failed one begins anew, one that waits is tried at once."""
        message = await self._running.read.get(OUTBOX, str(id))
        if message is None:
            raise NotPossible(f"there is no e-mail {id}")
        await self._again(message)
        return {"id": id}

    async def _again(self, message: Document) -> None:
        match message["state"]:
            case "failed":
                context = Context(kind="system", request=str(new_id()))
                await self._running.perform(RetryMessage(message_id=UUID(message["id"])), context)
            case "queued":
                await self._schedules.at(message["id"], datetime.now(UTC))
            case state:
                raise NotPossible(f"{message['id']} is {state}: it is not sent again")

    async def _oldest(self) -> float | None:
        page = await self._running.read.find(OUTBOX, Eq("state", "queued"), order=_OLDEST, limit=1)
        if not page.documents:
            return 0
        return (datetime.now(UTC) - datetime.fromisoformat(page.documents[0]["queued_at"])).total_seconds()
