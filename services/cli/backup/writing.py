"""A folder of a backup, filled part by part."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import BinaryIO, Literal

from services.cli.backup import folder
from services.cli.backup.age import Sealed, encrypting
from services.cli.backup.secret import PROTECTED, Lock, sealed_by
from services.cli.stores.rows import Row, Tally


class Folder:
    """A draft. `manifest` grows with it."""

    def __init__(self, path: Path, kind: Literal["data", "keys"], id: str, lock: Lock) -> None:
        self.path = path
        self.manifest = folder.Manifest(kind=kind, id=id, software=version("dossier"), made_at=datetime.now(UTC))
        self._recipients = list(lock.recipients)
        if lock.passphrase is not None:
            recipient, identity = sealed_by(lock.passphrase)
            self._recipients.append(recipient)
            self.plain("identity", PROTECTED, identity)

    def plain(self, name: str, file: str, content: bytes) -> None:
        """A part that everybody may read."""
        sealed = Sealed(self.path / file)
        sealed.write(content)
        sealed.close()
        self._add(name, sealed)

    @contextmanager
    def sealed(self, name: str) -> Iterator[BinaryIO]:
        """An encrypted part, written in the block."""
        sealed = Sealed(self.path / f"{name}.age")
        with encrypting(sealed, self._recipients) as entrance:
            yield entrance
        self._add(name, sealed)

    def rows(self, name: str, rows: Iterable[Row]) -> int:
        """An encrypted part of rows; how many there were."""
        tally = Tally()
        with self.sealed(name) as entrance:
            for line in tally.lines(rows):
                entrance.write(line)
        part = self.manifest.parts[name]
        part.rows, part.last, part.content = tally.sum
        return part.rows

    def _add(self, name: str, sealed: Sealed) -> None:
        self.manifest.parts[name] = folder.Part(file=sealed.path.name, size=sealed.size, sha256=sealed.sha256)

    def finish(self, place: Path) -> None:
        """It is complete: it gets its name."""
        folder.finish(self.path, self.manifest, place)
