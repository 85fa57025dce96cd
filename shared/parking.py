"""Parked events: those that a projection fails on wait aside, and behind them the later ones of the same aggregate.

Everyone else goes on. A parked event is tried five times in about thirteen seconds, then it waits for an operator. It
is kept as it travelled, still sealed, in the same transaction in which its projection's checkpoint passes it.
"""

import time
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from traceback import extract_tb
from typing import Any

from shared.readstore.conditions import Eq
from shared.readstore.interface import Batch, Collection, Order, ReadStore
from shared.sealing import Wire
from shared.signal import Signal

PARKED = Collection("parked_events", fields=("projection", "queue", "number"), indexes=(("queue", "number"),))
DELAYS = (0.1, 0.5, 2.0, 10.0)
"""Seconds between the tries; after the last one an operator decides."""
_PAGE = 200


@dataclass(frozen=True, slots=True)
class Parked:
    """An event that waits. `tries` is 0 for one that only waits behind another; times are seconds since 1970."""

    projection: str
    event: Wire
    since: float
    tries: int = 0
    next_try: float | None = None
    error: str | None = None  # class and place of the error: never its words, which may hold personal data

    @property
    def key(self) -> str:
        """By this name an operator replays or skips it: `overview-1:accounts:17`."""
        return f"{self.projection}:{self.event.service}:{self.event.number}"

    @property
    def queue(self) -> str:
        """What waits in line: the events of one aggregate, for one projection."""
        return queue_of(self.projection, self.event)

    def failed(self, error: Exception) -> "Parked":
        """The same after one more try."""
        tries = self.tries + 1
        later = time.time() + DELAYS[tries - 1] if tries <= len(DELAYS) else None
        return replace(self, tries=tries, next_try=later, error=place_of(error))

    def document(self) -> dict[str, Any]:
        event = self.event
        return {
            "projection": self.projection,
            "queue": self.queue,
            "number": event.number,
            "service": event.service,
            "topic": event.topic,
            "id": event.id,
            "version": event.version,
            "state": b64encode(event.state).decode(),
            "since": self.since,
            "tries": self.tries,
            "next_try": self.next_try,
            "error": self.error,
        }

    @classmethod
    def read(cls, document: dict[str, Any]) -> "Parked":
        d = document
        event = Wire(d["service"], d["number"], d["topic"], d["id"], d["version"], b64decode(d["state"]))
        return cls(d["projection"], event, d["since"], d["tries"], d["next_try"], d["error"])


def queue_of(projection: str, event: Wire) -> str:
    return f"{projection}:{event.service}:{event.id}"


def place_of(error: Exception) -> str:
    """`KeyError in apply (projections.py:42)`."""
    frames = extract_tb(error.__traceback__)
    where = f" in {frames[-1].name} ({frames[-1].filename.rpartition('/')[2]}:{frames[-1].lineno})" if frames else ""
    return type(error).__qualname__ + where


def _due(parked: Parked) -> float | None:
    """When an event that somebody else has parked is tried again."""
    if parked.tries == 0:
        return 0.0  # it has come to the head of its queue when the other one ended
    # The other's clock may be an hour ahead of ours.
    return None if parked.next_try is None else min(parked.next_try, time.time() + DELAYS[-1])


class Parking:
    """The parked events of some projections. Callers hold the runner's turn; memory changes only after the commit."""

    def __init__(self, store: ReadStore) -> None:
        self.changed = Signal()
        self._store = store
        self._next: dict[str, float | None] = {}  # queue -> when its head is tried again

    async def load(self, projections: Iterable[str]) -> None:
        """Know what an earlier process, or another instance, has parked."""
        self._next.clear()
        for projection in projections:
            for parked in await self.of(projection):
                self._next.setdefault(parked.queue, _due(parked))
        self.changed.set()

    async def of(self, projection: str) -> list[Parked]:
        """All that is parked for a projection: by aggregate, then in order."""
        found: list[Parked] = []
        after = None
        while True:
            order = (Order("queue"), Order("number"))
            condition = Eq("projection", projection)
            page = await self._store.find(PARKED, condition, order=order, after=after, limit=_PAGE)
            found += map(Parked.read, page.documents)
            if (after := page.next) is None:
                return found

    def holds(self, projection: str, event: Wire) -> bool:
        """Whether an earlier event of the same aggregate waits: then this one has to wait behind it."""
        return bool(self._next) and queue_of(projection, event) in self._next

    def hold(self, batch: Batch, projection: str, event: Wire) -> None:
        """Have an event wait behind the others of its aggregate."""
        self.put(batch, Parked(projection, event, time.time()))

    @staticmethod
    def put(batch: Batch, parked: Parked) -> None:
        batch.put(PARKED, parked.key, parked.document())

    def schedule(self, queue: str, when: float | None) -> None:
        """When the first event of a queue is tried again; None: not before an operator says so."""
        self._next[queue] = when
        self.changed.set()

    def release(self, queue: str) -> None:
        """Nothing waits in this queue any more."""
        self._next.pop(queue, None)

    async def get(self, key: str) -> Parked | None:
        document = await self._store.get(PARKED, key)
        return Parked.read(document) if document else None

    async def remove(self, key: str) -> None:
        """Drop one event."""
        async with self._store.batch() as batch:
            batch.delete(PARKED, key)

    async def head(self, queue: str) -> Parked | None:
        """The event that all others of the queue wait for."""
        page = await self._store.find(PARKED, Eq("queue", queue), order=(Order("number"),), limit=1)
        return Parked.read(page.documents[0]) if page.documents else None

    async def forget(self, projection: str, batch: Batch) -> None:
        """Drop all that is parked for a projection that starts from the beginning."""
        for parked in await self.of(projection):
            batch.delete(PARKED, parked.key)
            self.release(parked.queue)

    def due(self) -> Iterator[str]:
        """Queues whose time has come."""
        now = time.time()
        yield from [queue for queue, when in self._next.items() if when is not None and when <= now]

    def seconds(self) -> float | None:
        """Until the next queue is due; None: none will be."""
        times = [when for when in self._next.values() if when is not None]
        return max(0.0, min(times) - time.time()) if times else None

    @property
    def queues(self) -> int:
        """How many aggregates wait, over all projections."""
        return len(self._next)
