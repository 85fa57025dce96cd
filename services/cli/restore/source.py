"""A backup as it is read: complete, sound, and opened by whoever restores it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import click
import orjson
from click import ClickException

from services.cli.backup import folder
from services.cli.backup.age import Identity, decrypting
from services.cli.backup.folder import Manifest, Part
from services.cli.backup.secret import PROTECTED, passphrase_in, unsealed
from services.cli.stores import erasures
from services.cli.stores.places import DEPENDENTS_FIRST
from services.cli.stores.rows import Event, Key, Tally


@dataclass
class Source:
    """One folder of a backup."""

    path: Path
    manifest: Manifest
    identities: list[Identity] = field(default_factory=list)

    @classmethod
    def of(cls, path: Path, kind: str) -> "Source":
        """A complete folder of this kind, not yet opened."""
        if not path.is_dir():
            raise ClickException(f"There is no folder {path}.")
        return cls(path, folder.load(path, kind))

    def unlock(self, identities: Sequence[Identity], file: Path | None, what: str) -> None:
        """Have what opens it at hand: private keys, or the passphrase in a file, which is asked for if need be."""
        self.identities = list(identities)
        if "identity" in self.manifest.parts:
            passphrase = (
                passphrase_in(file) if file else click.prompt(f"Passphrase of {what}", hide_input=True, err=True)
            )
            self.identities.append(unsealed(self.path / PROTECTED, passphrase))
        if not self.identities:
            raise ClickException(f"Name a private key that opens {self.path} (--identity).")

    def check(self) -> Iterator[int]:
        """Read every part once; yields the bytes of each. `ClickException` for what is missing or damaged."""
        for part in self.manifest.parts.values():
            folder.check(self.path, part)
            yield part.size

    @contextmanager
    def opened(self, name: str) -> Iterator[BinaryIO]:
        """The content of a part."""
        with decrypting(self.path / self.part(name).file, self.identities) as content:
            yield content

    def part(self, name: str) -> Part:
        if name not in self.manifest.parts:
            raise ClickException(f"{self.path} is not complete: it has no {name}.")
        return self.manifest.parts[name]

    @contextmanager
    def events(self, service: str) -> Iterator[Iterator[Event]]:
        """The events of a service. What was read is compared with the manifest at the end."""
        with self.opened(service) as content:
            tally = Tally()
            yield tally.passing(map(Event.parse, content))
        self._same(service, tally)

    def keys(self) -> list[Key]:
        """The rows of the key database."""
        with self.opened("keys") as content:
            tally = Tally()
            keys = list(tally.passing(map(Key.parse, content)))
        self._same("keys", tally)
        return keys

    def _same(self, name: str, tally: Tally) -> None:
        part = self.part(name)
        if tally.sum != part.sum:
            raise ClickException(f"{self.path / part.file} does not hold what the manifest says.")

    def secrets(self) -> dict[str, Any]:
        """`master_key` (hexadecimal) and `secrets` (of `dossier run`); None where the backup did not know them."""
        with self.opened("secrets") as content:
            secrets: dict[str, Any] = orjson.loads(content.read())
        return secrets

    def ledger(self) -> erasures.Ledger:
        """The erasures that had happened when the backup was made."""
        return erasures.read(self.path / self.part("erasures").file)


def services_of(manifest: Manifest) -> list[str]:
    """The services whose stores a backup holds. `ClickException` for one that this version does not have."""
    names = [name for name in manifest.parts if name not in ("identity", "erasures", "blobs")]
    if strangers := set(names) - set(DEPENDENTS_FIRST):
        raise ClickException(
            f"The backup holds stores that this version of Dossier does not know: {', '.join(sorted(strangers))}. "
            f"Restore it with version {manifest.software} or a later one."
        )
    return names
