"""The event store of one service: aggregates in, aggregates out, everything that waits saved by one fsync.

The recorders are those of the `eventsourcing` library as they are (SQLite by default, PostgreSQL by URL). Commands that
wait at the same moment share a transaction; a conflict in such a group is found again one by one, so that it fails
nobody else. Any number of processes can have the same store open.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar
from uuid import UUID

from eventsourcing.domain import Aggregate
from eventsourcing.persistence import Notification, StoredEvent
from pydantic import SecretStr

from shared.context import current
from shared.messages import Accepted
from shared.problems import ChangedMeanwhile, Erased, NotFound
from shared.receipts import Answer, Receipt, expected
from shared.sealing import KeyDestroyed, Keyring, Origin, SealingMapper, header, shapes_of, subjects_of
from shared.signal import Signal
from shared.store.engine import open_engine
from shared.store.recorder import UnsafeDatabase, refuse_unsafe
from shared.store.writer import Writer
from shared.telemetry import span

__all__ = ["EventStore", "UnsafeDatabase"]

A = TypeVar("A", bound=Aggregate)
CACHED = 5_000  # aggregates kept in memory


class EventStore:
    """Loads and saves the aggregates of one service. One instance per process; `open` before use."""

    def __init__(
        self,
        service: str,
        folder: Path,
        aggregates: Sequence[type[Aggregate]],
        keyring: Keyring,
        url: SecretStr | None = None,
    ) -> None:
        """In the file `events.db` of the folder, or in the service's schema of the PostgreSQL database of that URL.

        Raises `UnsafeDatabase`.
        """
        refuse_unsafe(service)
        self.service = service
        kinds: list[type[Aggregate]] = [*aggregates, Receipt]
        shapes = {topic: shape for kind in kinds for topic, shape in shapes_of(kind).items()}
        self._keyring = keyring
        self._mapper = SealingMapper(shapes, keyring)
        self._place = folder, url
        self._idle: dict[UUID, Aggregate] = {}
        self._strangers = 0  # as the writer counted them when the idle aggregates were last known to be fresh
        self._read = 0  # number up to which the log was read

    @property
    def last(self) -> int:
        """Number of the last event known here, receipts included. What others wrote is known once it was read."""
        return max(self._writer.last, self._read)

    @property
    def saved(self) -> Signal:
        """Set whenever this process has stored events. Those of other processes are found by `notifications`."""
        return self._writer.saved

    async def open(self) -> None:
        """A server that is not there yet is waited for; half a minute later, psycopg's error says why it is not."""
        self._engine = await open_engine(self.service, *self._place)
        self._writer = Writer(self._engine)
        await self._writer.open()

    async def close(self) -> None:
        await self._writer.close()
        self._engine.close()

    async def load(self, kind: type[A], id: UUID) -> A:
        """The aggregate. `NotFound` if there is none of this kind, `ChangedMeanwhile` if `If-Match` objects."""
        aggregate = await self._replay(self._taken(id), id)
        if not isinstance(aggregate, kind):
            raise NotFound
        context = current.get()
        if context.if_match is not None and context.target == id and context.if_match != aggregate.version:
            raise ChangedMeanwhile
        return aggregate

    async def find(self, kind: type[A], id: UUID) -> A | None:
        """As `load`, None where there is nothing."""
        try:
            return await self.load(kind, id)
        except NotFound:
            return None

    async def _replay(self, aggregate: Aggregate | None, id: UUID) -> Aggregate | None:
        if aggregate is not None and self._engine.look() == self._writer.last:
            return aggregate  # nobody has written since
        stored = await self._engine.events(id, aggregate.version if aggregate else None)
        if stored:
            await self._keyring.ensure(subjects_of(header(event.state) for event in stored), create=False)
        for event in stored:
            aggregate = self._mapper.to_domain_event(event).mutate(aggregate)
        return aggregate

    async def peek(self, kind: type[A], id: UUID) -> A:
        """The aggregate to look at, not to change. Raises `NotFound`."""
        last = self._writer.last
        aggregate = await self._replay(self._taken(id), id)
        if not isinstance(aggregate, kind):
            raise NotFound
        if last == self._writer.last:  # else it may have been changed while it was read
            self._remember(aggregate)
        return aggregate

    async def save(self, *aggregates: Aggregate, answer: UUID | None = None) -> Accepted:
        """Record what the aggregates decided, all or nothing, fsynced; answer for the first of them.

        `answer` is the id to answer with, for a thing that was made inside the first aggregate.

        Raises `RecordConflictError` when somebody else was quicker, `OutOfSpace` or `Unavailable` when the store is.
        """
        changed = [aggregate for aggregate in aggregates if aggregate.pending_events]
        events = await self._seal(aggregates)
        first = aggregates[0]
        answer = answer or first.id
        # Where nothing was to be decided: what the aggregate stands on, whoever wrote that.
        position = 0 if events else await self._engine.number_of(first.id, first.version)
        private = self._receipt(answer, first.version, events, position)
        if events or private:
            with span("save"):
                numbers = await self._writer.insert([*events, *private])
            position = numbers[len(events) - 1] if events else position
        for aggregate in changed:  # the others may have become old meanwhile
            self._remember(aggregate)
        return Accepted(id=answer, version=first.version, position=f"{self.service}={position}")

    def _receipt(self, answer: UUID, version: int, events: list[StoredEvent], number: int) -> list[StoredEvent]:
        awaited = expected.get()
        if awaited is None:
            return []
        last_id, last_version = (str(events[-1].originator_id), events[-1].originator_version) if events else (None, 0)
        receipt = awaited.issue(Answer(awaited.body, str(answer), version, last_id, last_version, number))
        return [self._mapper.seal(event, _origin(receipt)) for event in receipt.collect_events()]

    async def answered(self, answer: Answer) -> Accepted:
        """What `save` answered when the receipt was issued."""
        number = answer.number
        if answer.last_id is not None:
            number = await self._engine.number_of(UUID(answer.last_id), answer.last_version)
        return Accepted(id=UUID(answer.subject), version=answer.version_reached, position=f"{self.service}={number}")

    async def _seal(self, aggregates: Sequence[Aggregate]) -> list[StoredEvent]:
        pending = []
        for aggregate in aggregates:
            origin = _origin(aggregate)
            for event in aggregate.collect_events():
                own = self._mapper.shape(event).subject
                subject = str(getattr(event, own)) if own else origin.subject
                pending.append((event, Origin(subject, origin.scope, origin.meta)))
        subjects = {o.subject for e, o in pending if o.subject and self._mapper.shape(e).personal}
        await self._keyring.ensure(subjects, create=True)
        try:
            return [self._mapper.seal(event, origin) for event, origin in pending]
        except KeyDestroyed:
            raise Erased from None

    def _taken(self, id: UUID) -> Aggregate | None:
        """An idle aggregate, for one command alone. All are forgotten when another process has written."""
        if self._strangers != self._writer.strangers:
            self._strangers = self._writer.strangers
            self._idle.clear()
        return self._idle.pop(id, None)

    def _remember(self, aggregate: Aggregate) -> None:
        while len(self._idle) >= CACHED:
            self._idle.pop(next(iter(self._idle)))
        self._idle[aggregate.id] = aggregate

    async def notifications(self, after: int, limit: int) -> Sequence[Notification]:
        """Stored events in the order of their numbers, from `after` on (exclusive), at most `limit`.

        Whoever wrote them, and none is ever passed over: one that is committed later has a higher number.
        """
        rows = await self._engine.notifications(after, limit)
        if rows:
            self._read = max(self._read, rows[-1].id)
        return rows


def _origin(aggregate: Aggregate) -> Origin:
    """`SUBJECT` and `SCOPE` name the aggregate's attributes that hold the person's id and the dossier's id."""
    values = []
    for name in ("SUBJECT", "SCOPE"):
        attribute = getattr(aggregate, name, None)
        value = getattr(aggregate, attribute) if attribute else None
        values.append(None if value is None else str(value))
    return Origin(values[0], values[1], current.get().meta())
