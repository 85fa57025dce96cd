"""What a command handler is given: aggregates by id, and one save."""

from typing import Generic, TypeVar
from uuid import UUID

from eventsourcing.domain import Aggregate

from shared.messages import Accepted
from shared.store import EventStore

A = TypeVar("A", bound=Aggregate)


class Repository(Generic[A]):
    """The aggregates of one kind in this service's event store."""

    def __init__(self, store: EventStore, kind: type[A]) -> None:
        self._store, self._kind = store, kind

    async def get(self, id: UUID) -> A:
        """The aggregate, to be changed and saved. Raises `NotFound`; `ChangedMeanwhile` if `If-Match` objects."""
        return await self._store.load(self._kind, id)

    async def find(self, id: UUID) -> A | None:
        """The aggregate, to be changed and saved, or None."""
        return await self._store.find(self._kind, id)

    async def peek(self, id: UUID) -> A:
        """The aggregate to look at, never to change. Raises `NotFound`."""
        return await self._store.peek(self._kind, id)

    async def save(self, *aggregates: Aggregate, answer: UUID | None = None) -> Accepted:
        """Record all of them or none, once per command; the answer speaks of the first, or of `answer` within it."""
        return await self._store.save(*aggregates, answer=answer)
