"""`dossier restore`: a firm from its backup, into a place where there is none.

Everything is read, checked and put together out of sight first (`Staging`); whatever interrupts it, the same command
goes on. The broker's store and the read models are made again from the events when the firm starts. People who were
erased after the backup was made stay erased, if a ledger of erasures names them: their keys never reach the disk.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import orjson
from click import ClickException

from services.cli.backup import blobs as tar
from services.cli.layout import Layout
from services.cli.restore.leftovers import refuse_leftovers
from services.cli.restore.source import Source, services_of
from services.cli.restore.staging import Staging
from services.cli.stores import erasures
from services.cli.stores.examine import Blob, Examiner, Ring, Unfit, known_shapes
from services.cli.stores.moving import holds, put
from services.cli.stores.places import Places, master_key_of
from services.cli.stores.rows import Event, sum_of
from shared.blobs import Blobs
from shared.process import write_atomically
from shared.settings import Settings

Report = Callable[[str, int, int], None]
"""Called with what is being done, how much of it is, and how much there is."""


@dataclass(frozen=True)
class Done:
    """What was restored. `erased`: people whom a ledger named and whom the backup still knew."""

    id: str
    made_at: str
    events: dict[str, int]
    erased: int
    blobs: int
    missing: list[str]


class Restore:
    """One backup on its way back."""

    def __init__(self, data: Source, keys: Source, settings: Settings, report: Report) -> None:
        self._data, self._secret, self._report = data, keys, report
        self._layout = Layout(settings.data.resolve())
        self._staging = Staging(self._layout)
        self._settings = settings.model_copy(update={"data": self._staging.path})
        self._places = Places(self._settings)
        self._services = services_of(data.manifest)
        self._blobs: dict[str, Blob] = {}

    def write(self, ledgers: Sequence[Path]) -> Done:
        """Bring the firm back. `ClickException` says why not: nothing has changed then."""
        self._staging.refuse_unless_empty()
        self._check()
        self._keys = self._secret.keys()
        self._secrets = self._secret.secrets()
        before = sum(key.wrapped is not None for key in self._keys)
        self._keys = sorted(erasures.applied(self._keys, self._ledger(ledgers)))
        self._ring = Ring(self._keys, self._master())
        if not self._ring.fits():
            raise ClickException("The master key is not the one that the backup's keys were wrapped with.")
        refuse_leftovers(self._settings)
        self._layout.make()
        with self._layout.locked():
            if self._staging.complete != self._data.manifest.id:
                self._assemble()
            self._staging.settle()
        events = {name: self._data.part(name).rows for name in self._services}
        erased = before - sum(key.wrapped is not None for key in self._keys)
        manifest = self._data.manifest
        return Done(manifest.id, manifest.made_at.isoformat(), events, erased, len(self._blobs), manifest.missing)

    def _check(self) -> None:
        parts = [part for source in (self._data, self._secret) for part in source.manifest.parts.values()]
        total, done = sum(part.size for part in parts), 0
        for source in (self._data, self._secret):
            for size in source.check():
                done += size
                self._report("checking", done, total)

    def _ledger(self, paths: Sequence[Path]) -> erasures.Ledger:
        ledger = self._data.ledger()
        for path in paths:
            ledger |= erasures.read(path / "erasures.log" if path.is_dir() else path)
        return ledger

    def _master(self) -> bytes:
        given = self._settings.master_key
        text = given.get_secret_value() if given else self._secrets["master_key"]
        if text is None:
            raise ClickException("The backup does not hold the master key: set DOSSIER_MASTER_KEY.")
        return master_key_of(text)

    def _assemble(self) -> None:
        if self._staging.complete:
            raise ClickException(
                f"{self._staging.path} holds another backup, half restored: restore that, or remove it."
            )
        with self._staging.begun():
            keys = sum_of(self._keys)
            holds(self._places.keys, keys)  # an engine that is in use is found before anything is written
            for name in self._services:
                holds(self._places.events(name), self._data.part(name).sum)
            put(self._places.keys, iter(self._keys), keys)
            for name in self._services:
                self._events(name)
            self._documents()
            self._write("demo.done", "")  # a firm that has a life is not filled with another
            if self._secrets["secrets"]:
                self._write("secrets.json", orjson.dumps(self._secrets["secrets"]).decode())
            self._staging.seal(self._data.manifest.id)

    def _write(self, name: str, text: str) -> None:
        write_atomically(self._staging.path / name, text, mode=0o600)

    def _events(self, service: str) -> None:
        with self._data.events(service) as events:
            put(self._places.events(service), self._examined(service, events), self._data.part(service).sum)
        self._report(service, 1, 1)

    def _examined(self, service: str, events: Iterator[Event]) -> Iterator[Event]:
        """The events as they pass, each looked at: none gets in that a service could not read."""
        examiner = Examiner(known_shapes(service, self._settings), self._ring)
        for event in events:
            try:
                examiner.look(event)
            except Unfit as unfit:
                raise ClickException(f"Event {event.number} of {service} in the backup: {unfit}.") from unfit
            if event.number % 1_000 == 0:
                self._report(service, event.number, self._data.part(service).last)
            yield event
        self._blobs |= {blob.name: blob for blob in examiner.blobs}

    def _documents(self) -> None:
        """The bytes of documents; not those of people who were erased."""
        missing = set(self._data.manifest.missing)
        gone = {blob.name for blob in self._blobs.values() if blob.subject and self._ring.destroyed(blob.subject)}
        wanted = {name: blob for name, blob in self._blobs.items() if name not in missing | gone}
        total, done = sum(blob.size for blob in wanted.values()), 0

        def advance(size: int) -> None:
            nonlocal done
            done += size
            self._report("documents", done, total)

        with self._data.opened("blobs") as content:
            tar.unpacked(Blobs.of(self._settings), wanted, content, advance)
