"""`dossier migrate`: a firm that began with files moves to the engines that its settings name, without losing its past.

Every event keeps its number, every key stays wrapped as it is. A store is written by one transaction, read again and
compared; one that holds the very same already is left alone, so that the command can be repeated after whatever
interrupted it. Read models and the broker's store are not moved: they are made from the events.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from click import ClickException

from services.cli.layout import Layout
from services.cli.migrate.documents import copied
from services.cli.moved import ENGINES, remember
from services.cli.stores.examine import Blob, mentioned
from services.cli.stores.looping import own_loop
from services.cli.stores.moving import holds, put
from services.cli.stores.places import DEPENDENTS_FIRST, Places, Table
from services.cli.stores.rows import Event, Row, Sum, sum_of
from shared.blobs import Blobs
from shared.process import alive, read_pid
from shared.settings import Settings

Report = Callable[[str, int, int], None]


@dataclass
class Done:
    """What lies in the engines now. `missing`: documents whose bytes were lost before."""

    events: dict[str, int] = field(default_factory=dict)
    keys: int = 0
    blobs: int = 0
    missing: list[str] = field(default_factory=list)


def destination(file: Path | None) -> Settings:
    """Settings that name engines, for the firm in our own data folder. `ClickException` if they name none."""
    settings = Settings(_env_file=file)
    if not any(getattr(settings, engine) for engine in ENGINES):
        names = ", ".join(f"DOSSIER_{engine.upper()}" for engine in ENGINES)
        raise ClickException(f"No engine is named: set one of {names}, or name a file of settings with --to.")
    return settings.model_copy(update={"data": Settings().data.resolve()})


class Migration:
    """One move."""

    def __init__(self, settings: Settings, report: Report) -> None:
        self._settings, self._report = settings, report
        self._old = settings.model_copy(update=dict.fromkeys(ENGINES))
        self._layout = Layout(settings.data)
        self._done = Done()
        self._blobs: dict[str, Blob] = {}

    def run(self) -> Done:
        """Copy and compare. `ClickException` says what is in the way."""
        if not (self._layout.data / "firm" / "events.db").exists():
            raise ClickException(f"There is no firm in {self._layout.data}.")
        self._layout.make()
        with self._layout.locked():
            self._refuse_while_running()
            self._look()
            self._move()
            remember(self._layout, self._settings)
        return self._done

    def _refuse_while_running(self) -> None:
        """Processes can outlive a `dossier run` that was killed."""
        for file in self._layout.run.glob("*.pid"):
            pid = read_pid(file)
            if file.name != "run.pid" and pid is not None and alive(pid):
                raise ClickException(f"{file.stem} still runs (process {pid}): stop the firm first.")

    def _look(self) -> None:
        """What there is, and whether the engines are free; nothing is written before that is known."""
        old, new = Places(self._old), Places(self._settings)
        self._sums = {name: self._summed(name, old.events(name), new.events(name)) for name in DEPENDENTS_FIRST}
        with old.keys.reading() as keys:
            self._keys = sum_of(keys)
        if self._settings.keys_url is not None:
            holds(new.keys, self._keys)

    def _summed(self, name: str, old: Table[Event], new: Table[Event]) -> Sum:
        with old.reading() as events:
            found = sum_of(self._watched(events))
        if self._settings.events_url is not None:
            holds(new, found)
        self._report(f"reading {name}", 1, 1)
        return found

    def _watched(self, events: Iterator[Event]) -> Iterator[Event]:
        for event in events:
            blob = mentioned(event)
            if blob is not None:
                self._blobs[blob.name] = blob
            yield event

    def _move(self) -> None:
        old, new = Places(self._old), Places(self._settings)
        if self._settings.keys_url is not None:
            self._table(old.keys, new.keys, self._keys)
            self._done.keys = self._keys.rows
        if self._settings.events_url is not None:
            for name, expected in self._sums.items():
                self._table(old.events(name), new.events(name), expected)
                self._done.events[name] = expected.rows
                self._report(f"writing {name}", 1, 1)
        if self._settings.blobs_url is not None:
            with own_loop() as runner:
                runner.run(self._documents())

    def _table(self, old: Table[Row], new: Table[Row], expected: Sum) -> None:
        with old.reading() as rows:
            put(new, rows, expected)

    async def _documents(self) -> None:
        old, new = Blobs.of(self._old), Blobs.of(self._settings)
        for place, blob in enumerate(self._blobs.values(), 1):
            if not await copied(blob, old, new):
                self._done.missing.append(blob.name)
            self._report("documents", place, len(self._blobs))
        self._done.blobs = len(self._blobs) - len(self._done.missing)
