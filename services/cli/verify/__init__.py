"""`dossier verify-stores`: read-only, whatever the engine. It repairs nothing."""

import asyncio
import hashlib
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from sqlite3 import DatabaseError

from services.cli.stores.examine import Blob, Examiner, Ring, Unfit, known_shapes
from services.cli.stores.looping import own_loop
from services.cli.stores.places import DEPENDENTS_FIRST, Places
from services.cli.stores.rows import Event
from services.cli.stores.sqlite import SqliteEvents
from services.cli.verify.marks import marks
from shared.blobs import Blobs, Missing
from shared.settings import Settings

Report = Callable[[str, int, int], None]


@dataclass
class Found:
    """What one store holds. `problem` names the first position at which something is wrong, and what."""

    events: int = 0
    last: int = 0
    aggregates: int = 0
    sealed: int = 0
    erased: int = 0
    problem: str | None = None


@dataclass
class Findings:
    """What all stores hold.

    `opened`: the master key was there to open personal parts with. `published`: a broker was there to be asked how far
    each store has been published.
    """

    stores: dict[str, Found] = field(default_factory=dict)
    keys: int = 0
    destroyed: int = 0
    opened: bool = False
    published: bool = False
    blobs: int = 0
    blob_problems: list[str] = field(default_factory=list)
    key_problem: str | None = None

    @property
    def sound(self) -> bool:
        return not (self.key_problem or self.blob_problems or any(store.problem for store in self.stores.values()))

    def plain(self) -> dict[str, object]:
        """For programs."""
        return {"sound": self.sound, **asdict(self)}


class Verification:
    """One look at everything."""

    def __init__(self, settings: Settings, report: Report) -> None:
        self._settings, self._report = settings, report
        self._places = Places(settings)
        self._findings = Findings()
        self._blobs: dict[str, Blob] = {}

    def run(self, *, content: bool) -> Findings:
        """Look at all stores; with `content` read every blob as well and compare its SHA-256."""
        findings = self._findings
        published = asyncio.run(marks())  # before the stores are looked at, which may go on growing
        self._marks = published or {}
        findings.published = published is not None
        with ExitStack() as stack:
            damaged = {name for name in DEPENDENTS_FIRST if not self._sound(name)}
            stores = {
                name: stack.enter_context(self._places.events(name).reading())
                for name in DEPENDENTS_FIRST
                if name not in damaged
            }
            self._ring = Ring(stack.enter_context(self._places.keys.reading()), self._places.master_key)
            findings.keys, findings.destroyed = self._ring.counts
            findings.opened = self._ring.opens
            if not self._ring.fits():
                findings.key_problem = "the master key is not the one that wrapped the keys"
            findings.stores = {name: Found(problem="SQLite finds the file damaged") for name in damaged}
            for name, events in stores.items():
                findings.stores[name] = self._store(name, events)
        if not any(store.last or store.problem for store in findings.stores.values()):
            raise self._places.nowhere
        with own_loop() as runner:
            runner.run(self._documents(content=content))
        return findings

    def _sound(self, name: str) -> bool:
        table = self._places.events(name)
        return not isinstance(table, SqliteEvents) or table.sound()

    def _store(self, name: str, events: Iterable[Event]) -> Found:
        examiner, found = Examiner(known_shapes(name, self._settings), self._ring), Found()
        try:
            for event in events:
                found.events, found.last = found.events + 1, event.number
                examiner.look(event)
                self._marked(name, event)
                if found.events % 1_000 == 0:
                    self._report(name, found.events, 0)
            self._behind(name, found.last)
        except Unfit as unfit:
            found.problem = f"event {found.last}: {unfit}"
        except (DatabaseError, ValueError) as error:
            found.problem = f"after event {found.last}: {error}"
        self._blobs |= {blob.name: blob for blob in examiner.blobs}
        found.aggregates, found.sealed, found.erased = examiner.aggregates, examiner.sealed, examiner.erased
        return found

    def _marked(self, service: str, event: Event) -> None:
        mark = self._marks.get(service)
        if mark and mark.number == event.number and mark.event != f"{event.aggregate}/{event.version}":
            raise Unfit(f"the broker's stream has another event under this number ({mark.event})")

    def _behind(self, service: str, last: int) -> None:
        mark = self._marks.get(service)
        if mark and mark.number > last:
            raise Unfit(f"the broker's stream goes on to event {mark.number}, the store does not")

    async def _documents(self, *, content: bool) -> None:
        if not self._blobs:
            return
        store = Blobs.of(self._settings)  # makes its folder
        self._findings.blobs = len(self._blobs)
        for place, blob in enumerate(self._blobs.values(), 1):
            problem = await _problem(store, blob, content=content)
            if problem and not (blob.subject and self._ring.destroyed(blob.subject)):
                self._findings.blob_problems.append(f"{blob.name}: {problem}")
            self._report("documents", place, len(self._blobs))


async def _problem(store: Blobs, blob: Blob, *, content: bool) -> str | None:
    try:
        size = await store.size(blob.name)
        if size != blob.size:
            return f"{size} bytes, its event says {blob.size}"
        if content:
            digest = hashlib.sha256()
            async for piece in await store.read(blob.name):
                digest.update(piece)
            if digest.hexdigest() != blob.sha256:
                return "its bytes are not those that were published"
    except Missing:
        return "it is missing"
    return None
