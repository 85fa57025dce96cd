"""Projections, and how far each has come."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from shared.events import Recorded
from shared.reader import Mark
from shared.readstore.interface import Batch, Collection, ReadStore
from shared.sealing import Wire

_NEVER = 2**63
_STREAM, _SEQUENCE = "$stream", "$sequence"  # of the mark, beside the services in a checkpoint


class Projection(Protocol):
    """What events are turned into: documents (a projection) or commands of the same service (a reaction).

    An event may be applied again when a transaction was undone. Documents are undone with it; a reaction's command must
    carry a name made from the event (`Recorded.key`), by which its repetition is noticed. A reaction that keeps no
    document has no collections. One that reads no personal field says `personal = False`: no keys are fetched for it.
    One that needs few of its services' events names them: `topics`, a set. The others are then passed over unread.
    """

    @property
    def name(self) -> str:
        """Unique, with a version: `overview-1`. Changed meaning, services or collections: another name."""

    @property
    def services(self) -> frozenset[str]:
        """Whose events it reads."""

    @property
    def collections(self) -> tuple[Collection, ...]: ...

    async def apply(self, event: Recorded, batch: Batch) -> None:
        """Take an event in. Events of one service come in order; those of several in any interleaving."""


@runtime_checkable
class Committing(Protocol):
    """A projection that wants to know what has just been stored (the live view does)."""

    async def committed(self, events: Sequence[Recorded]) -> None: ...


@runtime_checkable
class Preparing(Protocol):
    """A projection that looks up together what it will ask for event by event: one question instead of hundreds."""

    async def prepare(self, events: Sequence[Recorded], batch: Batch) -> None:
        """Ask the batch for many documents; it holds them. `apply` must do without: events come alone too."""


@dataclass(slots=True)
class Follower:
    """A projection and how far it has come."""

    projection: Projection
    reached: dict[str, int]
    mark: Mark

    @property
    def name(self) -> str:
        return self.projection.name

    def wants(self, event: Wire) -> bool:
        return event.number > self.reached.get(event.service, _NEVER)

    def reads(self, event: Wire) -> bool:
        """Whether a new event is of a topic that the projection makes something of."""
        topics = getattr(self.projection, "topics", None)
        return self.wants(event) and (topics is None or event.topic in topics)

    def after(self, events: Iterable[Wire], mark: Mark) -> dict[str, int]:
        """The checkpoint once these events are taken in."""
        reached = dict(self.reached)
        for event in events:
            if event.number > reached.get(event.service, _NEVER):
                reached[event.service] = event.number
        return reached | {_STREAM: mark.stream, _SEQUENCE: mark.sequence}

    def advance(self, checkpoint: dict[str, int]) -> None:
        """Take over a checkpoint that was stored."""
        self.reached = {service: number for service, number in checkpoint.items() if service[0] != "$"}
        self.mark = Mark(checkpoint.get(_STREAM, 0), checkpoint.get(_SEQUENCE, 0))


class ServicesChanged(Exception):
    """A projection reads other services than when it was begun: it needs a new name."""


async def load_follower(store: ReadStore, projection: Projection) -> Follower:
    """A projection as it was left. Raises `ServicesChanged`."""
    known = await store.checkpoint(projection.name)
    result = Follower(projection, dict.fromkeys(projection.services, 0), Mark())
    if known:
        result.advance(known)
        if result.reached.keys() != projection.services:
            raise ServicesChanged(projection.name)
    return result
