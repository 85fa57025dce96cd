"""Runs projections: reads events in order, applies them in batches, keeps new projections from holding up the others.

One reader serves all projections that are up to date (the live ones). A projection that is new, or was away, catches up
beside them with a reader of its own, in large batches, and then joins.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence

from nats.aio.client import Client

from shared.broker import PASSING
from shared.lease import Lease, Lost
from shared.parking import PARKED, Parked, Parking
from shared.position import Progress
from shared.reader import OVERLAP, Mark, Reader
from shared.readstore.interface import ReadStore, Superseded
from shared.runner.applying import Applier
from shared.runner.beside import clear
from shared.runner.followers import Committing, Follower, Projection, ServicesChanged, load_follower
from shared.runner.retrying import Retries
from shared.runner.turns import Turns
from shared.sealing import Keyring, Wire

__all__ = ["Committing", "Projection", "Runner", "ServicesChanged"]

BATCH = 256
REBUILD_BATCH = 2_000
_PAUSE = 0.1  # seconds before a turn is asked for again
_log = logging.getLogger(__name__)


class Runner:
    """The projections of one process, or its reactions: one of each kind to a read store."""

    def __init__(
        self,
        name: str,
        store: ReadStore,
        connection: Client,
        keyring: Keyring,
        projections: Sequence[Projection],
        progress: Progress,
        lease: Lease | None = None,
    ) -> None:
        """Several instances share a `lease`, and work in turns; without one it is always ours."""
        self.name = name
        self.projections = projections
        self.progress = progress
        """How far all live projections have come."""
        self._store = store
        self._connection = connection
        self._parking = Parking(store)
        self._applier = Applier(store, keyring, self._parking)
        self._turn = asyncio.Lock()
        self._followers: dict[str, Follower] = {}
        self._live: list[Follower] = []
        self._retries = Retries(self._applier, self._parking, self._followers, self._turn)
        self._reader = Reader(connection, (), size=BATCH)
        self._turns = Turns(lease, connection, progress) if lease else None
        self._ready = False
        self._in_hand = 0  # events that were read, and wait for the store or the keys

    @property
    def working(self) -> bool:
        """Whether it is this instance that applies the events."""
        return self._ready

    @property
    def lag(self) -> int:
        """About how many events on the stream are not yet applied by the live projections."""
        return self._in_hand + max(self._reader.pending, self._reader.arrived)

    @property
    def waiting(self) -> int:
        """Aggregates with parked events."""
        return self._parking.queues

    @property
    def behind(self) -> list[str]:
        """Projections that are still catching up: what they show is not complete."""
        return [name for name, follower in self._followers.items() if follower not in self._live]

    async def run(self) -> None:
        """Apply events until cancelled: all the time, or whenever it is our turn."""
        while True:
            try:
                if self._turns is None:
                    await self._work()
                else:
                    if not self._followers:
                        await self._declare()  # queries are answered from now on
                    await self._turns.wait()
                    async with self._turns.ours():
                        await self._work()
            except* (Lost, Superseded, *PASSING) as errors:
                _log.warning("%s begin anew", self.name, exc_info=errors)
            await asyncio.sleep(_PAUSE)

    async def _work(self) -> None:
        """Apply events until something goes wrong."""
        try:
            late = await self._prepare()
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._follow())
                tasks.create_task(self._retries.run())
                for follower in late:
                    tasks.create_task(self.catch_up(follower))
        finally:
            self._ready = False
            await self._reader.close()

    async def _prepare(self) -> list[Follower]:
        """Find out who is up to date; the others are returned. What was known from an earlier turn is forgotten."""
        await self._store.claim()
        await self._declare()
        await clear(self._store, self._parking, self.projections)
        self._followers.clear()
        for projection in self.projections:
            self._followers[projection.name] = await load_follower(self._store, projection)
        await self._parking.load(self._followers)
        followers = list(self._followers.values())
        ahead = max((f.mark for f in followers), key=lambda mark: (mark.stream, mark.sequence), default=Mark())
        self._live = [f for f in followers if _near(f.mark, ahead)]
        # Some events again: the broker may have come back with a shorter history while nobody was reading.
        start = min((f.mark.sequence for f in self._live), default=0)
        self._reader.rewind(Mark(ahead.stream, max(0, start - OVERLAP)), self._services())
        self._tell()
        self._ready = True
        return [f for f in followers if f not in self._live]

    async def _declare(self) -> None:
        collections = {c.name: c for projection in self.projections for c in projection.collections}
        await self._store.declare(PARKED, *collections.values())

    def _services(self) -> set[str]:
        return {service for follower in self._live for service in follower.reached}

    def _tell(self) -> None:
        """Let those who wait for a position know; a service counts as read where all live projections have read it."""
        reached: dict[str, int] = {}
        for follower in self._live:
            for service, number in follower.reached.items():
                reached[service] = min(number, reached.get(service, number))
        self.progress.advance(reached)

    async def _follow(self) -> None:
        while True:
            events = await self._reader.batch()
            self._in_hand = len(events)
            await self._settle(lambda: self._live, events, self._reader)
            self._in_hand = 0

    async def _settle(self, who: Callable[[], list[Follower]], events: list[Wire], reader: Reader) -> None:
        """Apply a batch, however long the store, the keys or the broker are away; drop it if the reader was rewound."""
        mark, generation, tries = reader.mark, reader.generation, 0
        while True:
            try:
                async with self._turn:
                    if reader.generation == generation:
                        await self._applier.apply(who(), events, mark, singly=tries > 0)
                        self._tell()
                    return
            except PASSING as error:
                tries += 1
                if tries in (1, 10) or tries % 60 == 0:
                    _log.warning("%s wait (%d times): %s", self.name, tries, str(error) or type(error).__name__)
            await asyncio.sleep(min(5.0, 0.05 * 2.0 ** min(tries, 10)))

    async def catch_up(self, follower: Follower) -> None:
        """Bring a projection to where the live ones are, beside them, then let it join them."""
        while True:
            reader = Reader(self._connection, follower.reached, follower.mark, size=REBUILD_BATCH)
            try:
                while events := await reader.batch(wait=False):
                    await self._settle(lambda: [follower], events, reader)
                follower.mark = reader.mark
            finally:
                await reader.close()
            async with self._turn:
                if self._reader.mark.stream in (0, follower.mark.stream) and _near(follower.mark, self._reader.mark):
                    self._join(follower)
                    return
            await asyncio.sleep(0.1)

    def _join(self, follower: Follower) -> None:
        self._live = [*self._live, follower]
        sequence = min(self._reader.mark.sequence, follower.mark.sequence)
        self._reader.rewind(Mark(follower.mark.stream, sequence), self._services())
        self._tell()

    async def parked(self) -> list[Parked]:
        """What waits: for its next try, for an operator, or behind another event."""
        return [parked for name in self._followers for parked in await self._parking.of(name)] if self._ready else []

    async def replay(self, key: str) -> bool:
        """As `Retries.replay`."""
        return await self._retries.replay(key)

    async def skip(self, key: str) -> bool:
        """As `Retries.skip`."""
        return await self._retries.skip(key)


def _near(mark: Mark, ahead: Mark) -> bool:
    """Whether so little lies between that it can be read once more by all."""
    same = mark.stream == ahead.stream or mark.sequence == 0
    return same and ahead.sequence - mark.sequence <= OVERLAP
