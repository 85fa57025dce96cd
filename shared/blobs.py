"""The blob store: bytes of documents in a local folder, S3, GCS or Azure, by URL (obstore); never whole in memory."""

import asyncio
import hashlib
import os
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import unquote, urlsplit
from uuid import UUID

import obstore
from obstore.store import LocalStore, ObjectStore, from_url

from shared.settings import Settings

CHUNK = 1024 * 1024
_PART = 8 * CHUNK  # S3 refuses parts of less than 5 MiB
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
    """Blobs by name. A blob is whole or absent, is never changed, and what `put` returned is on disk."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._folder = Path(unquote(parts.path)) if parts.scheme in ("", "file") else None
        self._store: ObjectStore = (
            LocalStore(prefix=self._folder, mkdir=True, automatic_cleanup=False) if self._folder else from_url(url)
        )

    @classmethod
    def of(cls, settings: Settings) -> "Blobs":
        return cls(settings.blobs_url or (settings.data / "blobs").absolute().as_uri())

    async def put(self, key: str, stream: AsyncIterator[bytes]) -> Stored:
        """Write a stream. If it raises, or the task is cancelled, nothing is left and that exception comes out."""
        counted = _Counted(stream)
        chunk, parallel = (CHUNK, 1) if self._folder else (_PART, _AT_ONCE)
        await obstore.put_async(self._store, key, counted.chunks(), chunk_size=chunk, max_concurrency=parallel)
        if self._folder is not None:
            await asyncio.to_thread(_to_disk, self._folder, key)
        return Stored(key, counted.size, counted.digest.hexdigest())

    async def read(self, key: str, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """The bytes from `start` up to, not including, `end`. `Missing` is raised by the call, never on the way."""
        try:
            if end is None:
                found = await obstore.get_async(self._store, key, options={"range": {"offset": start}} if start else {})
            elif start == end:
                return _stream(None)
            else:
                found = await obstore.get_async(self._store, key, options={"range": (start, end)})
        except FileNotFoundError:
            raise Missing(key) from None
        return _stream(found)

    async def rename(self, key: str, to: str) -> None:
        """Give a blob another name; one that has that name already is replaced."""
        await obstore.rename_async(self._store, key, to)
        if self._folder is not None:
            await asyncio.to_thread(_to_disk, self._folder, to)

    async def delete(self, key: str) -> None:
        """Remove a blob, or what is left of an unfinished one; none is no error."""
        if self._folder is not None and _UNFINISHED.search(key):
            await asyncio.to_thread((self._folder / key).unlink, missing_ok=True)
            return
        try:
            await obstore.delete_async(self._store, key)
        except FileNotFoundError:
            return

    async def uploads(self, older_than: timedelta) -> AsyncIterator[str]:
        """Names of uploads written longer ago than this: those that no document speaks of are orphans (B1).

        Also what a process that died in the middle of a `put` left in a local folder; other stores drop that by a
        rule of theirs (S3: AbortIncompleteMultipartUpload).
        """
        before = datetime.now(UTC) - older_than
        for name in await asyncio.to_thread(self._unfinished, before.timestamp()):
            yield name
        async for batch in obstore.list(self._store, _UPLOADS):
            for found in batch:
                if found["last_modified"] < before:
                    yield found["path"]

    def _unfinished(self, before: float) -> list[str]:
        if self._folder is None:
            return []
        found = (path for path in (self._folder / _UPLOADS).rglob("*#*") if _UNFINISHED.search(path.name))
        return [str(path.relative_to(self._folder)) for path in found if path.stat().st_mtime < before]


class _Counted:
    """A stream in chunks of one size, measured and hashed on its way."""

    def __init__(self, stream: AsyncIterator[bytes]) -> None:
        self._stream = stream
        self.size = 0
        self.digest = hashlib.sha256()

    async def chunks(self) -> AsyncIterator[bytes]:
        waiting = bytearray()
        async for piece in self._stream:
            waiting += piece
            if len(waiting) >= CHUNK:
                yield await self._measured(waiting)
                waiting = bytearray()
        if waiting:
            yield await self._measured(waiting)

    async def _measured(self, chunk: bytearray) -> bytes:
        self.size += len(chunk)
        await asyncio.to_thread(self.digest.update, chunk)  # a MiB takes milliseconds: others are served meanwhile
        return bytes(chunk)


async def _stream(found: "obstore.GetResult | None") -> AsyncIterator[bytes]:
    if found is not None:
        async for chunk in found.stream(min_chunk_size=CHUNK):
            yield bytes(chunk)


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
