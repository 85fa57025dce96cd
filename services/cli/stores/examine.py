"""Whether stored events are what a service can live on: numbered, gapless, known, openable."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any
from uuid import UUID

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from services.cli.stores.rows import Event, Key
from shared.receipts import Receipt
from shared.sealing import Shape, opened, shapes_of
from shared.settings import Settings


@dataclass(frozen=True, slots=True)
class Blob:
    """The bytes of a document, as an event speaks of them. `subject`: whose key seals what is said about it."""

    name: str
    size: int
    sha256: str
    subject: str | None


def mentioned(event: Event) -> Blob | None:
    """The blob that an event names. Raises `ValueError` or `KeyError` for a state that no service wrote."""
    if b'"blob"' not in event.state:  # almost none
        return None
    state = orjson.loads(event.state)
    data = state["data"]
    if "blob" not in data:
        return None
    return Blob(data["blob"], data["size"], data["sha256"], state["sealed"]["subject"] if "sealed" in state else None)


class Ring:
    """A `Keyring` over rows of a key database; every key is at hand."""

    def __init__(self, keys: Iterable[Key], master: bytes | None) -> None:
        self._rows = {key.subject: key.wrapped for key in keys}
        self._master = AESGCM(master) if master else None

    @property
    def opens(self) -> bool:
        """Whether there is a master key to open anything with."""
        return self._master is not None

    @property
    def counts(self) -> tuple[int, int]:
        """How many subjects have or had a key, and how many of these were destroyed."""
        return len(self._rows), sum(wrapped is None for wrapped in self._rows.values())

    def __contains__(self, subject: str) -> bool:
        return subject in self._rows

    def destroyed(self, subject: str) -> bool:
        return subject in self._rows and self._rows[subject] is None

    async def ensure(self, subjects: Any, *, create: bool) -> None:
        """Nothing to fetch."""

    def cipher(self, subject: str) -> AESGCM | None:
        """As `Keyring.cipher`. Raises `InvalidTag` if the master key is another than the one that wrapped it."""
        wrapped = self._rows[subject]
        if wrapped is None or self._master is None:
            return None
        return AESGCM(self._master.decrypt(wrapped[:12], wrapped[12:], subject.encode()))

    def fits(self) -> bool:
        """Whether the master key is the one that wrapped these keys, or nothing is known against it."""
        if not self.opens:
            return True
        subject = next((subject for subject, wrapped in self._rows.items() if wrapped is not None), None)
        try:
            return subject is None or self.cipher(subject) is not None
        except InvalidTag:
            return False


def known_shapes(service: str, settings: Settings) -> dict[str, Shape]:
    """What this version of the software knows how to read of a service's events, by topic."""
    aggregates = import_module(f"services.{service}.app").build(settings).aggregates
    return {topic: shape for kind in (*aggregates, Receipt) for topic, shape in shapes_of(kind).items()}


class Unfit(Exception):
    """What is wrong with an event."""


@dataclass
class Examiner:
    """Looks at the events of one service, one after the other."""

    shapes: dict[str, Shape]
    ring: Ring
    blobs: list[Blob] = field(default_factory=list)
    sealed: int = 0
    erased: int = 0
    _last: int = 0
    _versions: dict[UUID, int] = field(default_factory=dict)

    @property
    def aggregates(self) -> int:
        return len(self._versions)

    def look(self, event: Event) -> None:
        """Raises `Unfit`."""
        if event.number <= self._last:
            raise Unfit(f"its number follows {self._last}")
        self._last = event.number
        expected = self._versions.get(event.aggregate, 0) + 1
        if event.version != expected:
            raise Unfit(f"version {event.version} of {event.aggregate} stands where {expected} is due")
        self._versions[event.aggregate] = event.version
        shape = self.shapes.get(event.topic)
        if shape is None:
            raise Unfit(f"no event of this version of Dossier is named {event.topic}")
        self._content(event, shape)

    def _content(self, event: Event, shape: Shape) -> None:
        try:
            state = orjson.loads(event.state)
            version, sealed, blob = state.get("v", 1), state.get("sealed"), mentioned(event)
        except (ValueError, KeyError, AttributeError) as error:
            raise Unfit("its content cannot be read") from error
        if version > getattr(shape.event, "class_version", 1):
            raise Unfit(f"{event.topic} was written by a newer version of Dossier")
        if blob is not None:
            self.blobs.append(blob)
        if sealed is not None:
            self._seal(event, state, sealed["subject"])

    def _seal(self, event: Event, state: dict[str, Any], subject: str) -> None:
        self.sealed += 1
        if subject not in self.ring:
            raise Unfit(f"the key of {subject} is missing")
        if self.ring.destroyed(subject):
            self.erased += 1
        elif self.ring.opens:
            bound = f"{event.aggregate}|{event.version}|{event.topic}".encode()
            try:
                opened(state, bound, self.ring)
            except (InvalidTag, ValueError) as error:
                raise Unfit(f"its personal part does not open with the key of {subject}") from error
