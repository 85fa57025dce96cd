"""One batch of events applied to projections: documents, parked events and checkpoints in one transaction."""

import asyncio
import gc
import logging
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from time import perf_counter, time

from shared.broker import EVENTS, PASSING
from shared.events import Recorded
from shared.parking import PARKED, Parked, Parking
from shared.reader import Mark
from shared.readstore.interface import Batch, ReadStore, Superseded
from shared.runner.followers import Committing, Follower, Preparing
from shared.sealing import Keyring, Wire, open_all
from shared.telemetry import counter, histogram, span

Checkpoint = dict[str, int]
_BREATH = 100  # events, after which whoever else waits in this process has a turn: queries, health
_LARGE = 1_000  # events: only who catches up has so many at once
_PASSED = 256  # events: fewer than `OVERLAP`, so that a projection that passes over most of them is not left behind
_log = logging.getLogger(__name__)
_seconds = histogram("dossier.projection.batch", "s", "Time to apply one batch of events.")
_events = counter("messaging.client.consumed.messages", "{message}", "Events applied.")
_STREAM = {"messaging.system": "nats", "messaging.operation.name": "apply", "messaging.destination.name": EVENTS}
_failed = counter("dossier.projection.failures", "{event}", "Times that a projection failed on an event.")


class Applier:
    """Applies events for one runner. Callers take turns."""

    def __init__(self, store: ReadStore, keyring: Keyring, parking: Parking) -> None:
        self._store = store
        self._keyring = keyring
        self._parking = parking
        self._passed = 0  # events since the last stored checkpoint

    async def apply(self, followers: Sequence[Follower], events: Sequence[Wire], mark: Mark, *, singly: bool) -> None:
        """Take events in, all at once or (`singly`) each by itself. What fails is parked.

        Raises one of `PASSING` for what is to be tried again later: nothing, or only whole events, were taken in then.
        """
        wanted = [event for event in events if any(follower.reads(event) for follower in followers)]
        checkpoints = [follower.after(events, mark) for follower in followers]
        if singly:
            await self._singly(followers, wanted, checkpoints)
        elif wanted:
            await self._together(followers, wanted, checkpoints)
        else:
            await self._pass_over(followers, len(events), checkpoints)

    async def _pass_over(self, followers: Sequence[Follower], count: int, checkpoints: Sequence[Checkpoint]) -> None:
        """Nothing to apply: the checkpoint is stored now and then only, a few events are read again after a restart."""
        self._passed += count
        if self._passed >= _PASSED:
            await self._store_only(followers, checkpoints)
            return
        for follower, checkpoint in zip(followers, checkpoints, strict=True):
            follower.advance(checkpoint)

    async def _store_only(self, followers: Sequence[Follower], checkpoints: Sequence[Checkpoint]) -> None:
        async with self._store.batch() as batch:
            for follower, checkpoint in zip(followers, checkpoints, strict=True):
                batch.checkpoint(follower.name, checkpoint)
        self._passed = 0
        for follower, checkpoint in zip(followers, checkpoints, strict=True):
            follower.advance(checkpoint)

    async def _together(
        self, followers: Sequence[Follower], events: list[Wire], checkpoints: Sequence[Checkpoint]
    ) -> None:
        begun = perf_counter()
        try:
            with _undisturbed(len(events)):
                taken = await self._stored(followers, events, checkpoints)
        except (*PASSING, Superseded):
            raise
        except Exception:  # noqa: BLE001  # found again, with its event, one by one
            await self._singly(followers, events, checkpoints)
            return
        self._passed = 0
        for follower, checkpoint in zip(followers, checkpoints, strict=True):
            follower.advance(checkpoint)
            await announce(follower, taken[follower.name])
        _seconds(perf_counter() - begun)
        _events(len(events), **_STREAM)

    async def _stored(
        self, followers: Sequence[Follower], events: list[Wire], checkpoints: Sequence[Checkpoint]
    ) -> dict[str, list[Recorded]]:
        """All in one transaction; what each projection took in, by its name."""
        taken: dict[str, list[Recorded]] = defaultdict(list)
        opened = await open_all(events, self._keyring, closed=_closed(followers))
        async with self._store.batch() as batch:
            for follower in followers:
                if isinstance(follower.projection, Preparing):
                    await follower.projection.prepare(opened, batch)
            for place, (sealed, event) in enumerate(zip(events, opened, strict=True), 1):
                for follower in followers:
                    if follower.reads(sealed) and await self._take(follower, sealed, event, batch):
                        taken[follower.name].append(event)
                if place % _BREATH == 0:
                    await asyncio.sleep(0)
            for follower, checkpoint in zip(followers, checkpoints, strict=True):
                batch.checkpoint(follower.name, checkpoint)
        return taken

    async def _take(self, follower: Follower, sealed: Wire, event: Recorded, batch: Batch) -> bool:
        """Apply an event, or have it wait behind a parked one (False)."""
        if self._parking.holds(follower.name, sealed):
            self._parking.hold(batch, follower.name, sealed)
            return False
        with span(f"apply {follower.name}", event.meta.trace or None, event=event.key):
            await follower.projection.apply(event, batch)
        return True

    async def _singly(
        self, followers: Sequence[Follower], events: list[Wire], checkpoints: Sequence[Checkpoint]
    ) -> None:
        for event in events:
            for follower in followers:
                if follower.reads(event):
                    await self._one(follower, event)
        await self._store_only(followers, checkpoints)

    async def _one(self, follower: Follower, sealed: Wire) -> None:
        checkpoint = follower.after([sealed], follower.mark)
        try:
            [event] = await open_all([sealed], self._keyring, closed=_closed([follower]))
            async with self._store.batch() as batch:
                taken = await self._take(follower, sealed, event, batch)
                batch.checkpoint(follower.name, checkpoint)
        except (*PASSING, Superseded):
            raise
        except Exception as error:  # noqa: BLE001  # reported and parked
            parked = Parked(follower.name, sealed, time()).failed(error)
            report(parked, error)
            async with self._store.batch() as batch:
                self._parking.put(batch, parked)
                batch.checkpoint(follower.name, checkpoint)
            self._parking.schedule(parked.queue, parked.next_try)
            follower.advance(checkpoint)
            return
        follower.advance(checkpoint)
        await announce(follower, [event] if taken else [])

    async def again(self, follower: Follower, parked: Parked) -> bool:
        """Try a parked event once more; False if it fails again. Raises one of `PASSING` if it could not be tried."""
        try:
            [event] = await open_all([parked.event], self._keyring, closed=_closed([follower]))
            async with self._store.batch() as batch:
                await follower.projection.apply(event, batch)
                batch.delete(PARKED, parked.key)
        except (*PASSING, Superseded):
            raise
        except Exception as error:  # noqa: BLE001  # reported and parked
            later = parked.failed(error)
            report(later, error)
            async with self._store.batch() as batch:
                self._parking.put(batch, later)
            self._parking.schedule(later.queue, later.next_try)
            return False
        await announce(follower, [event])
        return True


@contextmanager
def _undisturbed(events: int) -> Iterator[None]:
    """What a large batch reads lives until its end: looking for garbage meanwhile took a fifth of the time."""
    pause = events >= _LARGE and gc.isenabled()
    if pause:
        gc.disable()
    try:
        yield
    finally:
        if pause:
            gc.enable()


def _closed(followers: Sequence[Follower]) -> set[str]:
    """Services whose personal fields none of these projections reads: no key is asked for on their account."""
    read = {service for f in followers if getattr(f.projection, "personal", True) for service in f.projection.services}
    return {service for f in followers for service in f.projection.services} - read


def report(parked: Parked, error: Exception) -> None:
    _failed(1, projection=parked.projection)
    level = logging.WARNING if parked.next_try else logging.ERROR
    _log.log(level, "%s failed on %s, try %d", parked.key, parked.event.topic, parked.tries, exc_info=error)


async def announce(follower: Follower, events: Sequence[Recorded]) -> None:
    """Tell a projection what was stored; the events stay taken in, whatever it does with that."""
    if events and isinstance(follower.projection, Committing):
        try:
            await follower.projection.committed(events)
        except Exception:  # noqa: BLE001  # logged; the transaction is done
            _log.exception("%s could not tell of what it had stored", follower.name)
