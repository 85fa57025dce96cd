"""Streams into and out of the blob store, in chunks of one size."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

from obstore.exceptions import BaseError

from shared.blobs.remote import refusal

if TYPE_CHECKING:
    from obstore import GetResult

CHUNK = 1024 * 1024


class Counted:
    """A stream that is measured and hashed on its way. `error` is what it failed with, if it did."""

    def __init__(self, stream: AsyncIterator[bytes]) -> None:
        self._stream = stream
        self.size = 0
        self.digest = hashlib.sha256()
        self.error: BaseException | None = None
        self._failed = False
        self._reading: asyncio.Task[Any] | None = None  # whoever waits for the next chunk at this moment

    def fail(self) -> None:
        """Nothing more comes out of it but an error."""
        self._failed = True
        if self._reading is not None:
            self._reading.cancel()

    async def chunks(self) -> AsyncIterator[bytes]:
        """Chunks of `CHUNK` bytes, but for the last."""
        waiting = bytearray()
        try:
            while (piece := await self._next()) is not None:
                waiting += piece
                if len(waiting) >= CHUNK:
                    yield await self._measured(waiting)
                    waiting = bytearray()
        except Exception as error:
            self.error = error
            raise
        if waiting:
            yield await self._measured(waiting)

    async def _next(self) -> bytes | None:
        if self._failed:
            raise ConnectionError("this stream was cut off")
        self._reading = asyncio.current_task()
        try:
            return await anext(self._stream, None)
        finally:
            self._reading = None

    async def _measured(self, chunk: bytearray) -> bytes:
        self.size += len(chunk)
        await asyncio.to_thread(self.digest.update, chunk)  # a MiB takes milliseconds: others are served meanwhile
        return bytes(chunk)


async def poured(found: "GetResult | None") -> AsyncIterator[bytes]:
    """What was found, or nothing. Raises `Unavailable` when the store fails before the end."""
    if found is None:
        return
    try:
        async for chunk in found.stream(min_chunk_size=CHUNK):
            yield bytes(chunk)
    except (BaseError, OSError) as error:
        raise refusal(error) from error
