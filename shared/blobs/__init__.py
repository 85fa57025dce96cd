"""The blob store: bytes of documents in a local folder, S3, GCS or Azure, by URL (obstore); never whole in memory."""

import asyncio
import os
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit
from uuid import UUID

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, ObjectStore, from_url

from shared.blobs.remote import options, refusal
from shared.blobs.streams import CHUNK, Counted, poured
from shared.settings import Settings

__all__ = ["CHUNK", "Blobs", "Missing", "Stored", "upload_key"]

_PART = 5 * CHUNK  # S3 refuses smaller parts
_AT_ONCE = 2  # parts under way: bounds the memory of one upload
_UPLOADS = "uploads"
_UNFINISHED = re.compile(r"#[0-9]+$")  # how obstore names a file that it is still writing


class Missing(LookupError):
    """There is no blob of this name."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A blob as it was written: its name, its length in bytes, the SHA-256 of its bytes in hexadecimal."""

    key: str
    size: int
    sha256: str


def upload_key(id: UUID) -> str:
    """The name of an upload's blob. The id's last digits are random: they spread the blobs over 256 folders."""
    return f"{_UPLOADS}/{id.hex[-2:]}/{id}"


class Blobs:
    """Blobs by name. A blob is whole or absent, is never changed, and what `put` returned is on disk.

    Every method raises `OutOfSpace` or `Unavailable` when the store is full or does not do what it should.
    """

    def __init__(self, url: str, **remote: Any) -> None:
        parts = urlsplit(url)
        self._folder = Path(unquote(parts.path)) if parts.scheme in ("", "file") else None
        self._store: ObjectStore = (
            LocalStore(prefix=self._folder, mkdir=True, automatic_cleanup=False)
            if self._folder
            else from_url(url, **remote)
        )

    @classmethod
    def of(cls, settings: Settings) -> "Blobs":
        if settings.blobs_url:
            return cls(settings.blobs_url, **options(settings))
        return cls((settings.data / "blobs").absolute().as_uri())

    async def put(self, key: str, stream: AsyncIterator[bytes]) -> Stored:
        """Write a stream. If it raises, or the task is cancelled, nothing is left and that exception comes out."""
        counted = Counted(stream)
        writing = asyncio.ensure_future(self._write(key, counted))
        try:
            await asyncio.shield(writing)
        except asyncio.CancelledError:
            # The library takes back what it wrote when its source fails, but not when it is cancelled itself.
            counted.fail()
            [outcome] = await asyncio.gather(writing, return_exceptions=True)
            if outcome is None:
                await self.delete(key)
            raise
        except (BaseError, OSError) as error:
            if counted.error is not None:
                raise counted.error from None
            raise refusal(error) from error
        return Stored(key, counted.size, counted.digest.hexdigest())

    async def _write(self, key: str, counted: Counted) -> None:
        chunk, parallel = (CHUNK, 1) if self._folder else (_PART, _AT_ONCE)
        await obstore.put_async(self._store, key, counted.chunks(), chunk_size=chunk, max_concurrency=parallel)
        if self._folder is not None:
            await asyncio.to_thread(_to_disk, self._folder, key)

    async def read(self, key: str, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """The bytes from `start` up to, not including, `end`. `Missing` is raised by the call, never on the way."""
        try:
            if end is None:
                found = await obstore.get_async(self._store, key, options={"range": {"offset": start}} if start else {})
            elif start == end:
                return poured(None)
            else:
                found = await obstore.get_async(self._store, key, options={"range": (start, end)})
        except FileNotFoundError:
            raise Missing(key) from None
        except (BaseError, OSError) as error:
            raise refusal(error) from error
        return poured(found)

    async def size(self, key: str) -> int:
        """Its length in bytes. Raises `Missing`."""
        try:
            return int((await obstore.head_async(self._store, key))["size"])
        except FileNotFoundError:
            raise Missing(key) from None
        except (BaseError, OSError) as error:
            raise refusal(error) from error

    async def rename(self, key: str, to: str) -> None:
        """Give a blob another name; one that has that name already is replaced."""
        try:
            await obstore.rename_async(self._store, key, to)
            if self._folder is not None:
                await asyncio.to_thread(_to_disk, self._folder, to)
        except (BaseError, OSError) as error:
            raise refusal(error) from error

    async def delete(self, key: str) -> None:
        """Remove a blob, or what is left of an unfinished one; none is no error."""
        if self._folder is not None and _UNFINISHED.search(key):
            await asyncio.to_thread((self._folder / key).unlink, missing_ok=True)
            return
        try:
            await obstore.delete_async(self._store, key)
        except FileNotFoundError:
            return
        except (BaseError, OSError) as error:
            raise refusal(error) from error

    async def uploads(self, older_than: timedelta) -> AsyncIterator[str]:
        """Names of uploads written longer ago than this: those that no document speaks of are orphans (B1).

        Also what a process that died in the middle of a `put` left in a local folder. Other stores drop by a rule of
        theirs (S3: AbortIncompleteMultipartUpload) what could not be taken back because they were away just then.
        """
        before = datetime.now(UTC) - older_than
        for name in await asyncio.to_thread(self._unfinished, before.timestamp()):
            yield name
        try:
            async for batch in obstore.list(self._store, _UPLOADS):
                for found in batch:
                    if found["last_modified"] < before:
                        yield found["path"]
        except (BaseError, OSError) as error:
            raise refusal(error) from error

    def _unfinished(self, before: float) -> list[str]:
        if self._folder is None:
            return []
        found = (path for path in (self._folder / _UPLOADS).rglob("*#*") if _UNFINISHED.search(path.name))
        return [str(path.relative_to(self._folder)) for path in found if path.stat().st_mtime < before]


def _to_disk(folder: Path, key: str) -> None:
    """The file and the names that lead to it survive a power cut: obstore leaves that to the operating system."""
    path = folder / key
    for synced in (path, *path.parents):
        handle = os.open(synced, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
        if synced == folder:
            return
