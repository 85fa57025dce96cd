"""The dossier service's handlers over a read store in a file, asked with the same checks as over the broker."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from secrets import token_bytes
from typing import Any
from uuid import UUID

import orjson
from pydantic import TypeAdapter
from pydantic_core import to_json

from services.dossier.app import ROOMS, projections
from services.dossier.domain import Recents
from services.dossier.queries.places import access as access_over
from services.dossier.queries.visibility import Sight
from services.firm.contract import Access
from shared.context import SYSTEM, Context
from shared.dispatch import Dispatcher
from shared.keys import KeyDatabase, Keys
from shared.messages import Message
from shared.position import Progress
from shared.readstore.interface import ReadStore
from shared.readstore.sqlite import SqliteReadStore
from shared.repository import Repository
from shared.store import EventStore
from tests.dossier.events import History, project


class Reading:
    """What the members of a firm get to read of its history."""

    def __init__(self, store: ReadStore, dispatcher: Dispatcher, events: EventStore) -> None:
        self.store, self.events = store, events
        self._dispatcher = dispatcher

    async def take_in(self, history: History) -> None:
        """Bring the read models to where the history is."""
        await project(self.store, list(projections()), history.events)

    async def ask(self, member: str | None, message: type[Message], **fields: Any) -> Any:
        """A member's question (None: the system's), checked against the answer that the contract declares."""
        context = Context(kind="member", id=UUID(member), language="en") if member else SYSTEM
        answer = await self._dispatcher.run(message.model_validate_json(to_json(fields)), context)
        parsed = orjson.loads(answer if isinstance(answer, bytes) else to_json(answer))
        if declared := getattr(message, "answer", None):
            TypeAdapter(declared).validate_json(to_json(parsed), strict=True)
        return parsed


@asynccontextmanager
async def reading(history: History, folder: Path) -> AsyncIterator[Reading]:
    """The service's handlers, with the history taken in."""
    store = SqliteReadStore(folder / "read.db")
    keys = KeyDatabase(folder / "keys.db", token_bytes(32))
    events = EventStore("dossier", folder, [Recents], Keys(keys))
    await events.open()
    access = access_over(store)
    given = {
        ReadStore: store,
        EventStore: events,
        Access: access,
        Sight: Sight(store, access),
        Repository[Recents]: Repository(events, Recents),
    }
    system = Reading(store, Dispatcher(ROOMS, given, access, events, Progress({})), events)
    await system.take_in(history)
    yield system
    await events.close()
    keys.close()
    await store.close()
