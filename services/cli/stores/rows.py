"""Rows in the one form that backups hold and that copies are compared by: a JSON array to a line, in order."""

import hashlib
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator
from typing import NamedTuple, TypeVar
from uuid import UUID

import orjson
from click import ClickException


class Event(NamedTuple):
    """A stored event, personal fields still sealed. `number` is its notification id."""

    number: int
    aggregate: UUID
    version: int
    topic: str
    state: bytes

    def line(self) -> bytes:
        """`ClickException` for a state that no service wrote."""
        try:
            return orjson.dumps([self.number, self.aggregate, self.version, self.topic, self.state.decode()]) + b"\n"
        except UnicodeDecodeError as error:
            raise ClickException(
                f"Event {self.number} ({self.topic}) is damaged; see `dossier verify-stores`."
            ) from error

    @classmethod
    def parse(cls, line: bytes) -> "Event":
        number, aggregate, version, topic, state = orjson.loads(line)
        return cls(number, UUID(aggregate), version, topic, state.encode())


class Key(NamedTuple):
    """A row of the key database: wrapped by the master key, or destroyed at a moment (ISO 8601)."""

    subject: str
    wrapped: bytes | None
    destroyed_at: str | None

    def line(self) -> bytes:
        wrapped = None if self.wrapped is None else b64encode(self.wrapped).decode()
        return orjson.dumps([self.subject, wrapped, self.destroyed_at]) + b"\n"

    @classmethod
    def parse(cls, line: bytes) -> "Key":
        subject, wrapped, destroyed_at = orjson.loads(line)
        return cls(subject, None if wrapped is None else b64decode(wrapped), destroyed_at)


Row = TypeVar("Row", Event, Key)


class Sum(NamedTuple):
    """What tells one table from another: its rows, its last number (of events), the SHA-256 over its lines."""

    rows: int = 0
    last: int = 0
    sha256: str = hashlib.sha256().hexdigest()


class Tally:
    """Sums rows up as they pass."""

    def __init__(self) -> None:
        self._rows = self._last = 0
        self._digest = hashlib.sha256()

    @property
    def sum(self) -> Sum:
        return Sum(self._rows, self._last, self._digest.hexdigest())

    def lines(self, rows: Iterable[Row]) -> Iterator[bytes]:
        """The lines of rows as they pass."""
        for row in rows:
            line = row.line()
            self._count(row, line)
            yield line

    def passing(self, rows: Iterable[Row]) -> Iterator[Row]:
        """The rows themselves as they pass."""
        for row in rows:
            self._count(row, row.line())
            yield row

    def _count(self, row: Event | Key, line: bytes) -> None:
        self._rows += 1
        self._last = row.number if isinstance(row, Event) else 0
        self._digest.update(line)


def sum_of(rows: Iterable[Row]) -> Sum:
    """The sum of all of them."""
    tally = Tally()
    for _ in tally.lines(rows):
        pass
    return tally.sum
