"""A folder of a backup: its parts, and the manifest that says what they are. It is complete or it is not there."""

import fcntl
import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Literal

import orjson
from click import ClickException
from pydantic import BaseModel, ConfigDict, ValidationError

from services.cli.stores.rows import Sum

FORMAT = 1
"""Counts up when an older Dossier could no longer read what this one writes."""
MANIFEST = "manifest.json"


class Part(BaseModel):
    """A file. `content`: the SHA-256 of what is in it; `rows` and `last` (a number of an event) where it is a store."""

    model_config = ConfigDict(extra="forbid")

    file: str
    size: int
    sha256: str
    rows: int = 0
    last: int = 0
    content: str = ""

    @property
    def sum(self) -> Sum:
        return Sum(self.rows, self.last, self.content)


class Manifest(BaseModel):
    """What a folder of a backup holds. `missing`: blobs that were already lost when it was made."""

    model_config = ConfigDict(extra="forbid")

    format: int = FORMAT
    kind: Literal["data", "keys"]
    id: str
    software: str
    made_at: datetime
    parts: dict[str, Part] = {}
    missing: list[str] = []
    checksum: str = ""

    def sum(self) -> str:
        """The SHA-256 over all the rest."""
        rest = self.model_dump(mode="json", exclude={"checksum"})
        return hashlib.sha256(orjson.dumps(rest, option=orjson.OPT_SORT_KEYS)).hexdigest()


@contextmanager
def draft(folder: Path) -> Iterator[Path]:
    """A folder to be filled beside its later place, `<folder>.part`; gone if the block raises."""
    if folder.exists():
        raise ClickException(f"{folder} exists already; a backup is never written over another.")
    if not folder.parent.is_dir():
        raise ClickException(f"There is no folder {folder.parent}.")
    path = folder.with_name(f"{folder.name}.part")
    path.mkdir(mode=0o700, exist_ok=True)
    handle = os.open(path, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ClickException(f"Another backup is being written to {folder}.") from None
        for left in path.iterdir():  # of one that was cut off
            left.unlink()
        try:
            yield path
        except BaseException:
            shutil.rmtree(path, ignore_errors=True)
            raise
    finally:
        os.close(handle)


def finish(path: Path, manifest: Manifest, folder: Path) -> None:
    """Write the manifest and give the draft its name: from here on it is a backup."""
    manifest.checksum = manifest.sum()
    with (path / MANIFEST).open("xb") as file:
        file.write(orjson.dumps(manifest.model_dump(mode="json"), option=orjson.OPT_INDENT_2) + b"\n")
        file.flush()
        os.fsync(file.fileno())
    on_disk(path)
    path.rename(folder)
    on_disk(folder.parent)


def load(folder: Path, kind: str) -> Manifest:
    """The manifest of a complete folder; `ClickException` says what it is not."""
    path = folder / MANIFEST
    if not path.is_file():
        raise ClickException(f"{folder} is no backup, or one that was not finished: it has no {MANIFEST}.")
    try:
        raw = orjson.loads(path.read_bytes())
        _known(folder, raw)
        manifest = Manifest.model_validate(raw)
    except (ValueError, TypeError, KeyError, ValidationError) as error:
        raise ClickException(f"{path} is damaged.") from error
    if manifest.checksum != manifest.sum():
        raise ClickException(f"{path} is damaged: its checksum is another.")
    if manifest.kind != kind:
        raise ClickException(f"{folder} holds the {manifest.kind} of a backup, not its {kind}.")
    return manifest


def _known(folder: Path, raw: dict[str, object]) -> None:
    if raw["format"] != FORMAT:
        raise ClickException(
            f"{folder} was made by Dossier {raw['software']} in format {raw['format']}; "
            f"this version reads format {FORMAT}. Restore it with the version that made it."
        )


def check(folder: Path, part: Part) -> None:
    """Read a part once; `ClickException` if it is not, to the byte, what was written."""
    path = folder / part.file
    if not path.is_file():
        raise ClickException(f"{path} is missing: the backup is not complete.")
    if path.stat().st_size != part.size:
        raise ClickException(f"{path} has {path.stat().st_size} bytes of {part.size}: it is damaged.")
    with path.open("rb") as file:
        if hashlib.file_digest(file, "sha256").hexdigest() != part.sha256:
            raise ClickException(f"{path} is damaged: its checksum is another.")


def on_disk(folder: Path) -> None:
    """The names in a folder survive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
