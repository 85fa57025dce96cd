"""Bytes of documents into one tar stream and out of it again, each checked on its way."""

import asyncio
import hashlib
import io
import tarfile
from collections.abc import AsyncIterator, Callable, Iterable
from typing import IO, BinaryIO

from click import ClickException

from services.cli.stores.examine import Blob
from services.cli.stores.looping import own_loop
from shared.blobs import CHUNK, Blobs, Missing

Advance = Callable[[int], None]
"""Called with how many bytes more are done."""


class _Pulled(io.RawIOBase):
    """An asynchronous stream as a file, hashed on its way."""

    def __init__(self, runner: asyncio.Runner, stream: AsyncIterator[bytes]) -> None:
        self._runner, self._stream = runner, stream
        self._rest = b""
        self.digest = hashlib.sha256()

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        """At most `size` bytes, fewer only at the end."""
        pieces = [self._rest]
        missing = size - len(self._rest)
        while missing > 0 and (piece := self._runner.run(self._next())):
            pieces.append(piece)
            missing -= len(piece)
        whole = b"".join(pieces)
        self._rest = whole[size:]
        self.digest.update(whole[:size])
        return whole[:size]

    async def _next(self) -> bytes:
        return await anext(self._stream, b"")


def packed(store: Blobs, wanted: Iterable[Blob], into: BinaryIO, advance: Advance) -> list[str]:
    """Write blobs into a tar; the names of those that are lost or damaged, which a reader of the tar passes over."""
    lost = []
    with own_loop() as runner, tarfile.open(fileobj=into, mode="w|", bufsize=CHUNK) as tar:
        for blob in wanted:
            if not _pack(store, blob, tar, runner):
                lost.append(blob.name)
            advance(blob.size)
    return lost


def _pack(store: Blobs, blob: Blob, tar: tarfile.TarFile, runner: asyncio.Runner) -> bool:
    try:
        if runner.run(store.size(blob.name)) != blob.size:
            return False
        pulled = _Pulled(runner, runner.run(store.read(blob.name)))
    except Missing:
        return False
    info = tarfile.TarInfo(blob.name)
    info.size = blob.size
    tar.addfile(info, pulled)
    return pulled.digest.hexdigest() == blob.sha256


def unpacked(store: Blobs, expected: dict[str, Blob], source: BinaryIO, advance: Advance) -> None:
    """Store the blobs of a tar. `ClickException` unless they are exactly those that are expected."""
    left = dict(expected)
    with own_loop() as runner, tarfile.open(fileobj=source, mode="r|", bufsize=CHUNK) as tar:
        for info in tar:
            blob = left.pop(info.name, None)
            content = tar.extractfile(info)
            if blob is None or content is None:  # damaged when it was backed up
                continue
            stored = runner.run(store.put(blob.name, _chunks(content)))
            if (stored.size, stored.sha256) != (blob.size, blob.sha256):
                raise ClickException(f"The backup's copy of {blob.name} is not what its event says.")
            advance(blob.size)
    if left:
        raise ClickException(f"The backup lacks {len(left)} blobs, {next(iter(left))} among them.")


async def _chunks(content: IO[bytes]) -> AsyncIterator[bytes]:
    while piece := content.read(CHUNK):
        yield piece
