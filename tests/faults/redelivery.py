"""A stream as a reader may get to see it: again from earlier on, in pieces, cut short, with copies of old events."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from random import Random

import orjson
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from shared.broker import PASSING
from shared.events import Recorded
from shared.parking import PARKED, Parking
from shared.problems import Unavailable
from shared.reader import Mark
from shared.readstore.interface import ReadStore
from shared.runner import Projection
from shared.runner.applying import Applier
from shared.runner.followers import Follower, load_follower
from shared.sealing import Wire

OVERLAP = 40  # events that a new consumer reads again
AWAY = 0.05  # of the times that keys are asked for, they cannot be had
Stream = list[Wire]


class Unsteady:
    """Keys that are away now and then; none is ever needed here."""

    def __init__(self, chance: Random) -> None:
        self.chance = chance

    async def ensure(self, subjects: Iterable[str], *, create: bool) -> None:
        if self.chance.random() < AWAY:
            raise Unavailable

    def cipher(self, subject: str) -> AESGCM | None:
        return None


def sent(event: Recorded) -> Wire:
    """An event as it travels."""
    state = {"at": event.at, "data": event.data, "scope": event.scope, "meta": asdict(event.meta)}
    return Wire(event.service, event.number, event.topic, event.id, event.version, orjson.dumps(state))


def with_copies(events: Sequence[Recorded], chance: Random) -> Stream:
    """The stream, in which any event may stand once more behind the place where it belongs."""
    stream = [sent(event) for event in events]
    for _ in range(len(stream) // 4):
        at = chance.randrange(len(stream))
        stream.insert(chance.randrange(at, len(stream)) + 1, stream[at])
    return stream


class Process:
    """What applies a stream to projections; it is killed and started again, and is given anything more than once."""

    def __init__(self, store: ReadStore, projections: Sequence[Projection], chance: Random) -> None:
        self.store, self.projections, self.chance = store, projections, chance
        self.followers: list[Follower] = []
        self.known: dict[str, int] = {}

    async def start(self) -> None:
        """Know no more than what is stored."""
        await self.store.declare(PARKED, *(c for part in self.projections for c in part.collections))
        self.known = {}
        self.followers = [await load_follower(self.store, part) for part in self.projections]
        self.applier = Applier(self.store, Unsteady(self.chance), Parking(self.store))

    async def read(self, stream: Stream) -> None:
        """To the end of it, however often it begins again on the way."""
        await self.start()
        at = 0
        while at < len(stream):
            size = self.chance.choice((1, 3, 20))
            await self.apply(self.new(stream[at : at + size]), Mark(1, at + size))
            at += size
            if at < len(stream) and self.chance.random() < 0.1:
                await self.start()
                at = max(0, min(follower.mark.sequence for follower in self.followers) - OVERLAP)

    def new(self, events: Stream) -> Stream:
        """Without what was handed out before, as a reader does for as long as it lives."""
        found = []
        for event in events:
            if event.number > self.known.get(event.service, 0):
                self.known[event.service] = event.number
                found.append(event)
        return found

    async def apply(self, events: Stream, mark: Mark) -> None:
        """Until it is done, as the runner does."""
        tries = 0
        while True:
            try:
                await self.applier.apply(self.followers, events, mark, singly=tries > 0)
            except PASSING:
                tries += 1
            else:
                return
