"""`dossier backup`: everything that cannot be computed again, encrypted, while the firm runs.

Each store is copied as it stood at one moment, and the moments lie milliseconds apart, in an order in which every copy
holds the cause of all that the copies before it hold: what an event names, whose key seals it, the bytes that it speaks
of. Keys lie in a folder of their own, because destroying a key erases a person only when its copies are gone as well.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import orjson
from click import ClickException

from services.cli.backup import blobs as tar
from services.cli.backup.folder import draft
from services.cli.backup.secret import Lock
from services.cli.backup.writing import Folder
from services.cli.layout import Layout
from services.cli.stores import erasures
from services.cli.stores.examine import Blob, Ring, mentioned
from services.cli.stores.places import DEPENDENTS_FIRST, Places
from services.cli.stores.rows import Event, Key
from shared.blobs import Blobs
from shared.settings import Settings

Report = Callable[[str, int, int], None]
"""Called with what is being copied, how much of it is done, and how much there is (0: unknown)."""


@dataclass(frozen=True)
class Done:
    """What a backup holds."""

    id: str
    events: dict[str, int]
    keys: int
    blobs: int
    missing: list[str]
    master_key: bool


class Backup:
    """One backup in the making."""

    def __init__(self, settings: Settings, report: Report) -> None:
        self._settings, self._report = settings, report
        self._layout = Layout(settings.data.resolve())
        self._places = Places(settings)
        self._blobs: dict[str, Blob] = {}
        self._id = str(uuid4())

    def write(self, place: Path, lock: Lock, keys_place: Path, keys_lock: Lock, *, allow_missing: bool) -> Done:
        """Make both folders. `ClickException` or OSError if that fails: then there is no backup."""
        with draft(place) as data_path, draft(keys_place) as keys_path:
            data = Folder(data_path, "data", self._id, lock)
            secret = Folder(keys_path, "keys", self._id, keys_lock)
            keys, events = self._stores(data)
            self._keys(secret, keys)
            self._bytes(data, {key.subject for key in keys if key.wrapped is None}, allow_missing=allow_missing)
            secret.finish(keys_place)
            data.finish(place)
        missing = data.manifest.missing
        opens = self._places.master_key is not None
        return Done(self._id, events, len(keys), len(self._blobs), missing, opens)

    def _stores(self, folder: Folder) -> tuple[list[Key], dict[str, int]]:
        """The keys, and how many events each store holds. All moments are fixed before anything is copied."""
        with ExitStack() as stack:
            stores = {name: stack.enter_context(self._places.events(name).reading()) for name in DEPENDENTS_FIRST}
            keys = list(stack.enter_context(self._places.keys.reading()))
            folder.plain("erasures", "erasures.log", erasures.written(erasures.ledger_of(keys)).encode())
            events = {name: folder.rows(name, self._watched(name, rows)) for name, rows in stores.items()}
        if not any(events.values()):
            raise self._places.nowhere
        return keys, events

    def _keys(self, folder: Folder, keys: list[Key]) -> None:
        master = self._places.master_key
        if master is not None and not Ring(keys, master).fits():
            raise ClickException(
                "The master key is not the one that these keys were wrapped with (DOSSIER_MASTER_KEY)."
            )
        folder.rows("keys", keys)
        kept = self._layout.secrets
        secrets = {
            "master_key": master.hex() if master else None,
            "secrets": orjson.loads(kept.read_bytes()) if kept.exists() else None,
        }
        with folder.sealed("secrets") as entrance:
            entrance.write(orjson.dumps(secrets))

    def _watched(self, service: str, events: Iterator[Event]) -> Iterator[Event]:
        """The events as they pass: each blob that one names is to be copied."""
        for place, event in enumerate(events, 1):
            try:
                blob = mentioned(event)
            except (ValueError, KeyError) as error:
                raise ClickException(f"Event {event.number} of {service} is damaged.") from error
            if blob is not None:
                self._blobs[blob.name] = blob
            if place % 1_000 == 0:
                self._report(service, place, 0)
            yield event
        self._report(service, 1, 1)

    def _bytes(self, folder: Folder, destroyed: set[str], *, allow_missing: bool) -> None:
        total = sum(blob.size for blob in self._blobs.values())
        done = 0

        def advance(size: int) -> None:
            nonlocal done
            done += size
            self._report("documents", done, total)

        with folder.sealed("blobs") as entrance:
            lost = tar.packed(Blobs.of(self._settings), self._blobs.values(), entrance, advance)
        folder.manifest.missing = lost
        unexpected = [name for name in lost if self._blobs[name].subject not in destroyed]
        if unexpected and not allow_missing:
            raise ClickException(
                f"{len(unexpected)} documents have lost their bytes, {unexpected[0]} among them; "
                "`dossier verify-stores --bytes` names all. --allow-missing backs up the rest."
            )
